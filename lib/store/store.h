// Store: one of the four seams. Rows of sealed bytes, with nothing in clear but
// random ids, times, counters and look-up keys.

#ifndef JOINPASS_LIB_STORE_STORE_H_
#define JOINPASS_LIB_STORE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/key_ring.h"
#include "joinpass/credentials.h"
#include "store/rows.h"

namespace joinpass::store {

// How a write ended that depends on what is stored.
enum class Outcome {
  kDone,
  kUnknown,  // there is no such row
  kTaken,    // another row has this value
  kInUse,    // others refer to it
  kMoved,    // the row is not any more as it was seen
  kSame,     // it was so already: nothing was written, no event either
};

// The right to refresh one credential, held until it is destroyed. On any
// thread.
class RefreshLock {
 public:
  virtual ~RefreshLock() = default;

  // How long from now on nobody else can have it, whatever happens here. On one
  // machine it is the kernel's and ends with the process: infinite. Between
  // machines it is a lease on the server's time, counted from before it was
  // asked for on a clock that is never set.
  virtual absl::Duration Left() const = 0;
};

// Each call is one transaction and blocks on the disk (RemoveApp: one of the
// directory, then one of the app); a change is durable when it returns. Several
// processes may share a store. Thread-safe.
//
// Errors of every call: store_unavailable (nothing was written), store_corrupt. Of
// those that take something sealed also key_missing: it is sealed with a key that
// is not the newest any more, or others write with one that is not here; nothing
// was written.
class Store {
 public:
  virtual ~Store() = default;

  // From now on no call waits for others beyond `left` from now; then it fails at
  // once, where it would have to wait. Does not block.
  virtual void WaitNoLongerThan(absl::Duration left) = 0;

  // --- apps ---------------------------------------------------------------
  // `same_client`: the keys of its client id. kTaken: the id or the client id.
  virtual absl::StatusOr<Outcome> InsertApp(const AppRow& row, const LookupKeys& same_client) = 0;
  // The client key and the seal; raises the version, ends a pause, and sets
  // `client_id_since` where the client key is none of `same_client`'s. kUnknown,
  // kTaken (the client id).
  virtual absl::StatusOr<Outcome> UpdateApp(const AppRow& row, const LookupKeys& same_client) = 0;
  // With what the directory knows through it. kUnknown, kInUse (has credentials).
  virtual absl::StatusOr<Outcome> RemoveApp(const std::string& id) = 0;
  virtual absl::StatusOr<std::optional<AppRow>> FindApp(const std::string& id) = 0;
  virtual absl::StatusOr<std::vector<AppRow>> ListApps() = 0;  // oldest first
  // Opens a pause (kSame: there is one). kMoved: its version is not `seen_version`.
  virtual absl::StatusOr<Outcome> PauseApp(const std::string& id, std::int64_t seen_version,
                                           const AppPause& pause) = 0;
  // Takes one probe for the caller: counts it and sets the next. kMoved: the
  // stored pause is not `seen` any more.
  virtual absl::StatusOr<Outcome> ClaimProbe(const std::string& id, const AppPause& seen,
                                             absl::Time next_probe) = 0;
  // Ends the pause of that version. kSame: there is none. kMoved: another version.
  virtual absl::StatusOr<Outcome> ResumeApp(const std::string& id, std::int64_t seen_version) = 0;

  // --- consents -----------------------------------------------------------
  virtual absl::Status PutConsent(const ConsentRow& row) = 0;
  virtual absl::StatusOr<std::optional<ConsentRow>> FindConsent(const LookupKeys& state_keys) = 0;
  // kUnknown: somebody else took it out.
  virtual absl::StatusOr<Outcome> RemoveConsent(const std::string& state_key) = 0;
  virtual absl::Status RemoveConsentsExpiredBefore(absl::Time time) = 0;

  // --- credentials --------------------------------------------------------
  // A write that takes an event adds it in the same transaction, or counts one
  // more where the newest one has the same kind and reason.

  // kTaken: the id, or one under `same_subject`; kUnknown: there is no such app.
  virtual absl::StatusOr<Outcome> InsertCredential(const CredentialRow& row,
                                                   const LookupKeys& same_subject,
                                                   const EventRow& event) = 0;
  // All but the id and the app; `unnamed`, if there is one, goes with its events.
  // kMoved: the generation or health of the one, or the tokens of the other, are not
  // as seen.
  virtual absl::StatusOr<Outcome> ReplaceCredential(const CredentialRow& row,
                                                    std::int64_t seen_generation,
                                                    Health seen_health, const EventRow& event,
                                                    const CredentialRow* unnamed) = 0;
  // Gives an unnamed one its subject and user, and touches nothing else. kTaken: one
  // under `same_subject`; kMoved: it is not there unnamed, or on its way out.
  virtual absl::StatusOr<Outcome> NameCredential(const CredentialRow& row,
                                                 const LookupKeys& same_subject) = 0;
  // With its events. kMoved: its tokens are not as seen, or it has a name.
  virtual absl::StatusOr<Outcome> RemoveUnnamed(const CredentialRow& seen) = 0;

  virtual absl::StatusOr<std::optional<CredentialRow>> FindCredential(const std::string& id) = 0;
  virtual absl::StatusOr<std::optional<CredentialRow>> FindCredentialOfSubject(
      const LookupKeys& subject_keys) = 0;
  virtual absl::StatusOr<std::vector<CredentialRow>> FindCredentialsOfAnyUser(
      const LookupKeys& any_user_keys) = 0;
  // Of one app, or (empty) of all; oldest first.
  virtual absl::StatusOr<std::vector<CredentialRow>> ListCredentials(const std::string& app_id) = 0;
  virtual absl::StatusOr<std::vector<CredentialRow>> ListUnnamed() = 0;  // oldest first

