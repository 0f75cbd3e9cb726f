// AccessTokens: an access token that works, for whoever asks.

#ifndef JOINPASS_LIB_OAUTH_ACCESS_TOKENS_H_
#define JOINPASS_LIB_OAUTH_ACCESS_TOKENS_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/task.h"
#include "joinpass/secret.h"
#include "joinpass/time.h"
#include "oauth/delegated_tokens.h"
#include "oauth/held_token.h"
#include "oauth/refresh_rules.h"
#include "oauth/refreshed_tokens.h"
#include "oauth/token_cache.h"
#include "oauth/token_memory.h"
#include "service/context.h"

namespace joinpass::oauth {

// Keeps the access token of each credential in memory and gets another one in time, by
// a refresh (refreshed_tokens.h) or, delegated, from the customer's callback
// (delegated_tokens.h): once per credential at a time, however many ask. New tokens of
// ours are durable before anybody is given them. What is begun belongs to this object
// and not to who caused it: it goes on when the caller has left.
//
// Used from the loop's thread only, but for cache().
class AccessTokens {
 public:
  explicit AccessTokens(const service::Context& context)
      : context_(context), memory_(context), refreshed_(context, memory_), delegated_(context) {}

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
  void Reject(const std::string& credential_id, const Secret& access_token) {
    memory_.Reject(credential_id, access_token);
  }

  // What Zoom said of the token of a delegated credential (delegated_tokens.h): in its
  // log and health before this is done. Of a managed one, nothing.
  base::Task<absl::Status> Hear(std::string credential_id, absl::Status said);

  // What is in memory of this credential is out of date.
  void Forget(const std::string& credential_id) { memory_.Forget(credential_id); }

  // Wipes what nobody used for two hours: its access token has expired.
  void ForgetUnused() { memory_.ForgetUnused(); }
  // How many credentials something is in memory of: at most 4096.
  std::size_t held() const { return memory_.size(); }

  // Reads what is stored, as others may have changed it: before something is refused
  // for what is in memory.
  base::Task<absl::Status> Reread(std::string credential_id, SteadyTime deadline);

  // Fresh tokens, for any thread.
  TokenCache& cache() { return memory_.cache(); }

  // Of an engine that closes: waits until nothing is under way, and writes what the
  // store refused before, so that nothing of ours is left between Zoom and the store.
  // False if `deadline` passed first.
  base::Task<bool> Drain(SteadyTime deadline);

  // Only waits, after Drain(). For ever, if need be, with an infinite deadline.
  base::Task<bool> AwaitFlights(SteadyTime deadline);

 private:
  using Entry = TokenMemory::Entry;
  using EntryPtr = TokenMemory::EntryPtr;

  base::Task<absl::Status> AwaitRecord(EntryPtr entry, std::string credential_id,
                                       SteadyTime deadline);
  base::Task<absl::Status> AwaitLoading(EntryPtr entry, std::string credential_id,
                                        SteadyTime deadline);

  // `read_first`: what is in memory may be old.
  TokenMemory::StatusFlight BeginRenewal(EntryPtr entry, std::string credential_id, Renewal why,
                                         bool read_first);
  base::Task<absl::Status> RunRenewal(EntryPtr entry, std::string credential_id, Renewal why,
                                      bool read_first);

  const service::Context& context_;
  TokenMemory memory_;
  RefreshedTokens refreshed_;
  DelegatedTokens delegated_;
};

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_ACCESS_TOKENS_H_
