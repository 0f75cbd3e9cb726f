// SqliteAuthorizations: the authorization requests that wait, in the file of ephemera.

#ifndef JOINPASS_LIB_STORE_SQLITE_AUTHORIZATIONS_H_
#define JOINPASS_LIB_STORE_SQLITE_AUTHORIZATIONS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/key_source.h"
#include "store/authorization_store.h"
#include "store/sqlite/database.h"
#include "store/sqlite/key_check.h"

namespace joinpass::store::sqlite {

// The contract is AuthorizationStore's.
class SqliteAuthorizations final : public AuthorizationStore {
 public:
  SqliteAuthorizations(Database& file, const Marker& marker) : file_(file), marker_(marker) {}

  absl::Status Put(const AuthorizationRow& row) override;
  absl::StatusOr<std::optional<AuthorizationRow>> Find(const LookupKeys& state_keys) override;
  absl::StatusOr<Outcome> Replace(const AuthorizationRow& seen,
                                  const AuthorizationRow& row) override;
  absl::Status RemoveExpiredBefore(absl::Time time) override;

 private:
  Database& file_;
  const Marker marker_;
};

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_AUTHORIZATIONS_H_