  // Ids of those with an open `pending`, without a name, or on their way out; oldest first.
  virtual absl::StatusOr<std::vector<std::string>> ListUnsettled() = 0;
  // Ids of the healthy ones that have a refresh token, and whose tokens were stored
  // before `from` or after `to`.
  virtual absl::StatusOr<std::vector<std::string>> ListRefreshedOutside(absl::Time from,
                                                                        absl::Time to) = 0;

  // kUnknown.
  virtual absl::StatusOr<Outcome> AddEvent(const std::string& id, const EventRow& event) = 0;
  virtual absl::StatusOr<std::vector<EventRow>> ListEvents(
      const std::string& id) = 0;  // newest first

  // From then on no write of a refresh happens. kUnknown, kSame.
  virtual absl::StatusOr<Outcome> BeginDisconnect(const std::string& id, absl::Time now,
                                                  const EventRow& event) = 0;
  // With its events. kUnknown; kMoved: it is not on its way out (any more).
  virtual absl::StatusOr<Outcome> RemoveCredential(const std::string& id) = 0;

  // Null: somebody else has it, in this process or another. Does not wait.
  virtual absl::StatusOr<std::unique_ptr<RefreshLock>> TryLockRefresh(const std::string& id) = 0;

  // The writes of a refresh. Each happens only while the stored `refresh_key`
  // is one of `spent` and the credential is not on its way out; else kMoved. So
  // none happens to a credential that has no refresh token.

  // Opens `pending`, or counts one more send; `last_send` is `now`. kMoved also
  // if the stored `pending` is not `seen` any more (its sends, the last of them).
  virtual absl::StatusOr<Outcome> OpenPending(const std::string& id, const LookupKeys& spent,
                                              const std::optional<PendingRefresh>& seen,
                                              absl::Time now) = 0;
  // Counts one send less, and keeps both times; closes `pending` at none.
  virtual absl::StatusOr<Outcome> UndoPending(const std::string& id, const LookupKeys& spent,
                                              const EventRow& event) = 0;
  // Counts one send less, as UndoPending(). kSame: it had that health before; its cause
  // and since stay, and no event is added.
  virtual absl::StatusOr<Outcome> SetHealth(const std::string& id, const LookupKeys& spent,
                                            Health health, absl::Time since,
                                            const std::string& sealed_cause,
                                            const EventRow& event) = 0;
  // Replaces the tokens, raises the generation, closes `pending`, healthy (since
  // `now`, if it was not). kMoved also if its generation or health is not as seen.
  virtual absl::StatusOr<Outcome> ReplaceTokens(const std::string& id, const LookupKeys& spent,
                                                std::int64_t seen_generation, Health seen_health,
                                                const TokensRow& tokens, absl::Time now,
                                                const EventRow& event) = 0;

  // --- directory ----------------------------------------------------------
  // `learnt_at` never goes back: what was learnt before the stored row is not
  // written (and that is no error); of the same time, the last one is kept.

  virtual absl::StatusOr<std::optional<HostRow>> FindHost(const LookupKeys& user_keys) = 0;
  // Replaces the row of its key, and the one under `replaced` if that is not empty.
  virtual absl::Status PutHost(const HostRow& row, const std::string& replaced) = 0;
  // kMoved: no row has this key (any more).
  virtual absl::StatusOr<Outcome> TouchHost(const std::string& user_key, absl::Time learnt_at) = 0;
  virtual absl::StatusOr<std::vector<HostRow>> FindHostsByNumber(const LookupKeys& number_keys) = 0;
  virtual absl::StatusOr<std::vector<HostRow>> FindHostsByVanityName(
      const LookupKeys& vanity_keys) = 0;

  // For each search the row, if there is one, in the same order.
  virtual absl::StatusOr<std::vector<std::optional<MeetingRow>>> FindEachMeeting(
      std::span<const MeetingSearch> searches) = 0;
  virtual absl::StatusOr<std::vector<MeetingRow>> FindMeetings(const LookupKeys& number_keys) = 0;
  // kMoved: no row has a key of `learnt` (any more); nothing was written.
  virtual absl::StatusOr<Outcome> ChangeMeetings(const MeetingChanges& changes) = 0;
  // Gives how many.
  virtual absl::StatusOr<int> RemoveMeetings(const LookupKeys& host_keys,
                                             absl::Time learnt_before) = 0;
  // All that is known of one host, or of all hosts of one account.
  virtual absl::Status RemoveHost(const LookupKeys& user_keys, const LookupKeys& host_keys) = 0;
  virtual absl::Status RemoveHostsOfAccount(const LookupKeys& account_keys) = 0;

  // --- rotation of keys ---------------------------------------------------
  // Seals the store's own marks with the newest key. From then on nobody writes
  // with an older one. key_missing: a mark is sealed with a key that is not here.
  virtual absl::Status AdoptNewestKey() = 0;

  // The next rows, at most `limit`, in which something is sealed with another key
  // than `key`. None: the pass is over.
  virtual absl::StatusOr<std::vector<AnyRow>> ListSealedOtherwise(crypto::KeyId key, int limit,
                                                                  RowCursor& cursor) = 0;
  // Puts each into the place of what it was, if that is still there, byte by byte;
  // one transaction. Gives how many. Where another row is there already under the
  // new look-up keys, the one that was learnt or connected later stays alone.
  // All rows must be of one table.
  virtual absl::StatusOr<int> Reseal(std::span<const Resealed> rows) = 0;

  // How many values are sealed with `key`, the store's own marks among them.
  virtual absl::StatusOr<std::int64_t> CountSealed(crypto::KeyId key) = 0;
  // Removes what older transactions left beside the rows.
  virtual absl::Status WipeRemains() = 0;
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_STORE_H_
