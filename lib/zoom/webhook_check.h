// Whether a webhook is Zoom's. Pure.

#ifndef JOINPASS_LIB_ZOOM_WEBHOOK_CHECK_H_
#define JOINPASS_LIB_ZOOM_WEBHOOK_CHECK_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "joinpass/secret.h"
#include "joinpass/webhooks.h"

namespace joinpass::zoom {

// A longer one is refused before anything is made of it.
inline constexpr std::size_t kLargestWebhook = 256 * 1024;

// Of the signature: Zoom brings what was not taken again after 5, 25 and 85 minutes, perhaps
// with the first signature, and machines' clocks differ.
// Source: Zoom's webhook reference, "Webhook retries", read 2026-03.
inline constexpr absl::Duration kOldestSignature = absl::Hours(2);
inline constexpr absl::Duration kNewestSignature = absl::Minutes(5);

struct CheckedWebhook {
  absl::Time signed_at = absl::InfinitePast();  // in whole seconds
  std::size_t secret = 0;                       // by which of the secrets it is Zoom's
};

// `secrets` are the app's; nothing of `body` is read before one of them has signed it.
// Compares in constant time. Source: Zoom's webhook reference, "Verify webhook events":
// v0=hex(HMAC-SHA256(secret, "v0:" + timestamp + ":" + body)).
//
// Errors: webhook_secret_missing; webhook_not_authentic, with a cause; webhook_invalid
// (body_too_large)
absl::StatusOr<CheckedWebhook> CheckWebhook(const std::vector<Secret>& secrets,
                                            std::span<const WebhookHeader> headers,
                                            std::string_view body, absl::Time now);

// The answer to a URL challenge, whose signature was good by `secret`: JSON. It is made with
// the key that signs events, so an answer to whatever text would sign a forged one.
//
// Errors: webhook_invalid (challenge_not_plain)
absl::StatusOr<std::string> AnswerChallenge(const Secret& secret, std::string_view plain_token);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_WEBHOOK_CHECK_H_
