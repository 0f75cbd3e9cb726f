#include "oauth/consent.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/ids.h"
#include "base/status.h"
#include "crypto/pkce.h"
#include "oauth/authorization.h"
#include "oauth/expected.h"
#include "oauth/identify.h"
#include "oauth/next_try.h"
#include "oauth/refresh_rules.h"

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
  CheckExpected(request.expected, wrong);
  if (wrong.empty()) return absl::OkStatus();
  return base::MakeError(Reason::kInvalidArgument, "connect: " + absl::StrJoin(wrong, "; "));
}

// What may be better at another try.
bool MayPass(const absl::Status& error) {
  return absl::IsUnavailable(error) || absl::IsResourceExhausted(error) ||
         absl::IsDeadlineExceeded(error);
}

// The same of the store: a key that is missing now may be given in a moment.
bool MayPassInStore(const absl::Status& error) {
  const Reason reason = ReasonOf(error);
  return MayPass(error) || reason == Reason::kKeyMissing || reason == Reason::kKeyInvalid;
}

// True: nobody needs to ask whose it is any more.
bool IsVerdict(const absl::Status& named) {
  if (named.ok()) return true;
  const Reason reason = ReasonOf(named);
  return reason == Reason::kConsenterUnexpected || reason == Reason::kCredentialUnknown ||
         reason == Reason::kCredentialDisconnecting;
}

absl::Status StillUnderWay() {
  return base::MakeError(Reason::kDeadlineExceeded,
                         "connect: the deadline passed; the exchange goes on, and what comes of it "
                         "is kept");
}

store::CredentialRecord NewCredential(const service::Context& context, const store::AppRecord& app,
                                      store::Consenter expected, zoom::TokenAnswer answer) {
  const absl::Time now = context.clock.Now();
  store::CredentialRecord credential;
  credential.id = base::NewCredentialId(context.random);
  credential.app_id = app.id;
  credential.app_kind = app.settings.kind;
  credential.client_id = app.settings.client_id;
  credential.expected = std::move(expected);
  credential.tokens.access_token = std::move(answer.access_token);
  credential.tokens.refresh_token = std::move(answer.refresh_token);
  credential.tokens.access_expires_at = answer.expires_at;
  credential.tokens.scopes = std::move(answer.scopes);
  credential.tokens.api_origin = zoom::ApiOriginFor(context.origins, answer.api_url);
  credential.connected_at = now;
  return credential;
}

}  // namespace

absl::StatusOr<ConnectStart> BeginConsent(const service::Context& context,
                                          const ConnectRequest& request) {
  JOINPASS_RETURN_IF_ERROR(Check(request));
  JOINPASS_ASSIGN_OR_RETURN(const store::AppRecord app, context.records.GetApp(request.app_id));
  const std::string state = context.random.Token(kStateBytes);

  store::AuthorizationRequest begun;
  begun.app_id = app.id;
  begun.redirect_uri = request.redirect_uri;
  begun.code_verifier = crypto::MakeCodeVerifier(context.random);
  begun.bound_to_hash = context.records.HashBinding(request.bound_to);
  begun.expected = ToConsenter(request.expected);
  begun.expires_at = context.clock.Now() + kConsentLifetime;
  JOINPASS_RETURN_IF_ERROR(context.records.PutAuthorization(state, begun));

  ConnectStart start;
  start.authorize_url =
      zoom::AuthorizeUrl(context.origins, app.settings.client_id, request.redirect_uri, state,
                         crypto::CodeChallenge(begun.code_verifier.Reveal()));
  start.expires_at = begun.expires_at;
  return start;
}

Consents::Consents(const service::Context& context, AuthorizedCalls& calls, Upkeep& upkeep)
    : context_(context),
      calls_(calls),
      upkeep_(upkeep),
      gave_up_(std::make_shared<base::Flight<absl::Status>>(context.loop)) {}

// Nothing: its response was brought before.
absl::StatusOr<std::optional<Consents::Begun>> Consents::TakeBegun(const service::Context& context,
                                                                   const std::string& state,
                                                                   const std::string& bound_to) {
  JOINPASS_ASSIGN_OR_RETURN(
      std::optional<store::AuthorizationRequest> request,
      TakeAuthorization(context.records, state, bound_to, context.clock.Now()));
  if (!request) return std::nullopt;
  Begun begun;
  begun.state = state;
  begun.request = *std::move(request);
  JOINPASS_ASSIGN_OR_RETURN(begun.app, context.records.GetApp(begun.request.app_id));
  return begun;
}

