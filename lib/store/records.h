// Records: the store as the layers below it see it, sealed on its way down.

#ifndef JOINPASS_LIB_STORE_RECORDS_H_
#define JOINPASS_LIB_STORE_RECORDS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/random.h"
#include "crypto/key_ring.h"
#include "crypto/key_source.h"
#include "joinpass/pass_log.h"
#include "store/record_types.h"
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
  // Whether `error` is that of one row, beside which others may be whole.
  static bool ConcernsOneRow(const absl::Status& error);
  // Keeps the first such error in `damage`; gives back any other.
  static absl::Status NoteDamage(const absl::Status& error, absl::Status& damage);

  // Each call works with the keys as they are when it begins; where newer ones
  // came before its end, and what it found may be for want of them, it begins again.
  // `store`, `keys` and `random` must outlive it.
  Records(Store& store, crypto::KeySource& keys, base::Random& random);
  // The same with keys that never change.
  Records(Store& store, const crypto::KeyRing& keys, base::Random& random);

  // --- apps ---------------------------------------------------------------
  // Errors: invalid_argument  there is an app with this client id already
  absl::Status CreateApp(const AppRecord& app);
  absl::StatusOr<AppRecord> GetApp(const std::string& id);  // app_unknown
  absl::StatusOr<std::vector<AppRecord>> ListApps();        // oldest first
  // Replaces the settings, and ends a pause.
  absl::Status UpdateApp(const AppRecord& app, absl::Time now);  // app_unknown
  absl::Status RemoveApp(const std::string& id);                 // app_unknown, app_in_use

  // Each true if this call did it. A refusal that belongs to older settings
  // pauses nothing; of several that see a probe due one makes it.
  absl::StatusOr<bool> PauseApp(const AppRecord& seen, absl::Time now, absl::Time next_probe);
  absl::StatusOr<bool> ClaimProbe(const AppRecord& seen, absl::Time next_probe);
  absl::StatusOr<bool> ResumeApp(const AppRecord& seen);

  // --- authorization requests that wait -----------------------------------
  // `state` is the secret in the redirect; only its keyed hash is kept.
  absl::Status PutAuthorization(std::string_view state, const AuthorizationRequest& request);

  // Its response has come: a second call gives nothing. It is kept for 10 minutes from
  // now on. Also forgets all that expired before `now`. Nothing if there is none or it
  // expired.
  absl::StatusOr<std::optional<AuthorizationRequest>> TakeAuthorization(std::string_view state,
                                                                        absl::Time now);

  // As it is now, taken or not. Nothing if there is none.
  absl::StatusOr<std::optional<AuthorizationRequest>> FindAuthorization(std::string_view state);

  // Notes what came of one that was taken, for 10 minutes from now on.
  absl::Status EndAuthorization(std::string_view state, const ConnectOutcome& outcome,
                                absl::Time now);

  // A hash of what a request is bound to, for AuthorizationRequest, under a key of its
  // own that stands in front of it: the record is sealed.
  std::string HashBinding(std::string_view bound_to) const;

  // Whether `hash` is one of `bound_to`. Compares in constant time.
  static bool IsBoundTo(const std::string& hash, std::string_view bound_to);

  // --- credentials --------------------------------------------------------
  // Keeps a consent, or a callback URL. Where (app, principal) has a credential
  // already, its id stays, `pending` and `health` are cleared, tokens replaced and
  // the generation raised, whether or not the old ones unseal; else `id` is that
  // of the new one. Also: app_unknown; invalid_argument: a callback URL for whom
  // Zoom has given tokens
  struct Consented {
    CredentialRecord record = {};       // as it is stored now
    std::optional<Health> before = {};  // nothing: it is new
  };
  absl::StatusOr<Consented> PutConsented(CredentialRecord credential);

  // Keeps what an exchange gave, before anybody knows whose it is: without a name.
  // Also: app_unknown
  absl::StatusOr<CredentialRecord> PutExchanged(CredentialRecord credential);

  // Gives it its name. Where (app, principal) has a credential already, the tokens go
  // there as PutConsented() says, but for an open `pending` that goes with them, and
  // `id` is gone; if that one was consented to later, they are void. The caller has
  // the refresh lock of `id`. One with a name is given as it is. Also:
  // credential_unknown (there is none, or it is on its way out)
  // kIntoLiving: only where (app, principal) has a credential that is not on its way
  // out; credential_unknown else.
  enum class Naming { kAnyway, kIntoLiving };
  absl::StatusOr<Consented> NameCredential(const std::string& id, const Consenter& consenter,
                                           Naming naming = Naming::kAnyway);
  // True if it was there without a name, as it is seen, and is gone.
  absl::StatusOr<bool> RemoveUnnamed(const CredentialRecord& credential);
  absl::StatusOr<std::vector<CredentialRecord>> ListUnnamed();  // oldest first

  absl::StatusOr<CredentialRecord> GetCredential(const std::string& id);  // credential_unknown
  absl::StatusOr<CredentialRecord> FindCredential(const std::string& app_id,
                                                  const Principal& principal);  // the same
  // The credentials of a Zoom user in any app; empty if there is none.
  absl::StatusOr<std::vector<CredentialRecord>> FindCredentialsOfUser(const std::string& user_id);
  // Of one app, or (empty) of all; oldest first.
  absl::StatusOr<std::vector<CredentialRecord>> ListCredentials(const std::string& app_id);

  // What was read of apps and credentials after CommittedCredentialsVersion() is so, as long
  // as CredentialsVersion() gives the same, whoever changes them. That one waits for no lock,
  // and may see the number of a change that is being made and may yet be undone. Nothing:
  // nobody can say.
  std::optional<std::uint64_t> CredentialsVersion();
  std::optional<std::uint64_t> CommittedCredentialsVersion();

  // Ids of those with an open `pending`, without a name, or on their way out; oldest
  // first.
  absl::StatusOr<std::vector<std::string>> ListUnsettled();
  // Ids of the healthy ones that have a refresh token, and whose tokens were stored
  // before `from` or after `to`.
  absl::StatusOr<std::vector<std::string>> ListRefreshedOutside(absl::Time from, absl::Time to);

  // The log. `first_at`, `last_at` and `times` of `event` are not looked at. Also:
  // credential_unknown
  absl::Status AddEvent(const std::string& id, const EventRecord& event, absl::Time now);
  absl::StatusOr<std::vector<EventRecord>> ListEvents(const std::string& id);  // newest first

  // Durable before anything else of a disconnect. True if this call did it.
  absl::StatusOr<bool> BeginDisconnect(const std::string& id,
                                       absl::Time now);  // credential_unknown
  // What the directory knew through it, then the credential and its log, if it is
  // still on its way out: a consent that came meanwhile keeps it (false). True: it
  // is gone, also if somebody else was faster.
  absl::StatusOr<bool> RemoveCredential(const CredentialRecord& credential);
  // The same for one that does not unseal (store_corrupt). What the directory knows
  // through it stays, since nobody can tell whose it is.
  absl::StatusOr<bool> RemoveDamaged(const std::string& id);

  // Null: somebody else refreshes it.
  absl::StatusOr<std::unique_ptr<RefreshLock>> TryLockRefresh(const std::string& id);

  // The durable writes of a refresh. Each holds only while `spent` is still the
  // stored refresh token and the credential is not on its way out; otherwise
  // nothing is written and the answer is false. So none holds for a delegated
  // credential. All are one transaction.

  // Before the send: opens `pending`, or counts one more send of an open one,
  // the last of which is at `now`. Only if `pending` is stored as it was `seen`
  // (nothing: there was none), so that of several who saw the same one sends.
  absl::StatusOr<bool> OpenPending(const std::string& id, const Secret& spent,
                                   const std::optional<PendingRefresh>& seen, absl::Time now);
  // The request certainly never left: takes that send back, but keeps
  // `last_send`; the last one closes `pending`.
  absl::StatusOr<bool> UndoPending(const std::string& id, const Secret& spent,
                                   const EventRecord& event, absl::Time now);
  // The answer: new tokens, generation + 1, `pending` closed, healthy. Empty
  // `scopes` and `api_origin` keep what is stored; so does an empty refresh token.
  // key_missing, store_corrupt: what is stored cannot be read, so that `tokens`
  // are not written and stay the caller's.
  // Logs kRefreshed or kRecovered. Gives the health before; nothing: not written.
  absl::StatusOr<std::optional<Health>> CommitTokens(const std::string& id, const Secret& spent,
                                                     const Tokens& tokens, absl::Time now);
  // A verdict, logged as `event`. Touches neither tokens nor generation, so that a
  // late answer repairs it; of `pending` it takes back the send that was answered so,
  // and no other.
  enum class Verdict {
    kWritten,
    kStoodAlready,  // and was left as it was, but for `pending`
    kVoid,          // the refresh token is not stored any more
  };
  absl::StatusOr<Verdict> Condemn(const std::string& id, const Secret& spent, Cause cause,
                                  const EventRecord& event, absl::Time now);

  // Of a delegated credential: what came of asking its callback, while it is the generation
  // that was asked. Gives the health before; nothing: it was set anew, or is on its way
  // out. Nothing but `event` is new where its health is what it was.
  absl::StatusOr<std::optional<Health>> NoteAsking(const std::string& id, std::int64_t generation,
                                                   Health health, Cause cause,
                                                   const EventRecord& event, absl::Time now);

  // --- directory ----------------------------------------------------------
  // Takes what is newer than what is stored, field by field (Learn()), so that it does
  // not matter in which order things are learnt. What is stored already is not written
  // again. A row that does not open is replaced; so is what was learnt after `now`, by a
  // clock that was ahead. Each call is one transaction.
  absl::Status PutHost(const HostRecord& host, absl::Time now = absl::InfiniteFuture());
  absl::Status PutMeetings(std::span<const MeetingRecord> meetings,
                           absl::Time now = absl::InfiniteFuture(), Noting noting = Noting::kEach);

  // The lists of one host in one app were read to their ends. Of each: his meetings of
  // that kind which it does not show, and of which nothing was learnt since it began (and
  // not after `now`), are deleted, as of then; what it does show was so then. Not so if a
  // list that began later has ended. One transaction. Gives how many were deleted.
  absl::StatusOr<int> EndListings(const std::string& app_id, const std::string& host_user_id,
                                  std::span<const MeetingListing> lists,
                                  absl::Time now = absl::InfiniteFuture());
  // The user ids of those of an account of whom nothing was learnt since `before` (and not
  // after `now`): at most 1,000.
  absl::StatusOr<std::vector<std::string>> ListHostsUnseen(const std::string& app_id,
                                                           const std::string& account_id,
                                                           absl::Time before,
                                                           absl::Time now = absl::InfiniteFuture());
  // A host is gone: his meetings of which nothing was learnt since `before` (and not after
  // `now`) are deleted, as of then, and he is inactive if none is left. (What was said before
  // and comes late does not bring him back.) Gives how many.
  absl::StatusOr<int> ForgetHost(const std::string& app_id, const std::string& user_id,
                                 absl::Time before, absl::Time now = absl::InfiniteFuture());
  // Forgets what was deleted 48 h before `now`, and hosts who are inactive for 30 days.
  absl::Status ForgetDeleted(absl::Time now);

  absl::StatusOr<std::optional<HostRecord>> FindHost(const std::string& app_id,
                                                     const std::string& user_id);
  // All that has a number, at one moment.
  struct OfNumber {
    std::vector<MeetingRecord> meetings = {};  // whose host is known
    std::vector<HostRecord> owners = {};       // whose personal meeting id it is
    absl::Status damage = {};                  // of the first row that does not open
  };
  // kShown: also meetings that were deleted, as long as that is remembered.
  enum class Deleted { kLeftOut, kShown };
  absl::StatusOr<OfNumber> FindNumber(std::uint64_t number, Deleted deleted = Deleted::kLeftOut);
  // A page of those that are not deleted, in the order in which they were first learnt;
  // those that do not open are left out. Of one host, else of one account, of one app
  // (each in `app_id`), or of all if that is empty.
  struct MeetingList {
    std::string app_id = {};
    std::string host_user_id = {};
    std::string account_id = {};
    std::int64_t after = 0;
    int most = 0;
  };
  struct MeetingListed {
    std::vector<MeetingRecord> meetings = {};
    std::int64_t last = 0;  // go on behind this
    bool more = false;      // there may be some
  };
  absl::StatusOr<MeetingListed> ListMeetings(const MeetingList& list);

  absl::StatusOr<std::vector<HostRecord>> FindHostsByVanityName(std::string_view name);
  absl::StatusOr<std::vector<HostRecord>> FindHostsByEmail(std::string_view email);

  // Webhooks, known by their raw bodies, for 3 h.
  struct Webhook {
    std::string app_id = {};
    std::string_view body = {};
    std::string event = {};
  };
  absl::StatusOr<bool> KnowsWebhook(const std::string& app_id, std::string_view body);
  // Of an empty `body` it notes only that it was good.
  absl::Status NoteWebhook(const Webhook& webhook, absl::Time now);
  // The same, with what it told (as PutHost() and PutMeetings() take it): one transaction.
  absl::Status PutByWebhook(const Webhook& webhook, const std::optional<HostRecord>& host,
                            std::span<const MeetingRecord> meetings, absl::Time now);
  absl::Status NoteBadWebhook(const std::string& app_id, Reason reason, Cause cause,
                              absl::Time now);
  absl::StatusOr<WebhookNotes> GetWebhookNotes(const std::string& app_id);

  // The log of passes: those that are new, and what came of others, which takes the place of what
  // was known if that is still there. One transaction. What is older than 30 days is forgotten, and
  // what is not among the newest 1,000. Nothing stays that was had through a credential which is
  // gone, or on its way out.
  struct NotedPass {
    LoggedPass pass = {};
    bool is_new = true;
  };
  absl::Status PutPasses(std::span<const NotedPass> passes, absl::Time now);
  absl::StatusOr<std::vector<LoggedPass>> ListPasses(int most, absl::Time now);  // newest first

  // Has `change` change what stands of the account's calls of this label (empty: nothing yet),
  // with nobody in between: once at most, and nothing has changed after an error.
  absl::Status ChangeBucket(std::string_view account_id, int label,
                            absl::FunctionRef<void(std::string& state)> change);

  // Forgets all of a principal, whose consent is gone.
  absl::Status RemoveHostsOf(const std::string& app_id, const Principal& principal);

  // How syncs do. False: what is stored did not begin and change when `seen` did (nothing:
  // there is none).
  absl::StatusOr<bool> PutSync(const SyncRecord& sync, const std::optional<SyncRecord>& seen);
  absl::StatusOr<std::optional<SyncRecord>> FindSync(const std::string& credential_id);

 private:
  absl::StatusOr<std::optional<AuthorizationRequest>> ChangeAuthorization(
      std::string_view state, absl::FunctionRef<bool(AuthorizationRequest&)> change);

  // Nothing: somebody changed it meanwhile.
  absl::StatusOr<std::optional<Consented>> NameInPlace(const RowSealer& sealer,
                                                       const LookupKeys& keys,
                                                       const CredentialRecord& credential);
  absl::StatusOr<std::optional<Consented>> Merge(const RowSealer& sealer,
                                                 const CredentialRow& unnamed,
                                                 const CredentialRow& stored,
                                                 CredentialRecord credential);

  absl::Status RemoveHostsOf(const RowSealer& sealer, const std::string& app_id,
                             const Principal& principal);
  struct Learning {
    std::optional<HostRecord> host = {};
    std::span<const MeetingRecord> meetings = {};
    Noting noting = Noting::kEach;
    absl::Time now = absl::InfiniteFuture();
    std::optional<Webhook> webhook = {};
  };
  absl::Status PutAll(const Learning& learning);
  static WebhookNote NoteOf(const RowSealer& sealer, const Webhook& webhook, absl::Time now);
  // `meetings`: those of `learning`, each once.
  absl::StatusOr<DirectoryChange> ChangeFor(const RowSealer& sealer, const Learning& learning,
                                            std::span<const MeetingRecord> meetings);
  absl::StatusOr<std::optional<HostRow>> FindHostRow(const RowSealer& sealer,
                                                     const HostRecord& host);

  template <typename Work>
  auto Opening(const Work& work);
  template <typename Work>
  auto Sealing(const Work& work);

  const std::unique_ptr<crypto::KeySource> fixed_keys_;
  // Before what is found by look-up keys is removed: key_missing if somebody may have
  // written under a key that `sealer` lacks.
  absl::Status CheckKnowsAll(const RowSealer& sealer);

  Store& store_;
  crypto::KeySource& keys_;
  base::Random& random_;
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_RECORDS_H_
