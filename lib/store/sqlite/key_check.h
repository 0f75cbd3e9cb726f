// The key check: one sealed value a file, under the newest key that anybody
// writes with.

#ifndef JOINPASS_LIB_STORE_SQLITE_KEY_CHECK_H_
#define JOINPASS_LIB_STORE_SQLITE_KEY_CHECK_H_

#include <initializer_list>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/random.h"
#include "crypto/key_ring.h"
#include "crypto/key_source.h"
#include "store/sqlite/connection.h"

namespace joinpass::store::sqlite {

// Inside the transaction that makes the file.
absl::Status WriteKeyCheck(Connection& db, const crypto::KeyRing& keys, base::Random& random);

// Errors:
//   key_missing    sealed with a key that is not in `keys`
//   store_corrupt  not there, or does not unseal
absl::Status CheckKey(Connection& db, const crypto::KeyRing& keys);

// Seals it with the newest of `keys`. Returns after all writers who began before:
// from then on nobody commits what is sealed with an older key.
absl::Status AdoptNewestKey(Connection& db, crypto::KeySource& keys, base::Random& random);

// The same with a key that waits, if there is one: in this process it waits no longer.
absl::Status AdoptWaitingKey(Connection& db, crypto::KeySource& keys, base::Random& random);

// What it is sealed with.
//
// Errors: store_corrupt
absl::StatusOr<crypto::KeyId> AdoptedKey(Connection& db);

// Seals it anew with the newest key, in a transaction after which nothing is left
// of older ones beside the file.
absl::Status EmptyJournal(Connection& db, crypto::KeySource& keys, base::Random& random);

// What a mark is made with.
struct Marker {
  crypto::KeySource& keys;
  base::Random& random;
};

// A transaction to write `sealed` in. Asks only now, while nobody else can
// write, which key is the newest: two who do not know the same keys would each write
// a row of the same thing, and a key that is gone opens nothing. If that is newer than the
// mark, it seals the mark anew: so whoever does not know it writes nothing beside it.
//
// Errors: those of Store (store.h) for what is sealed
absl::StatusOr<Transaction> BeginSealed(Connection& db, const Marker& marker,
                                        std::initializer_list<std::string_view> sealed);

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_KEY_CHECK_H_
