#include "fake_zoom/webhooks.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "fake_zoom/signing.h"

namespace joinpass::fake_zoom {
namespace {

constexpr std::array kRetries = {absl::Minutes(5), absl::Minutes(20), absl::Minutes(60)};

void Sign(const App& app, absl::Time now, WebhookDelivery& delivery) {
  delivery.timestamp = absl::StrCat(absl::ToUnixSeconds(now));
  delivery.signature = WebhookSignature(app.webhook_secret, delivery.timestamp, delivery.body);
}

}  // namespace

WebhookDelivery Webhooks::Signed(const App& app, std::string event, std::string body,
                                 absl::Time now) {
  WebhookDelivery delivery = {.client_id = app.client_id,
                              .event = std::move(event),
                              .body = std::move(body),
                              .request_id = RandomHex(16)};
  Sign(app, now, delivery);
  return delivery;
}

void Webhooks::SetWay(const WebhookWay& way) {
  way_ = way;
  dice_.seed(way.seed);
}

bool Webhooks::Happens(int percent) {
  return std::uniform_int_distribution<int>(0, 99)(dice_) < percent;
}

void Webhooks::Add(const App& app, const Happening& happening, absl::Time now) {
  if (Happens(way_.lost)) {
    ++lost_;
    return;
  }
  const std::int64_t longest = absl::ToInt64Milliseconds(way_.longest_delay);
  for (int copies = Happens(way_.doubled) ? 2 : 1; copies > 0; --copies) {
    Waiting& waiting = waiting_.emplace_back();
    const auto delay = std::uniform_int_distribution<std::int64_t>(0, longest)(dice_);
    waiting.due = now + absl::Milliseconds(delay);
    waiting.number = next_++;
    waiting.delivery = {.client_id = app.client_id,
                        .event = happening.event,
                        .body = happening.body,
                        .request_id = RandomHex(16)};
  }
}

std::vector<WebhookDelivery> Webhooks::TakeDue(const World& world, absl::Time now) {
  const auto due = std::partition(waiting_.begin(), waiting_.end(),
                                  [now](const Waiting& one) { return one.due > now; });
  std::sort(due, waiting_.end(), [](const Waiting& a, const Waiting& b) {
    return std::tie(a.due, a.number) < std::tie(b.due, b.number);
  });
  std::vector<WebhookDelivery> taken;
  for (auto it = due; it != waiting_.end(); ++it) {
    const auto app = world.apps.find(it->delivery.client_id);
    if (app == world.apps.end()) continue;
    WebhookDelivery& delivery = taken.emplace_back(std::move(it->delivery));
    if (delivery.tries > 0 && !way_.fresh_signature) continue;
    Sign(app->second, now, delivery);
  }
  waiting_.erase(due, waiting_.end());
  return taken;
}

void Webhooks::Answered(WebhookDelivery delivery, int http_status, absl::Time now) {
  const auto tries = static_cast<std::size_t>(delivery.tries++);
  const bool was_taken = http_status >= 200 && http_status < 300;
  if (was_taken) {
    ++taken_;
    return;
  }
  const bool is_again = http_status == 0 || http_status >= 500;
  if (!is_again || tries >= kRetries.size()) {
    ++given_up_;
    return;
  }
  Waiting& waiting = waiting_.emplace_back();
  waiting.due = now + kRetries[tries];
  waiting.number = next_++;
  waiting.delivery = std::move(delivery);
}

}  // namespace joinpass::fake_zoom
