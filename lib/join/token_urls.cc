#include "join/token_urls.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/status.h"
#include "oauth/callback.h"
#include "zoom/access_token_claims.h"

namespace joinpass::join {
namespace {

const Secret kNoUrl;

void CheckUrl(const Secret& url, const char* name, bool wanted, std::vector<std::string>& wrong) {
  if (url.empty()) return;
  if (!oauth::CheckCallbackUrl(url).ok()) {
    wrong.push_back(std::string(name) +
                    " must be an https URL of at most 2048 bytes, without user and fragment");
  }
  if (!wanted) wrong.push_back(std::string(name) + " is for a part that is not asked for");
}

}  // namespace

const Secret& IdentityUrl(const JoinRequest& request) {
  switch (request.identity) {
    case Identity::kZak:
      return request.token_urls.zak_url;
    case Identity::kOnBehalfOf:
      return request.token_urls.obf_token_url;
    case Identity::kNone:
      break;
  }
  return kNoUrl;
}

void CheckTokenUrls(const JoinRequest& request, std::vector<std::string>& wrong) {
  const TokenUrls& urls = request.token_urls;
  const bool identity = request.identity_need != Need::kOff;
  CheckUrl(urls.join_token_url, "join_token_url", request.recording != Need::kOff, wrong);
  CheckUrl(urls.zak_url, "zak_url", identity && request.identity == Identity::kZak, wrong);
  CheckUrl(urls.obf_token_url, "obf_token_url",
           identity && request.identity == Identity::kOnBehalfOf, wrong);
}

base::Task<absl::StatusOr<JoinPass::Token>> FetchFinalToken(const service::Context& context,
                                                            Secret url, UrlSource source,
                                                            absl::Duration lifetime,
                                                            SteadyTime deadline) {
  const SteadyTime sent_at = context.clock.SteadyNow();
  const absl::Time now = context.clock.Now();
  JOINPASS_CO_ASSIGN_OR_RETURN(
      Secret value, co_await oauth::FetchToken(context, std::move(url), source, deadline));
  const std::optional<zoom::AccessTokenClaims> claims = zoom::ReadAccessTokenClaims(value);
  if (claims && claims->expires_at) lifetime = std::min(lifetime, *claims->expires_at - now);
  if (lifetime <= absl::ZeroDuration()) {
    ErrorInfo info;
    info.reason = Reason::kCallbackAnswerInvalid;
    info.cause = Cause::kExpiresTooSoon;
    co_return base::MakeError(info, "callback: the token is over already");
  }
  JoinPass::Token token;
  token.value = std::move(value);
  token.expires_at = sent_at + lifetime;
  co_return token;
}

}  // namespace joinpass::join
