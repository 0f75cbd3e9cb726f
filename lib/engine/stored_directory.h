// Directory, done.

#ifndef JOINPASS_LIB_ENGINE_STORED_DIRECTORY_H_
#define JOINPASS_LIB_ENGINE_STORED_DIRECTORY_H_

#include <string>
#include <vector>

#include "directory/host_finder.h"
#include "directory/sync.h"
#include "engine/runner.h"
#include "joinpass/directory.h"
#include "service/context.h"

namespace joinpass::engine {

class StoredDirectory final : public Directory {
 public:
  StoredDirectory(const service::Context& context, directory::Sync& sync,
                  directory::ServingConsents& consents, directory::HostFinder& hosts,
                  Runner& runner)
      : context_(context), sync_(sync), consents_(consents), hosts_(hosts), runner_(runner) {}

  absl::StatusOr<SyncReport> Sync(const std::string& credential_id,
                                  absl::Duration timeout) override;
  absl::StatusOr<SyncProgress> GetSync(const std::string& credential_id) override;
  absl::StatusOr<Resolution> Resolve(const MeetingLink& link) override;
  absl::StatusOr<Resolution> LookUp(const MeetingLink& link,
                                    const std::vector<std::string>& host_hints,
                                    absl::Duration timeout) override;
  absl::StatusOr<Explanation> Explain(const MeetingLink& link) override;
  absl::StatusOr<MeetingPage> List(const MeetingQuery& query) override;

 private:
  const service::Context& context_;
  directory::Sync& sync_;
  directory::ServingConsents& consents_;
  directory::HostFinder& hosts_;
  Runner& runner_;
};

}  // namespace joinpass::engine

#endif  // JOINPASS_LIB_ENGINE_STORED_DIRECTORY_H_
