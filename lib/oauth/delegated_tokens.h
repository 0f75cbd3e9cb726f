// DelegatedTokens: the access tokens of credentials whose tokens are the customer's.

#ifndef JOINPASS_LIB_OAUTH_DELEGATED_TOKENS_H_
#define JOINPASS_LIB_OAUTH_DELEGATED_TOKENS_H_

#include <string>

#include "absl/status/status.h"
#include "base/task.h"
#include "oauth/token_memory.h"
#include "service/context.h"

namespace joinpass::oauth {

// Asks the callback, and has what comes of it in the credential's log and health: one
// that gives no token that works pauses the credential, and nothing more, until it gives
// one. No token is stored.
//
// Used from the loop's thread only.
class DelegatedTokens {
 public:
  explicit DelegatedTokens(const service::Context& context) : context_(context) {}

  // Another token for `entry`, which is known and delegated. Where Zoom refused one, or it
  // was somebody else's, the credential stays paused for that until Hear() has better news.
  //
  // Errors: those of FetchToken() and WhenToAskAgain(); callback_answer_invalid: Zoom
  // has refused this token before
  base::Task<absl::Status> Renew(TokenMemory::EntryPtr entry, std::string credential_id);

  // What Zoom said of the token that is held: OK, RefusedByZoom() or OfSomebodyElse().
  base::Task<absl::Status> Hear(TokenMemory::EntryPtr entry, std::string credential_id,
                                absl::Status said);

 private:
  const service::Context& context_;
};

// Of a token that the callback gave: Zoom refuses it; it is not the credential's user's.
absl::Status RefusedByZoom();
absl::Status OfSomebodyElse();

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_DELEGATED_TOKENS_H_
