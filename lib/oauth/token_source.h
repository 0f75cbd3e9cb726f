// TokenSource: an access token that works, for whoever asks.

#ifndef JOINPASS_LIB_OAUTH_TOKEN_SOURCE_H_
#define JOINPASS_LIB_OAUTH_TOKEN_SOURCE_H_

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/flight.h"
#include "base/task.h"
#include "joinpass/secret.h"
#include "joinpass/time.h"
#include "oauth/held_token.h"
#include "oauth/next_try.h"
#include "oauth/refresh_rules.h"
#include "oauth/refresh_run.h"
#include "oauth/token_cache.h"
#include "service/context.h"

namespace joinpass::oauth {

// Keeps the access token of each credential in memory and gets another one in
// time: one refresh per credential at a time, however many ask (refresh_machine.h
// says how), or, delegated, the customer's callback. New tokens are durable before
// anybody is given them; what the store refuses is written as soon as it can be.
// A refresh belongs to this object and not to who caused it: it goes on when the
// caller has left.
//
// Used from the loop's thread only, but for cache().
class TokenSource {
 public:
  explicit TokenSource(const service::Context& context);

  // A token with at least 10 s left, usually more than 2 minutes.
  //
  // Errors: credential_unknown, credential_disconnecting, reauthorization_required,
  // app_credentials_invalid, refresh_busy (`deadline` passed while a refresh went
  // on), refresh_unanswered, rate_limited, those of the network, the
  // store and the callback
  base::Task<absl::StatusOr<Grant>> Get(std::string credential_id, SteadyTime deadline);

  // Waits for one run of the refresh protocol. OK: the stored tokens are such as
  // was wished for. A credential whose last refresh went unanswered is not asked
  // for again before it is due (refresh_unanswered, `retry_at`). Delegated: OK
  // once the callback gave a token, which is asked for again if `why` is kAnyway.
  //
  // Errors as for Get()
  base::Task<absl::Status> Renew(std::string credential_id, Renewal why, SteadyTime deadline);

  // Zoom refused `access_token` though it has not expired. The next Get() gives
  // another one or an error. One that was refreshed just before is not refreshed
  // again for that: it would cost a rotation a call.
  void Reject(const std::string& credential_id, const Secret& access_token);

  // What is in memory of this credential is out of date.
  void Forget(const std::string& credential_id);

  // Wipes what nobody used for two hours: its access token has expired.
  void ForgetUnused();
  // How many credentials something is in memory of: at most 4096.
  std::size_t held() const { return entries_.size(); }

  // Reads what is stored, as others may have changed it: before something is refused
  // for what is in memory.
  base::Task<absl::Status> Reread(std::string credential_id, SteadyTime deadline);

  // Fresh tokens, for any thread.
  TokenCache& cache() { return cache_; }

  // Starts nothing new from now on, waits until no refresh is under way, and
  // writes what the store refused before, so that nothing of ours is left between
  // Zoom and the store. False if `deadline` passed first.
  base::Task<bool> Drain(SteadyTime deadline);

  // Only waits, after Drain(). For ever, if need be, with an infinite deadline.
  base::Task<bool> AwaitFlights(SteadyTime deadline);

 private:
  using StatusFlight = std::shared_ptr<base::Flight<absl::Status>>;

  struct Entry : std::enable_shared_from_this<Entry> {
    HeldToken held;
    std::optional<Unsaved> unsaved;

    NextTry next_try;  // after runs that spent nothing
    SteadyTime used_at;

    // Many wait for one outcome. Null: nothing is under way.
    StatusFlight loading;
    StatusFlight renewal;
    StatusFlight saving;
  };

  // Held by whoever works with it, so that forgetting takes it from nobody.
  using EntryPtr = std::shared_ptr<Entry>;

  EntryPtr EntryOf(const std::string& credential_id);
  static bool IsIdle(const EntryPtr& entry);
  void ForgetLongestUnused();

  StatusFlight Launch(Entry& entry, StatusFlight Entry::*slot, base::Task<absl::Status> task);
  base::Task<absl::Status> AwaitRecord(Entry& entry, std::string credential_id,
                                       SteadyTime deadline);
  base::Task<absl::Status> Load(Entry& entry, std::string credential_id);
  absl::Status Take(Entry& entry, const std::string& credential_id, absl::StatusOr<Stored> stored);

  // `read_first`: what is in memory may be old.
  base::Task<absl::Status> RunRenewal(std::string credential_id, Renewal why, bool read_first);
  base::Task<absl::Status> RunProtocol(Entry& entry, std::string credential_id, Renewal why);
  base::Task<absl::Status> KeepSaving(std::string credential_id);
  void Judge(Entry& entry, RefreshState end, const absl::Status& outcome);
  absl::Status MayTry(const Entry& entry) const;

  absl::Duration LeftOf(const Entry& entry) const { return entry.held.Left(context_.Now()); }
  Grant GrantOf(const Entry& entry) const {
    return entry.held.ToGrant(context_.origins.api, context_.Now());
  }

  const service::Context& context_;
  TokenCache cache_;
  std::map<std::string, EntryPtr> entries_;
  std::map<std::string, NextTry> apps_;  // what Zoom limits, it limits for an app
  bool closing_ = false;
  const StatusFlight closed_;  // lands when `closing_` becomes true
};

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_TOKEN_SOURCE_H_
