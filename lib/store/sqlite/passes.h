// SqlitePasses: the log of passes, in the file of ephemera.

#ifndef JOINPASS_LIB_STORE_SQLITE_PASSES_H_
#define JOINPASS_LIB_STORE_SQLITE_PASSES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/pass_store.h"
#include "store/sqlite/database.h"
#include "store/sqlite/key_check.h"

namespace joinpass::store::sqlite {

// The contract is PassStore's.
class SqlitePasses final : public PassStore {
 public:
  SqlitePasses(Database& file, const Marker& marker) : file_(file), marker_(marker) {}

  absl::Status Put(const std::vector<PassRow>& rows, absl::Time before) override;
  absl::StatusOr<std::vector<PassRow>> List(int most, absl::Time since) override;
  absl::Status RemoveOf(const std::string& credential_id) override;

 private:
  Database& file_;
  const Marker marker_;
};

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_PASSES_H_
