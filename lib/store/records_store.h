// Records: the store as the layers below it see it, sealed on its way down.

#ifndef JOINPASS_LIB_STORE_RECORDS_STORE_H_
#define JOINPASS_LIB_STORE_RECORDS_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/random.h"
#include "crypto/key_ring.h"
#include "store/records.h"
#include "store/row_sealer.h"
#include "store/store.h"

namespace joinpass::store {

// Every call blocks on the disk: it is made from the engine's worker or the
// caller's thread, never from the loop. A change is durable when the call
// returns. Thread-safe.
//
// Errors of every call: store_unavailable, store_corrupt (a row does not
// unseal: it is left as it is), key_missing. A call that gives several records
// leaves out those that do not unseal, and fails only if none does.
class Records {
 public:
  // `store` and `keys` must outlive it.
  Records(Store& store, const crypto::KeyRing& keys, base::Random& random);

  // --- apps ---------------------------------------------------------------
  // Errors: invalid_argument  there is an app with this client id already
  absl::Status CreateApp(const AppRecord& app);
  absl::StatusOr<AppRecord> GetApp(const std::string& id);  // app_unknown
  absl::StatusOr<std::vector<AppRecord>> ListApps();        // oldest first
  absl::Status UpdateApp(const AppRecord& app);             // app_unknown
  absl::Status RemoveApp(const std::string& id);            // app_unknown, app_in_use

  // --- consents that have begun -------------------------------------------
  // `state` is the secret in the redirect; only its keyed hash is kept.
  absl::Status PutConsent(std::string_view state, const ConsentRecord& consent);

  // Takes it out: a second call finds nothing. Also forgets all that expired
  // before `now`. Nothing if there is none or it expired.
  absl::StatusOr<std::optional<ConsentRecord>> TakeConsent(std::string_view state, absl::Time now);

  // A keyed hash of what a consent is bound to, for ConsentRecord.
  std::string HashBinding(std::string_view bound_to) const;

  // Whether `hash` is that of `bound_to` under any key of the ring: it may have
  // been made before a newer key came. Compares in constant time.
  bool IsBoundTo(const std::string& hash, std::string_view bound_to) const;

  // --- credentials --------------------------------------------------------
  // Keeps a consent. Where (app, user) has a credential already, its id stays,
  // `pending` and `health` are cleared, tokens replaced and the generation
  // raised, whether or not the old ones unseal; else `id` is that of the new
  // one. Gives the record as it is stored now. Also: app_unknown
  absl::StatusOr<CredentialRecord> PutConsented(CredentialRecord credential);

  absl::StatusOr<CredentialRecord> GetCredential(const std::string& id);  // credential_unknown
  absl::StatusOr<CredentialRecord> FindCredential(const std::string& app_id,
                                                  const std::string& user_id);  // the same
  // The credentials of a Zoom user in any app; empty if there is none.
  absl::StatusOr<std::vector<CredentialRecord>> FindCredentialsOfUser(const std::string& user_id);
  // Of one app, or (empty) of all; oldest first.
  absl::StatusOr<std::vector<CredentialRecord>> ListCredentials(const std::string& app_id);

  // The durable writes of a refresh. Each holds only while `spent` is still the
  // stored refresh token; otherwise nothing is written and the answer is false.
  // All are one transaction.

  // Before the send: opens `pending`, or counts one more send of an open one,
  // the last of which is at `now`. Only if `pending` is stored as it was `seen`
  // (nothing: there was none), so that of several who saw the same one sends.
  absl::StatusOr<bool> OpenPending(const std::string& id, const Secret& spent,
                                   const std::optional<PendingRefresh>& seen, absl::Time now);
  // The request certainly never left: takes that send back, but keeps
  // `last_send`; the last one closes `pending`.
  absl::StatusOr<bool> UndoPending(const std::string& id, const Secret& spent);
  // The answer: new tokens, generation + 1, `pending` closed, healthy. Empty
  // `scopes` and `api_origin` keep what is stored; so does an empty refresh token.
  // key_missing, store_corrupt: what is stored cannot be read, so that `tokens`
  // are not written and stay the caller's.
  absl::StatusOr<bool> CommitTokens(const std::string& id, const Secret& spent,
                                    const Tokens& tokens, absl::Time now);
  // A verdict. Touches neither tokens, generation nor `pending`, so that a late
  // answer repairs it.
  absl::StatusOr<bool> SetHealth(const std::string& id, const Secret& spent, Health health,
                                 const std::string& cause, absl::Time now);

  // --- directory ----------------------------------------------------------
  // Rows that say what is stored already are not written again, but for the
  // time they were learnt at. That time never goes back: a record that was learnt
  // before the stored one is left out, whatever it says, and that is no error. Beside one that does not unseal the others are
  // written, before the error is given.
  absl::Status PutHost(const HostRecord& host);
  absl::Status PutMeetings(std::span<const MeetingRecord> meetings);  // one transaction

  // Forgets the meetings of one host in one app that were learnt before
  // `learnt_before`. Gives how many.
  absl::StatusOr<int> SweepMeetings(const std::string& app_id, const std::string& host_user_id,
                                    absl::Time learnt_before);

  absl::StatusOr<std::vector<MeetingRecord>> FindMeetings(std::uint64_t number);
  absl::StatusOr<std::vector<HostRecord>> FindHostsByPersonalMeetingId(std::uint64_t pmi);
  absl::StatusOr<std::vector<HostRecord>> FindHostsByVanityName(std::string_view name);

 private:
  Store& store_;
  RowSealer sealer_;
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_RECORDS_STORE_H_
