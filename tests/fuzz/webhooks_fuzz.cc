// Webhooks, what the browser brings back from the consent page, and what a token says of itself.

#include <array>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/text.h"
#include "crypto/hmac.h"
#include "fuzz/require.h"
#include "zoom/access_token_claims.h"
#include "zoom/harmless_text.h"
#include "zoom/token_calls.h"
#include "zoom/webhook_check.h"
#include "zoom/webhook_event.h"

namespace joinpass::fuzz {
namespace {

void TryWebhook(std::string_view body) {
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  const std::vector<Secret> secrets = {Secret("first"), Secret("second")};
  const auto digest =
      crypto::HmacSha256("second", absl::StrCat("v0:1700000000:", base::ToAbsl(body)));
  const std::string hex = absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
  const std::string signature = "v0=" + hex;
  const std::array<WebhookHeader, 2> headers = {
      {{"x-zm-signature", signature}, {"x-zm-request-timestamp", "1700000000"}}};
  const auto good = zoom::CheckWebhook(secrets, headers, body, now);
  if (body.size() <= zoom::kLargestWebhook) {
    Require(good.ok() && good->secret == 1, "what the second secret has signed is Zoom's");
  }
  const auto other = zoom::CheckWebhook(secrets, headers, std::string(body) + ' ', now);
  Require(!other.ok(), "of what was changed nothing is taken");
  RequireNamed(other.status());
  // The body in the place of the header.
  const std::array<WebhookHeader, 2> forged = {
      {{"x-zm-signature", body}, {"x-zm-request-timestamp", body}}};
  const auto forgery = zoom::CheckWebhook(secrets, forged, body, now);
  Require(!forgery.ok(), "nothing signs itself");
  RequireNamed(forgery.status());

  const auto event = zoom::ReadWebhook(body);
  if (!event.ok()) RequireNamed(event.status());
  if (event.ok()) Require(!event->name.empty() && IsPrintable(event->name), "an event has a name");
  const auto challenge = zoom::AnswerChallenge(secrets[0], body);
  if (!challenge.ok()) RequireNamed(challenge.status());
}

void TryRedirect(std::string_view text) {
  const auto response = zoom::ReadAuthorizationResponse(text);
  if (!response.ok()) return RequireNamed(response.status());
  Require(!response->state.empty() && response->state.size() <= 1024,
          "a state is there, and bounded");
  Require(response->code.empty() == !response->error.empty(), "there is a code or an error");
  const absl::Status answer = zoom::CheckAuthorization(*response);
  if (!answer.ok()) RequireNamed(answer);
}

void TryClaims(std::string_view text) {
  (void)zoom::ReadAccessTokenClaims(Secret(text));
  std::string payload;
  absl::WebSafeBase64Escape(base::ToAbsl(text), &payload);
  const auto claims = zoom::ReadAccessTokenClaims(Secret("e30." + payload + ".c2ln"));
  if (!claims) return;
  for (const std::string* claim : {&claims->client_id, &claims->user_id, &claims->account_id}) {
    Require(claim->size() <= 256, "a claim is bounded");
  }
}

}  // namespace
}  // namespace joinpass::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = joinpass::fuzz::TextOf(data, size);
  joinpass::fuzz::TryWebhook(text);
  joinpass::fuzz::TryRedirect(text);
  joinpass::fuzz::TryClaims(text);
  joinpass::fuzz::Require(joinpass::fuzz::IsPrintable(joinpass::zoom::HarmlessText(text)),
                          "what is quoted is printable");
  return 0;
}