base::Task<Consents::MaybeCredential> Consents::Finish(Secret redirected_to, std::string bound_to,
                                                       SteadyTime deadline) {
  absl::StatusOr<zoom::AuthorizationResponse> response =
      zoom::ReadAuthorizationResponse(redirected_to.Reveal());
  JOINPASS_CO_RETURN_IF_ERROR(response.status());
  const std::string state = response->state;
  JOINPASS_CO_ASSIGN_OR_RETURN(std::optional<Begun> begun,
                               co_await context_.OffLoop(service::Lane::kTokens, [&] {
                                 return TakeBegun(context_, state, bound_to);
                               }));
  if (!begun) co_return co_await AwaitOutcome(context_, state, deadline);
  if (const absl::Status allowed = zoom::CheckAuthorization(*response); !allowed.ok()) {
    const store::ConnectOutcome outcome = OutcomeOf(allowed);
    (void)co_await Note(state, outcome);
    co_return allowed;
  }
  const auto name = std::make_shared<Flight>(context_.loop);
  const auto exchange = std::make_shared<Flight>(context_.loop);
  Launch(exchanges_, exchange, ExchangeAndKeep(*std::move(begun), response->code, name));
  const std::optional<MaybeCredential> kept = co_await Flight::Wait(exchange, deadline);
  if (!kept) co_return StillUnderWay();
  JOINPASS_CO_RETURN_IF_ERROR(kept->status());
  const std::optional<MaybeCredential> named = co_await Flight::Wait(name, deadline);
  co_return named&& IsVerdict(named->status()) ? *named : *kept;
}

// For whoever brings the same response again. Without it he waits in vain, no more.
base::Task<absl::Status> Consents::Note(std::string state, store::ConnectOutcome outcome) {
  auto& records = context_.records;
  const absl::Time now = context_.clock.Now();
  co_return co_await base::Caught(context_.OffLoop(
      service::Lane::kTokens, [&] { return records.EndAuthorization(state, outcome, now); }));
}

void Consents::Launch(Flights& flights, std::shared_ptr<Flight> flight,
                      base::Task<MaybeCredential> task) {
  flights.push_back(flight);
  base::Start<MaybeCredential>(std::move(task), [&flights, flight](MaybeCredential landed) {
    std::erase(flights, flight);
    flight->Land(std::move(landed));
  });
}

base::Task<Consents::MaybeCredential> Consents::ExchangeAndKeep(Begun begun, Secret code,
                                                                std::shared_ptr<Flight> name) {
  absl::StatusOr<zoom::TokenAnswer> answer = co_await Exchange(begun, std::move(code));
  MaybeCredential kept = StillUnderWay();
  if (answer.ok()) {
    store::CredentialRecord fresh =
        NewCredential(context_, begun.app, begun.request.expected, *std::move(answer));
    kept = co_await Keep(std::move(fresh));
  } else {
    kept = answer.status();
  }
  const store::ConnectOutcome outcome = OutcomeOf(kept);
  (void)co_await Note(begun.state, outcome);
  if (kept.ok()) Launch(names_, std::move(name), FindWho(*kept, begun.state));
  co_return kept;
}

// Codes that work once are never sent twice.
base::Task<absl::StatusOr<zoom::TokenAnswer>> Consents::Exchange(const Begun& begun, Secret code) {
  zoom::ClientKeys keys;
  keys.client_id = begun.app.settings.client_id;
  keys.client_secret = begun.app.settings.client_secret;
  message::Request request = zoom::ExchangeCode(
      context_.origins, keys, code, begun.request.redirect_uri, begun.request.code_verifier);
  const absl::Time sent_at = context_.clock.Now();
  const SteadyTime deadline = context_.clock.SteadyNow() + kRefreshDeadline;
  JOINPASS_CO_ASSIGN_OR_RETURN(const message::Response response,
                               co_await context_.transport.Send(std::move(request), deadline));
  JOINPASS_CO_ASSIGN_OR_RETURN(zoom::TokenAnswer answer, zoom::ReadTokenAnswer(response, sent_at));
  if (answer.refresh_token.empty()) {
    co_return base::MakeError(Reason::kAnswerInvalid, "connect: the answer has no refresh token");
  }
  co_return answer;
}

