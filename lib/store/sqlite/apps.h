// SqliteApps: the apps, in the file of the credentials.

#ifndef JOINPASS_LIB_STORE_SQLITE_APPS_H_
#define JOINPASS_LIB_STORE_SQLITE_APPS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/key_source.h"
#include "store/app_store.h"
#include "store/sqlite/database.h"
#include "store/sqlite/directory.h"
#include "store/sqlite/key_check.h"

namespace joinpass::store::sqlite {

// The contract is AppStore's.
class SqliteApps final : public AppStore {
 public:
  SqliteApps(Database& file, const Marker& marker, SqliteDirectory& directory)
      : file_(file), marker_(marker), directory_(directory) {}

  absl::StatusOr<Outcome> Insert(const AppRow& row, const LookupKeys& same_client) override;
  absl::StatusOr<Outcome> Update(const AppRow& row, const LookupKeys& same_client) override;
  absl::StatusOr<Outcome> Remove(const std::string& id) override;
  absl::StatusOr<std::optional<AppRow>> Find(const std::string& id) override;
  absl::StatusOr<std::vector<AppRow>> List() override;
  absl::StatusOr<Outcome> Pause(const std::string& id, std::int64_t seen_version,
                                const AppPause& pause) override;
  absl::StatusOr<Outcome> ClaimProbe(const std::string& id, const AppPause& seen,
                                     absl::Time next_probe) override;
  absl::StatusOr<Outcome> Resume(const std::string& id, std::int64_t seen_version) override;

 private:
  Database& file_;
  const Marker marker_;
  SqliteDirectory& directory_;
};

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_APPS_H_
