// Brings webhooks to a URL: plain HTTP on this machine only. Blocks.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_SENDER_H_
#define JOINPASS_TESTS_FAKE_ZOOM_SENDER_H_

#include <optional>
#include <string>
#include <string_view>

#include "fake_zoom/webhooks.h"

namespace joinpass::fake_zoom {

// Where webhooks go: "http://127.0.0.1:8080/path".
struct WebhookUrl {
  int port = 0;
  std::string path = {};
};
std::optional<WebhookUrl> ReadWebhookUrl(std::string_view url);

struct Posted {
  int status = 0;  // 0: there was no answer within 3 seconds
  std::string body = {};
};
// One POST with the header that Zoom sends, on a connection of its own.
Posted Post(const WebhookUrl& url, const WebhookDelivery& delivery);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_SENDER_H_
