// Webhooks as Zoom signs them.

#ifndef JOINPASS_TESTS_SUPPORT_SIGNED_WEBHOOK_H_
#define JOINPASS_TESTS_SUPPORT_SIGNED_WEBHOOK_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/text.h"
#include "crypto/hmac.h"
#include "joinpass/webhooks.h"

namespace joinpass::testing {

// One delivery, which keeps what its request points into.
struct SignedWebhook {
  std::string app_id;
  std::string body;
  std::string timestamp;
  std::string signature;

  SignedWebhook(std::string app, std::string_view secret, std::string raw, absl::Time at)
      : app_id(std::move(app)),
        body(std::move(raw)),
        timestamp(absl::StrCat(absl::ToUnixSeconds(at))),
        signature(SignatureOf(secret, timestamp, body)) {}

  static std::string SignatureOf(std::string_view secret, std::string_view timestamp,
                                 std::string_view body) {
    const auto digest = crypto::HmacSha256(
        secret, absl::StrCat("v0:", base::ToAbsl(timestamp), ":", base::ToAbsl(body)));
    return absl::StrCat("v0=", absl::BytesToHexString(base::ToAbsl(crypto::View(digest))));
  }

  WebhookRequest Request() const {
    return {.app_id = app_id,
            .headers = {{"x-zm-request-timestamp", timestamp}, {"x-zm-signature", signature}},
            .body = body};
  }
};

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_SUPPORT_SIGNED_WEBHOOK_H_
