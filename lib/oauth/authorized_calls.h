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
#include "limits/limiter.h"
#include "message/http.h"
#include "oauth/access_tokens.h"
#include "service/circuits.h"
#include "zoom/endpoint.h"
#include "zoom/rate_limits.h"

namespace joinpass::oauth {

// In whose name: a credential's; or, with `grant`, that of a token which is no
// credential's yet, and which nobody can refresh.
struct Caller {
  std::string credential_id = {};
  std::optional<Grant> grant = {};
};

// OK, or scope_missing. Where nobody said which scopes there are, Zoom will.
absl::Status CheckScope(const Grant& grant, Feature feature);

// What a call gave.
template <typename T>
struct Called {
  T value = {};
  base::Moment sent_at = {};  // before the request left: what came lives from then on
};

// How the calls of somebody keep to Zoom's rate limits.
struct Pacing {
  limits::Limiter* limiter = nullptr;  // none: they do not
  limits::Urgency urgency = limits::Urgency::kJoin;
};

// The one door for calls in somebody's name. Used from the loop's thread only.
class AuthorizedCalls {
 public:
  AuthorizedCalls(const service::Context& context, AccessTokens& tokens, Pacing pacing = {})
      : context_(context), tokens_(tokens), pacing_(pacing) {}

  // Asks with a good access token of the credential, when it is its turn, and reads the
  // answer. If Zoom refuses that token, it is refreshed and the request sent once more, never
  // a third time. What changes nothing at Zoom, as all that an Endpoint is, is also sent again,
  // up to three times, if Zoom says that there were too many in that second, or fails, or
  // nobody answers; but see http/circuit.h. Without a scope for the endpoint's feature nothing
  // is sent.
  //
  // Errors: scope_missing, those of AccessTokens::Get, of Circuits::AwaitGate, of
  // Limiter::AwaitTurn, of Transport::Send and of the endpoint's reader
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
    Asked asked;
    asked.feature = endpoint.feature;
    asked.label_for = [&endpoint](AppKind kind) { return endpoint.FormFor(kind).row.label; };
    asked.make = [&endpoint](const Grant& grant) {
      return zoom::RequestOf(endpoint, grant.kind, grant.access);
    };
    JOINPASS_CO_ASSIGN_OR_RETURN(const Answered answered,
                                 co_await Send(std::move(caller), std::move(asked), deadline));
    Called<T> called;
    called.sent_at = answered.sent_at;
    JOINPASS_CO_ASSIGN_OR_RETURN(called.value, endpoint.read(answered.response));
    co_return called;
  }

  // What the caller may do; `caller` outlives the task. Errors: those of AccessTokens::Get
  base::Task<absl::StatusOr<Grant>> GrantOf(const Caller& caller, SteadyTime deadline);

  AccessTokens& tokens() { return tokens_; }

 private:
  struct Asked {
    Feature feature = Feature::kReadUser;
    absl::AnyInvocable<zoom::RateLabel(AppKind)> label_for = {};
    absl::AnyInvocable<message::Request(const Grant&)> make = {};
  };

  struct Answered {
    message::Response response = {};  // any HTTP status
    base::Moment sent_at = {};
  };

  base::Task<absl::StatusOr<Answered>> Send(Caller caller, Asked asked, SteadyTime deadline);
  // What one try came to.
  struct Tried {
    Answered answered = {};
    absl::Status status = absl::OkStatus();  // not OK: there was no answer
    http::Outcome outcome = http::Outcome::kUntold;
    zoom::RateNews news = {};
    absl::Time not_before = absl::InfinitePast();  // as Zoom says
  };

  // Until there is an answer that is worth having. `grant` is had again where it may have grown
  // old meanwhile.
  base::Task<absl::StatusOr<Answered>> SendInTurn(const Caller& caller, Grant& grant, Asked& asked,
                                                  SteadyTime deadline);
  struct TimedGrant {
    Grant grant = {};
    SteadyTime had_at = {};
  };
  base::Task<absl::StatusOr<service::Circuits::Pass>> AwaitPass(const Caller& caller,
                                                                TimedGrant& grant,
                                                                limits::Call call,
                                                                SteadyTime deadline);
  base::Task<Tried> Try(const limits::Call& call, service::Circuits::Pass& pass,
                        message::Request request, bool is_last, SteadyTime deadline);
  std::optional<SteadyTime> WhenAgain(const limits::Call& call, const Tried& tried,
                                      const service::Circuits::Pass& pass, int times) const;
  bool IsPaced(const limits::Call& call) const;

  const service::Context& context_;
  AccessTokens& tokens_;
  const Pacing pacing_;
};

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_AUTHORIZED_CALLS_H_
