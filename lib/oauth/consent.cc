#include "oauth/consent.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/flight.h"
#include "base/status.h"
#include "crypto/pkce.h"
#include "zoom/access_token_claims.h"
#include "zoom/api_answers.h"
#include "zoom/api_calls.h"
#include "zoom/scopes.h"
#include "zoom/token_calls.h"

namespace joinpass::oauth {
namespace {

constexpr absl::Duration kConsentLifetime = absl::Minutes(10);
constexpr absl::Duration kAskWhoDeadline = absl::Seconds(10);
constexpr absl::Duration kBetweenTries = absl::Seconds(1);
constexpr int kMostTries = 3;
constexpr std::size_t kStateBytes = 32;
constexpr std::size_t kMostBinding = 1024;
constexpr std::size_t kMostRedirectUri = 2048;

absl::Status Check(const ConnectRequest& request) {
  std::vector<std::string> wrong;
  if (request.bound_to.empty() || request.bound_to.size() > kMostBinding) {
    wrong.push_back("bound_to must have 1 to 1024 bytes");
  }
  const bool is_web = absl::StartsWith(request.redirect_uri, "https://") ||
                      absl::StartsWith(request.redirect_uri, "http://");
  if (!is_web || request.redirect_uri.size() > kMostRedirectUri) {
    wrong.push_back("redirect_uri must be an http(s) URL of at most 2048 bytes");
  }
  if (wrong.empty()) return absl::OkStatus();
  return base::MakeError(Reason::kInvalidArgument, "connect: " + absl::StrJoin(wrong, "; "));
}

// Takes the consent that the redirect belongs to, if it is this browser's.
absl::StatusOr<store::ConsentRecord> TakeConsent(const Context& context, const std::string& state,
                                                 const std::string& bound_to) {
  JOINPASS_ASSIGN_OR_RETURN(std::optional<store::ConsentRecord> consent,
                            context.records.TakeConsent(state, context.clock.Now()));
  if (!consent) {
    return base::MakeError(Reason::kConsentStateInvalid,
                           "connect: no consent with this state is under way");
  }
  if (!context.records.IsBoundTo(consent->bound_to_hash, bound_to)) {
    return base::MakeError(Reason::kConsentStateInvalid,
                           "connect: the consent was begun by somebody else");
  }
  return *std::move(consent);
}

struct Begun {
  store::ConsentRecord consent;
  store::AppRecord app;
};

absl::StatusOr<Begun> TakeBegun(const Context& context, const std::string& state,
                                const std::string& bound_to) {
  Begun begun;
  JOINPASS_ASSIGN_OR_RETURN(begun.consent, TakeConsent(context, state, bound_to));
  JOINPASS_ASSIGN_OR_RETURN(begun.app, context.records.GetApp(begun.consent.app_id));
  return begun;
}

// Codes that work once are never sent twice; the deadline is the caller's.
base::Task<absl::StatusOr<zoom::TokenAnswer>> Exchange(const Context& context, const Begun& begun,
                                                       Secret code, SteadyTime deadline) {
  zoom::ClientKeys keys;
  keys.client_id = begun.app.settings.client_id;
  keys.client_secret = begun.app.settings.client_secret;
  message::Request request = zoom::ExchangeCode(
      context.origins, keys, code, begun.consent.redirect_uri, begun.consent.code_verifier);
  const absl::Time sent_at = context.clock.Now();
  JOINPASS_CO_ASSIGN_OR_RETURN(const message::Response response,
                               co_await context.transport.Send(std::move(request), deadline));
  JOINPASS_CO_ASSIGN_OR_RETURN(zoom::TokenAnswer answer, zoom::ReadTokenAnswer(response, sent_at));
  if (answer.refresh_token.empty()) {
    co_return base::MakeError(Reason::kAnswerInvalid, "connect: the answer has no refresh token");
  }
  co_return answer;
}

base::Task<absl::StatusOr<zoom::User>> AskWhoOnce(const Context& context,
                                                  const zoom::Access& access) {
  message::Request request = zoom::GetUser(access, "me");
  const SteadyTime deadline = context.clock.SteadyNow() + kAskWhoDeadline;
  JOINPASS_CO_ASSIGN_OR_RETURN(const message::Response response,
                               co_await context.transport.Send(std::move(request), deadline));
  co_return zoom::ReadUser(response);
}

bool MayPass(const absl::Status& error) {
  return absl::IsUnavailable(error) || absl::IsResourceExhausted(error) ||
         absl::IsDeadlineExceeded(error);
}

// The exchange has voided the tokens of an earlier consent, so it must not be
// for nothing: this and the storing have time of their own, and more than one try.
base::Task<absl::StatusOr<zoom::User>> AskWho(const Context& context, const zoom::Access& access) {
  for (int tries = 1;; ++tries) {
    absl::StatusOr<zoom::User> user = co_await AskWhoOnce(context, access);
    if (user.ok() || tries == kMostTries || !MayPass(user.status())) co_return user;
    co_await base::SleepUntil(context.loop, context.clock.SteadyNow() + kBetweenTries);
  }
}

base::Task<absl::StatusOr<store::Records::Consented>> Keep(const Context& context,
                                                           store::CredentialRecord credential) {
  for (int tries = 1;; ++tries) {
    absl::StatusOr<store::Records::Consented> kept = co_await context.OffLoop(
        [&context, &credential] { return context.records.PutConsented(credential); });
    if (kept.ok() || tries == kMostTries || !absl::IsUnavailable(kept.status())) co_return kept;
    co_await base::SleepUntil(context.loop, context.clock.SteadyNow() + kBetweenTries);
  }
}

// Who consented, where the scopes of an account's consent do not let us ask: the
// token came from Zoom itself, so what it says of itself is as good.
absl::StatusOr<zoom::User> WhoTheTokenNames(const Secret& access_token) {
  const auto claims = zoom::ReadAccessTokenClaims(access_token);
  if (!claims || claims->account_id.empty()) {
    ErrorInfo info;
    info.reason = Reason::kScopeMissing;
    info.missing_scopes = zoom::ScopesFor(Feature::kReadUser, AppKind::kAccountManaged);
    return base::MakeError(
        info, "connect: the token does not name its account, and no scope lets us ask for it");
  }
  zoom::User user;
  user.id = claims->user_id;
  user.account_id = claims->account_id;
  return user;
}

base::Task<absl::StatusOr<zoom::User>> FindWho(const Context& context, AppKind kind,
                                               const zoom::TokenAnswer& answer,
                                               const zoom::Access& access) {
  // Where Zoom did not say which scopes there are, it says so now.
  const bool may_ask = kind == AppKind::kUserManaged || answer.scopes.empty() ||
                       zoom::Allows(answer.scopes, Feature::kReadUser, kind);
  if (!may_ask) co_return WhoTheTokenNames(access.access_token);
  const absl::StatusOr<zoom::User> asked = co_await AskWho(context, access);
  const bool lacks_scope = !asked.ok() && ReasonOf(asked.status()) == Reason::kScopeMissing;
  if (lacks_scope && kind == AppKind::kAccountManaged) {
    co_return WhoTheTokenNames(access.access_token);
  }
  JOINPASS_CO_ASSIGN_OR_RETURN(const zoom::User user, asked);
  if (kind == AppKind::kAccountManaged && user.account_id.empty()) {
    co_return base::MakeError(Reason::kAnswerInvalid, "connect: Zoom does not name the account");
  }
  co_return user;
}

store::CredentialRecord NewCredential(const Context& context, const Begun& begun, zoom::User user,
                                      zoom::TokenAnswer answer, std::string api_origin) {
  const absl::Time now = context.clock.Now();
  store::CredentialRecord credential;
  credential.id = "cred_" + context.random.Token(16);
  credential.app_id = begun.app.id;
  credential.app_kind = begun.app.settings.kind;
  credential.client_id = begun.app.settings.client_id;
  credential.user_id = std::move(user.id);
  credential.account_id = std::move(user.account_id);
  credential.email = std::move(user.email);
  credential.tokens.access_token = std::move(answer.access_token);
  credential.tokens.refresh_token = std::move(answer.refresh_token);
  credential.tokens.access_expires_at = answer.expires_at;
  credential.tokens.scopes = std::move(answer.scopes);
  credential.tokens.api_origin = std::move(api_origin);
  credential.health_since = now;
  credential.connected_at = now;
  return credential;
}

}  // namespace

absl::StatusOr<ConnectStart> BeginConsent(const Context& context, const ConnectRequest& request) {
  JOINPASS_RETURN_IF_ERROR(Check(request));
  JOINPASS_ASSIGN_OR_RETURN(const store::AppRecord app, context.records.GetApp(request.app_id));
  const std::string state = context.random.Token(kStateBytes);

  store::ConsentRecord consent;
  consent.app_id = app.id;
  consent.redirect_uri = request.redirect_uri;
  consent.code_verifier = crypto::MakeCodeVerifier(context.random);
  consent.bound_to_hash = context.records.HashBinding(request.bound_to);
  consent.expires_at = context.clock.Now() + kConsentLifetime;
  JOINPASS_RETURN_IF_ERROR(context.records.PutConsent(state, consent));

  ConnectStart start;
  start.authorize_url =
      zoom::AuthorizeUrl(context.origins, app.settings.client_id, request.redirect_uri, state,
                         crypto::CodeChallenge(consent.code_verifier.Reveal()));
  start.expires_at = consent.expires_at;
  return start;
}

base::Task<absl::StatusOr<store::Records::Consented>> FinishConsent(const Context& context,
                                                                    Secret redirected_to,
                                                                    std::string bound_to,
                                                                    SteadyTime deadline) {
  absl::StatusOr<zoom::RedirectAnswer> redirect = zoom::ReadRedirect(redirected_to.Reveal());
  JOINPASS_CO_RETURN_IF_ERROR(redirect.status());
  const std::string state = redirect->state;
  JOINPASS_CO_ASSIGN_OR_RETURN(const Begun begun, co_await context.OffLoop([&] {
    return TakeBegun(context, state, bound_to);
  }));
  JOINPASS_CO_RETURN_IF_ERROR(zoom::CheckConsent(*redirect));
  JOINPASS_CO_ASSIGN_OR_RETURN(zoom::TokenAnswer answer,
                               co_await Exchange(context, begun, redirect->code, deadline));
  zoom::Access access;
  access.api_origin = zoom::ApiOriginFor(context.origins, answer.api_url);
  access.access_token = answer.access_token;
  const AppKind kind = begun.app.settings.kind;
  JOINPASS_CO_ASSIGN_OR_RETURN(zoom::User user, co_await FindWho(context, kind, answer, access));
  store::CredentialRecord credential =
      NewCredential(context, begun, std::move(user), std::move(answer), access.api_origin);
  co_return co_await Keep(context, std::move(credential));
}

}  // namespace joinpass::oauth
