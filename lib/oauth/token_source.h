// TokenSource: an access token that works, for whoever asks.

#ifndef JOINPASS_LIB_OAUTH_TOKEN_SOURCE_H_
#define JOINPASS_LIB_OAUTH_TOKEN_SOURCE_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/flight.h"
#include "base/task.h"
#include "joinpass/apps.h"
#include "joinpass/secret.h"
#include "joinpass/time.h"
#include "oauth/context.h"
#include "oauth/refresh_rules.h"
#include "store/records.h"
#include "zoom/api_calls.h"
#include "zoom/token_calls.h"

namespace joinpass::oauth {

// An access token and what it allows.
struct Grant {
  zoom::Access access = {};
  std::vector<std::string> scopes = {};
  AppKind kind = AppKind::kUserManaged;
  std::string user_id = {};
  std::string account_id = {};
};

// Keeps the access token of each credential in memory and refreshes it in time:
// one refresh per credential at a time, however many ask. New tokens are durable
// before anybody is given them. A refresh belongs to this object and not to who
// caused it: it goes on when the caller has left.
//
// Used from the loop's thread only.
class TokenSource {
 public:
  explicit TokenSource(const Context& context) : context_(context) {}

  // A token with at least 10 s left, usually more than 2 minutes.
  //
  // Errors: credential_unknown, reauthorization_required, app_credentials_invalid,
  // refresh_busy (`deadline` passed while a refresh went on), refresh_unanswered,
  // rate_limited_until, and those of the network and the store
  base::Task<absl::StatusOr<Grant>> Get(std::string credential_id, SteadyTime deadline);

  // Zoom refused `access_token` though it has not expired. The next Get() gives
  // another one or an error.
  void Reject(const std::string& credential_id, const Secret& access_token);

  // What is in memory of this credential is out of date.
  void Forget(const std::string& credential_id);

  // Starts nothing new from now on, waits until no refresh is under way, and
  // writes what the store refused before, so that nothing of ours is left between
  // Zoom and the store. False if `deadline` passed first.
  base::Task<bool> Drain(SteadyTime deadline);

  // Only waits, after Drain(). For ever, if need be, with an infinite deadline.
  base::Task<bool> AwaitFlights(SteadyTime deadline);

 private:
  // New tokens that the store refused so far. Until they are written, no
  // refresh starts.
  struct Unsaved {
    Secret spent;
    store::Tokens tokens;
  };

  // Many wait for one outcome. Null: nothing is under way.
  using StatusFlight = std::shared_ptr<base::Flight<absl::Status>>;

  struct Entry {
    std::optional<store::CredentialRecord> record;
    AppKind kind = AppKind::kUserManaged;
    Secret rejected;  // Zoom refused this access token
    std::optional<Unsaved> unsaved;
    StatusFlight loading;
    StatusFlight renewal;
  };

  StatusFlight Launch(Entry& entry, StatusFlight Entry::*slot, base::Task<absl::Status> task);
  base::Task<absl::Status> AwaitRecord(Entry& entry, std::string credential_id,
                                       SteadyTime deadline);
  base::Task<absl::Status> Load(Entry& entry, std::string credential_id);

  // One refresh, in the order of these.
  base::Task<absl::Status> Renew(std::string credential_id);
  base::Task<absl::Status> SaveUnsaved(Entry& entry, std::string credential_id);
  base::Task<absl::Status> Refresh(Entry& entry, store::CredentialRecord record);
  base::Task<absl::Status> Settle(Entry& entry, store::CredentialRecord sent,
                                  absl::StatusOr<zoom::TokenAnswer> answer);
  base::Task<absl::Status> Condemn(Entry& entry, store::CredentialRecord sent,
                                   absl::Status refusal);
  base::Task<absl::Status> FollowOther(Entry& entry, std::string credential_id);

  static bool IsRejected(const Entry& entry, const store::Tokens& tokens);
  TokenAge AgeOfToken(const Entry& entry) const;  // Requires a record.
  bool HasUsableToken(const Entry& entry) const;
  SteadyTime PatienceFor(const Entry& entry, SteadyTime deadline) const;

  const Context& context_;
  std::map<std::string, Entry> entries_;  // stable addresses; never erased
  bool closing_ = false;
};

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_TOKEN_SOURCE_H_