// The exchange has voided the tokens of an earlier consent, so it must not be
// for nothing.
base::Task<Consents::MaybeCredential> Consents::Keep(store::CredentialRecord credential) {
  auto& records = context_.records;
  bool refused = false;
  for (absl::Duration pause = kSaveAgainAfter;; pause = std::min(2 * pause, kSaveAgainAtLeast)) {
    MaybeCredential kept = co_await base::Caught(
        context_.OffLoop(service::Lane::kTokens, [&] { return records.PutExchanged(credential); }));
    if (kept.ok() && refused) {
      context_.listeners.Notify(
          "tokens_saved", absl::StrCat("the store took the consent ", credential.id, " after all"));
    }
    const bool over = kept.ok() || !MayPassInStore(kept.status()) || gave_up_->landed();
    if (over) co_return kept;
    if (!refused) {
      context_.listeners.Notify(
          "tokens_unsaved",
          absl::StrCat("the store refuses the consent ", credential.id, ": it is in memory only"));
    }
    refused = true;
    co_await base::Flight<absl::Status>::Wait(gave_up_, context_.clock.SteadyNow() + pause);
  }
}

base::Task<Consents::MaybeCredential> Consents::FindWho(store::CredentialRecord kept,
                                                        std::string state) {
  for (int tries = 1;; ++tries) {
    const absl::StatusOr<store::Records::Consented> named =
        co_await Identify(context_, calls_, kept.id, context_.clock.SteadyNow() + kAskWhoDeadline);
    if (IsVerdict(named.status())) {
      MaybeCredential found = absl::UnknownError("");
      if (named.ok()) {
        found = named->record;
      } else {
        found = co_await FindAgain(std::move(kept), named.status());
      }
      const store::ConnectOutcome outcome = OutcomeOf(found);
      (void)co_await Note(state, outcome);
      co_return found;
    }
    const bool over = tries == kMostTries || !MayPass(named.status()) || gave_up_->landed();
    if (over) {
      upkeep_.Watch(kept.id);
      const store::ConnectOutcome outcome = {.credential_id = kept.id, .is_final = true};
      (void)co_await Note(state, outcome);
      co_return named.status();
    }
    co_await base::Flight<absl::Status>::Wait(gave_up_, context_.clock.SteadyNow() + kBetweenTries);
  }
}

// By the time of the consent and by its access token, unless that was replaced since.
base::Task<Consents::MaybeCredential> Consents::FindAgain(store::CredentialRecord kept,
                                                          absl::Status why) {
  if (ReasonOf(why) == Reason::kConsenterUnexpected) co_return why;
  auto& records = context_.records;
  const auto all = co_await context_.OffLoop(service::Lane::kTokens,
                                             [&] { return records.ListCredentials(kept.app_id); });
  if (!all.ok()) co_return all.status();
  for (const store::CredentialRecord& each : *all) {
    const bool has_its_token = each.tokens.access_token == kept.tokens.access_token ||
                               each.refreshed_at > each.connected_at;
    if (each.IsNamed() && each.connected_at == kept.connected_at && has_its_token) co_return each;
  }
  if (kept.expected.IsAnybody()) co_return why;
  co_return ConsentedUnexpectedly("another process has found that out");
}

base::Task<bool> Consents::AwaitAll(const Flights& flights, SteadyTime deadline) {
  while (!flights.empty()) {
    const std::optional<MaybeCredential> landed = co_await Flight::Wait(flights.back(), deadline);
    if (!landed) co_return false;
  }
  co_return true;
}

base::Task<bool> Consents::Drain(SteadyTime deadline) {
  const bool drained = co_await AwaitAll(exchanges_, deadline);
  gave_up_->Land(absl::OkStatus());
  co_return drained;
}

base::Task<bool> Consents::AwaitFlights() {
  const SteadyTime forever = SteadyTime::InfiniteFuture();
  (void)co_await AwaitAll(exchanges_, forever);
  co_return co_await AwaitAll(names_, forever);
}

}  // namespace joinpass::oauth
