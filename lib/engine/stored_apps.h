// Apps, done.

#ifndef JOINPASS_LIB_ENGINE_STORED_APPS_H_
#define JOINPASS_LIB_ENGINE_STORED_APPS_H_

#include <string>
#include <vector>

#include "joinpass/apps.h"
#include "service/context.h"

namespace joinpass::engine {

// OK, or invalid_argument with a message that names every wrong field.
absl::Status CheckSettings(const AppSettings& settings);

class StoredApps final : public Apps {
 public:
  explicit StoredApps(const service::Context& context) : context_(context) {}

  absl::StatusOr<std::string> Create(AppSettings settings) override;
  absl::StatusOr<std::vector<App>> List() override;
  absl::StatusOr<App> Get(const std::string& id) override;
  absl::Status Update(const std::string& id, AppSettings settings) override;
  absl::Status Remove(const std::string& id) override;

 private:
  const service::Context& context_;
};

}  // namespace joinpass::engine

#endif  // JOINPASS_LIB_ENGINE_STORED_APPS_H_
