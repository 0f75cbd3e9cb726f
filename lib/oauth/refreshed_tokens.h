// RefreshedTokens: the access tokens of managed credentials.

#ifndef JOINPASS_LIB_OAUTH_REFRESHED_TOKENS_H_
#define JOINPASS_LIB_OAUTH_REFRESHED_TOKENS_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/task.h"
#include "joinpass/time.h"
#include "oauth/next_try.h"
#include "oauth/refresh_rules.h"
#include "oauth/token_memory.h"
#include "service/context.h"

namespace joinpass::oauth {

// Runs the refresh protocol (refresh_machine.h says how), no sooner than what failed
// before allows. What the store refuses of an answer is written as soon as it can be.
//
// Used from the loop's thread only.
class RefreshedTokens {
 public:
  RefreshedTokens(const service::Context& context, TokenMemory& memory)
      : context_(context), memory_(memory) {}

  // One run for `entry`, which is known and managed. OK: what is in memory is such as
  // was wished for. Errors as for AccessTokens::Renew()
  base::Task<absl::Status> Renew(TokenMemory::EntryPtr entry, std::string credential_id,
                                 Renewal why);

  // Writes what the store has refused so far. False: `deadline` passed first.
  base::Task<bool> SaveAll(SteadyTime deadline);

 private:
  using Entry = TokenMemory::Entry;
  using EntryPtr = TokenMemory::EntryPtr;

  absl::Status MayTry(const Entry& entry) const;
  base::Task<std::optional<absl::Status>> RunProtocol(EntryPtr entry, std::string credential_id,
                                                      Renewal why);
  void Judge(Entry& entry, RefreshState end, const absl::Status& outcome);
  base::Task<absl::Status> TrySaving(EntryPtr entry, std::string credential_id);
  base::Task<absl::Status> KeepSaving(EntryPtr entry, std::string credential_id);

  const service::Context& context_;
  TokenMemory& memory_;
  std::map<std::string, NextTry> apps_;  // what Zoom limits, it limits for an app
};

// Of an access token that Zoom gave, and that does not work.
absl::Status DeadOnArrival(std::optional<absl::Time> retry_at = {});

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_REFRESHED_TOKENS_H_
