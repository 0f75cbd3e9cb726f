// The tables with sealed values, as a change of keys goes through them.

#ifndef JOINPASS_LIB_STORE_SQLITE_SEALED_TABLES_H_
#define JOINPASS_LIB_STORE_SQLITE_SEALED_TABLES_H_

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/key_ring.h"
#include "store/sqlite/connection.h"
#include "store/store.h"

namespace joinpass::store::sqlite {

// A table is named by the place of its rows among AnyRow's alternatives.
inline constexpr std::size_t kSealedTables = std::variant_size_v<AnyRow>;

// Which file it is in: 0 credentials, 1 directory, 2 ephemera.
std::size_t FileOfTable(std::size_t table);

// The next rows of `cursor.table` that hold what is not sealed with `key`.
absl::StatusOr<std::vector<AnyRow>> ReadSealedOtherwise(Connection& db, crypto::KeyId key,
                                                        int limit, RowCursor& cursor);

// How many values of the table, or in the file's own marks, are sealed with `key`.
absl::StatusOr<std::int64_t> CountInTable(Connection& db, std::size_t table, crypto::KeyId key);
absl::StatusOr<std::int64_t> CountInMarks(Connection& db, crypto::KeyId key);

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_SEALED_TABLES_H_
