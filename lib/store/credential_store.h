// CredentialStore: credentials, as rows.

#ifndef JOINPASS_LIB_STORE_CREDENTIAL_STORE_H_
#define JOINPASS_LIB_STORE_CREDENTIAL_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "joinpass/credentials.h"
#include "store/outcome.h"
#include "store/rows.h"

namespace joinpass::store {

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

// The credentials, with their events and the writes of a refresh. What holds for each call stands in store.h.
class CredentialStore {
 public:
  virtual ~CredentialStore() = default;

  // A write that takes an event adds it in the same transaction, or counts one
  // more where the newest one has the same kind and reason.

  // kTaken: the id, or one under `same_principal`; kUnknown: there is no such app.
  virtual absl::StatusOr<Outcome> Insert(const CredentialRow& row, const LookupKeys& same_principal,
                                         const EventRow& event) = 0;
  // All but the id and the app; `unnamed`, if there is one, goes with its events.
  // kMoved: the generation or health of the one, or the tokens of the other, are not
  // as seen.
  virtual absl::StatusOr<Outcome> Replace(const CredentialRow& row, std::int64_t seen_generation,
                                          Health seen_health, const EventRow& event,
                                          const CredentialRow* unnamed) = 0;
  // Gives an unnamed one its principal and user, and touches nothing else. kTaken: one
  // under `same_principal`; kMoved: it is not there unnamed, or on its way out.
  virtual absl::StatusOr<Outcome> Name(const CredentialRow& row,
                                       const LookupKeys& same_principal) = 0;
  // With its events. kMoved: its tokens are not as seen, or it has a name.
  virtual absl::StatusOr<Outcome> RemoveUnnamed(const CredentialRow& seen) = 0;

  // As Records::CredentialsVersion(), and CommittedCredentialsVersion().
  virtual std::optional<std::uint64_t> Version() = 0;
  virtual std::optional<std::uint64_t> CommittedVersion() = 0;

  virtual absl::StatusOr<std::optional<CredentialRow>> Find(const std::string& id) = 0;
  virtual absl::StatusOr<std::optional<CredentialRow>> FindOfPrincipal(
      const LookupKeys& principal_keys) = 0;
  virtual absl::StatusOr<std::vector<CredentialRow>> FindOfAnyUser(
      const LookupKeys& any_user_keys) = 0;
  // Of one app, or (empty) of all; oldest first.
  virtual absl::StatusOr<std::vector<CredentialRow>> List(const std::string& app_id) = 0;
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
  virtual absl::StatusOr<Outcome> Remove(const std::string& id) = 0;

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
  // Of one without a refresh token: what came of its last asking for an access token. Its
  // since stays if it had that health before. Gives the health before; nothing: its
  // generation is not the one that was seen, or it is on its way out.
  virtual absl::StatusOr<std::optional<Health>> NoteAsking(const std::string& id,
                                                           std::int64_t seen_generation,
                                                           Health health, absl::Time since,
                                                           const std::string& sealed_cause,
                                                           const EventRow& event) = 0;
  // Replaces the tokens, raises the generation, closes `pending`, healthy (since
  // `now`, if it was not). kMoved also if its generation or health is not as seen.
  virtual absl::StatusOr<Outcome> ReplaceTokens(const std::string& id, const LookupKeys& spent,
                                                std::int64_t seen_generation, Health seen_health,
                                                const TokensRow& tokens, absl::Time now,
                                                const EventRow& event) = 0;
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_CREDENTIAL_STORE_H_
