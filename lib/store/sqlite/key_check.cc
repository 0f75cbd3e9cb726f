#include "store/sqlite/key_check.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "crypto/seal.h"
#include "store/sqlite/schema.h"

namespace joinpass::store::sqlite {
namespace {

constexpr std::string_view kText = "joinpass";

crypto::Place PlaceIn(const Connection& db) { return {db.name(), "key_check", ""}; }

absl::Status Missing(const Connection& db, crypto::KeyId id, std::string_view what) {
  return base::MakeError(
      Reason::kKeyMissing,
      absl::StrCat(db.name(), ": sealed with key ", crypto::KeyName(id), ", ", std::string(what)));
}

absl::StatusOr<std::string> ReadKeyCheck(Connection& db) {
  JOINPASS_ASSIGN_OR_RETURN(Statement find,
                            db.Use("SELECT value FROM meta WHERE name='key_check'"));
  JOINPASS_ASSIGN_OR_RETURN(const bool found, find.Step());
  if (!found) {
    return base::MakeError(Reason::kStoreCorrupt, absl::StrCat(db.name(), ": lacks its key check"));
  }
  return find.BytesAt(0);
}

// Never back to an older one.
absl::Status Adopt(Connection& db, const crypto::KeyRing& ring, base::Random& random) {
  JOINPASS_RETURN_IF_ERROR(CheckKey(db, ring));
  JOINPASS_ASSIGN_OR_RETURN(const crypto::KeyId now, AdoptedKey(db));
  if (ring.IsOlder(ring.newest(), now)) return Missing(db, now, "which is still to come here");
  return WriteKeyCheck(db, ring, random);
}

}  // namespace

absl::Status WriteKeyCheck(Connection& db, const crypto::KeyRing& keys, base::Random& random) {
  JOINPASS_ASSIGN_OR_RETURN(
      Statement put, db.Use("INSERT OR REPLACE INTO meta(name, value) VALUES('key_check', ?)"));
  return put.Bytes(crypto::Seal(keys, PlaceIn(db), kText, random)).Run();
}

absl::Status CheckKey(Connection& db, const crypto::KeyRing& keys) {
  JOINPASS_ASSIGN_OR_RETURN(const std::string sealed, ReadKeyCheck(db));
  return crypto::Open(keys, PlaceIn(db), sealed).status();
}

absl::Status AdoptNewestKey(Connection& db, crypto::KeySource& keys, base::Random& random) {
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  JOINPASS_ASSIGN_OR_RETURN(const crypto::KeyRing ring, keys.CurrentToSeal());
  JOINPASS_RETURN_IF_ERROR(Adopt(db, ring, random));
  return transaction.Commit();
}

// Only when all others can see that it is in use does anybody write with it.
absl::Status AdoptWaitingKey(Connection& db, crypto::KeySource& keys, base::Random& random) {
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  JOINPASS_ASSIGN_OR_RETURN(const crypto::KeyRing ring, keys.NewestToSeal());
  JOINPASS_RETURN_IF_ERROR(Adopt(db, ring, random));
  JOINPASS_RETURN_IF_ERROR(transaction.Commit());
  keys.NoteInUse(ring.newest());
  return absl::OkStatus();
}

absl::StatusOr<crypto::KeyId> AdoptedKey(Connection& db) {
  JOINPASS_ASSIGN_OR_RETURN(const std::string check, ReadKeyCheck(db));
  return crypto::SealedUnder(check);
}

absl::Status EmptyJournal(Connection& db, crypto::KeySource& keys, base::Random& random) {
  JOINPASS_RETURN_IF_ERROR(db.Run(kEmptyJournal));
  const absl::Status written = AdoptNewestKey(db, keys, random);
  JOINPASS_RETURN_IF_ERROR(db.Run(kKeepJournal));
  return written;
}

absl::StatusOr<Transaction> BeginSealed(Connection& db, const Marker& marker,
                                        std::initializer_list<std::string_view> sealed) {
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  const crypto::KeyRing ring = marker.keys.Current();
  for (const std::string_view value : sealed) {
    const crypto::KeyId id = crypto::SealedUnder(value);
    if (id != 0 && ring.IsOlder(id, ring.newest())) {
      return Missing(db, id, "which is not the newest any more");
    }
  }
  JOINPASS_ASSIGN_OR_RETURN(const crypto::KeyId adopted, AdoptedKey(db));
  if (adopted != 0 && ring.SealingKey(adopted) == nullptr) {
    return Missing(db, adopted, "which is not in the ring");
  }
  if (ring.IsOlder(ring.newest(), adopted)) {
    return Missing(db, adopted, "which is still to come here");
  }
  if (ring.IsOlder(adopted, ring.newest())) {
    JOINPASS_RETURN_IF_ERROR(WriteKeyCheck(db, ring, marker.random));
  }
  return transaction;
}

}  // namespace joinpass::store::sqlite
