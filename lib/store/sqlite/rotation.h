// SqliteRotation: all files, on their way to a newer key.

#ifndef JOINPASS_LIB_STORE_SQLITE_ROTATION_H_
#define JOINPASS_LIB_STORE_SQLITE_ROTATION_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/random.h"
#include "crypto/key_source.h"
#include "store/rotation_store.h"
#include "store/sqlite/database.h"

namespace joinpass::store::sqlite {

// The contract is RotationStore's.
class SqliteRotation final : public RotationStore {
 public:
  // `files` in the order of FileOfTable().
  SqliteRotation(std::array<Database*, 3> files, crypto::KeySource& keys, base::Random& random)
      : files_(files), keys_(keys), random_(random) {}

  absl::Status AdoptNewestKey() override;
  absl::Status AdoptWaitingKey() override;
  absl::StatusOr<crypto::KeyId> AdoptedKey() override;
  absl::StatusOr<std::vector<AnyRow>> ListSealedOtherwise(crypto::KeyId key, int limit,
                                                          RowCursor& cursor) override;
  absl::StatusOr<int> Reseal(std::span<const Resealed> rows) override;
  absl::StatusOr<std::int64_t> CountSealed(crypto::KeyId key) override;
  absl::Status WipeRemains() override;

 private:
  using Adopting = absl::Status (*)(Connection& db, crypto::KeySource& keys, base::Random& random);
  absl::Status Adopt(Adopting adopt);  // file by file

  // As it was read at that change counter of the first file.
  struct Adopted {
    std::uint32_t counter = 0;
    crypto::KeyId key = 0;
  };

  const std::array<Database*, 3> files_;
  std::optional<Adopted> adopted_;  // guarded by the first file's reads.mutex
  crypto::KeySource& keys_;
  base::Random& random_;
};

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_ROTATION_H_
