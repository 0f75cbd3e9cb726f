// AuthorizedCalls: a request to Zoom's API in the name of a credential.

#ifndef JOINPASS_LIB_OAUTH_AUTHORIZED_CALLS_H_
#define JOINPASS_LIB_OAUTH_AUTHORIZED_CALLS_H_

#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "base/task.h"
#include "joinpass/credentials.h"
#include "joinpass/time.h"
#include "message/http.h"
#include "oauth/token_source.h"

namespace joinpass::oauth {

struct Answer {
  message::Response response = {};  // any HTTP status

  // Before the request left: what Zoom gave lives from some moment after this.
  SteadyTime sent_at = {};
};

// Used from the loop's thread only.
class AuthorizedCalls {
 public:
  using MakeRequest = absl::AnyInvocable<message::Request(const Grant&)>;

  AuthorizedCalls(const Context& context, TokenSource& tokens)
      : context_(context), tokens_(tokens) {}

  // Sends what `make` builds, with a good access token of the credential. If
  // Zoom refuses that token, it is refreshed and the request sent once more,
  // never a third time. Without a scope for `feature` nothing is sent.
  //
  // Errors: scope_missing, those of TokenSource::Get and of Transport::Send
  base::Task<absl::StatusOr<Answer>> Send(std::string credential_id, Feature feature,
                                          MakeRequest make, SteadyTime deadline);

  TokenSource& tokens() { return tokens_; }

 private:
  const Context& context_;
  TokenSource& tokens_;
};

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_AUTHORIZED_CALLS_H_
