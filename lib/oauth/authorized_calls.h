// AuthorizedCalls: a call of Zoom's API in the name of a credential.

#ifndef JOINPASS_LIB_OAUTH_AUTHORIZED_CALLS_H_
#define JOINPASS_LIB_OAUTH_AUTHORIZED_CALLS_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/status.h"
#include "base/task.h"
#include "joinpass/credentials.h"
#include "joinpass/time.h"
#include "message/http.h"
#include "oauth/access_tokens.h"
#include "zoom/endpoint.h"

namespace joinpass::oauth {

// In whose name: a credential's; or, with `grant`, that of a token which is no
// credential's yet, and which nobody can refresh.
struct Caller {
  std::string credential_id = {};
  std::optional<Grant> grant = {};
};

// What a call gave.
template <typename T>
struct Called {
  T value = {};
  base::Moment sent_at = {};  // before the request left: what came lives from then on
};

// The one door for calls in somebody's name. Used from the loop's thread only.
class AuthorizedCalls {
 public:
  AuthorizedCalls(const service::Context& context, AccessTokens& tokens)
      : context_(context), tokens_(tokens) {}

  // Asks with a good access token of the credential, and reads the answer. If Zoom
  // refuses that token, it is refreshed and the request sent once more, never a
  // third time. Without a scope for the endpoint's feature nothing is sent.
  //
  // Errors: scope_missing, those of AccessTokens::Get, of Transport::Send and of the
  // endpoint's reader
  template <typename T>
  base::Task<absl::StatusOr<Called<T>>> Call(zoom::Endpoint<T> endpoint, std::string credential_id,
                                             SteadyTime deadline) {
    Caller caller;
    caller.credential_id = std::move(credential_id);
    co_return co_await Call(std::move(endpoint), std::move(caller), deadline);
  }
  template <typename T>
  base::Task<absl::StatusOr<Called<T>>> Call(zoom::Endpoint<T> endpoint, Caller caller,
                                             SteadyTime deadline) {
    MakeRequest make = [&endpoint](const Grant& grant) {
      return zoom::RequestOf(endpoint, grant.kind, grant.access);
    };
    JOINPASS_CO_ASSIGN_OR_RETURN(
        const Answered answered,
        co_await Send(std::move(caller), endpoint.feature, std::move(make), deadline));
    Called<T> called;
    called.sent_at = answered.sent_at;
    JOINPASS_CO_ASSIGN_OR_RETURN(called.value, endpoint.read(answered.response));
    co_return called;
  }

  // What the caller may do; `caller` outlives the task. Errors: those of AccessTokens::Get
  base::Task<absl::StatusOr<Grant>> GrantOf(const Caller& caller, SteadyTime deadline);

  AccessTokens& tokens() { return tokens_; }

 private:
  using MakeRequest = absl::AnyInvocable<message::Request(const Grant&)>;

  struct Answered {
    message::Response response = {};  // any HTTP status
    base::Moment sent_at = {};
  };

  base::Task<absl::StatusOr<Answered>> Send(Caller caller, Feature feature, MakeRequest make,
                                            SteadyTime deadline);

  const service::Context& context_;
  AccessTokens& tokens_;
};

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_AUTHORIZED_CALLS_H_
