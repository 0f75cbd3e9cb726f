// Opening one of the store's files, and making sure first that it is ours.

#ifndef JOINPASS_LIB_STORE_SQLITE_DATABASE_FILE_H_
#define JOINPASS_LIB_STORE_SQLITE_DATABASE_FILE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/random.h"
#include "crypto/key_ring.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/schema.h"

namespace joinpass::store::sqlite {

inline constexpr std::size_t kHeaderSize = 100;

// Whether the first 100 bytes of a file are those of a `kind`. Pure.
//
// Errors:
//   store_foreign  no SQLite file, another program's, of a newer joinpass, or
//                  with a write-ahead log
// Source: https://www.sqlite.org/fileformat.html section 1.3
absl::Status CheckHeader(std::string_view header, const FileKind& kind);

enum class FileState { kMissing, kPresent };

// What is at `path`. Changes nothing, not even of a file that awaits recovery.
// An empty file is one whose creation was cut short.
//
// Errors:
//   store_foreign      see CheckHeader; or not a plain file, another user's
//   store_unavailable  it cannot be read
absl::StatusOr<FileState> InspectFile(const std::string& path, const FileKind& kind);

// Opens the `kind` at `path`, which InspectFile has found good; where it is
// missing or empty it is made, mode 0600, with a sealed value that tells whether
// the ring is the right one; one of an earlier schema is begun anew. Of several who
// make it at the same time one does.
//
// Errors: those of InspectFile, and
//   key_missing    made with a key that is not in `keys`; nothing was changed
//   store_corrupt  damaged
absl::StatusOr<std::unique_ptr<Connection>> OpenFile(const std::string& path, const FileKind& kind,
                                                     const crypto::KeyRing& keys,
                                                     base::Random& random);

// Another connection to what OpenFile() has opened, on which nothing can be written.
absl::StatusOr<std::unique_ptr<Connection>> OpenToRead(const std::string& path,
                                                       const FileKind& kind);

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_DATABASE_FILE_H_
