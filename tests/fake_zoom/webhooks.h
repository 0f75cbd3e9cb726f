// Webhooks on their way: signed, perhaps lost or told twice, and brought again. No sockets.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_WEBHOOKS_H_
#define JOINPASS_TESTS_FAKE_ZOOM_WEBHOOKS_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "fake_zoom/happenings.h"
#include "fake_zoom/world.h"

namespace joinpass::fake_zoom {

// How the way is. Of a hundred events so many are lost, or told twice; each waits for up to
// `longest_delay`, and so is overtaken by others.
struct WebhookWay {
  int lost = 0;
  int doubled = 0;
  absl::Duration longest_delay = absl::ZeroDuration();
  // A retry is signed anew; else it has the first signature. Nobody outside Zoom knows.
  bool fresh_signature = true;
  std::uint64_t seed = 1;
};

struct WebhookDelivery {
  std::string client_id = {};
  std::string event = {};
  std::string body = {};
  std::string request_id = {};  // x-zm-request-id; of one event
  std::string timestamp = {};   // x-zm-request-timestamp
  std::string signature = {};   // x-zm-signature
  int tries = 0;                // before this one
};

// Thread-compatible.
class Webhooks {
 public:
  // From now on. What is under way stays as it is.
  void SetWay(const WebhookWay& way);

  // `app` is to be told, at `now` or later.
  void Add(const App& app, const Happening& happening, absl::Time now);

  // Those that are due, the first due first. Each is to be answered: what is not is lost.
  // Signed with the secret that the app has in `world` now.
  std::vector<WebhookDelivery> TakeDue(const World& world, absl::Time now);

  // One that is not of the queue.
  static WebhookDelivery Signed(const App& app, std::string event, std::string body,
                                absl::Time now);

  // What the receiver said; 0: nothing, or no HTTP. Brought again after 5, then 20, then 60
  // minutes, unless that was below 500. Source: Zoom's page on webhooks, "Webhook retries".
  void Answered(WebhookDelivery delivery, int http_status, absl::Time now);

  bool IsEmpty() const { return waiting_.empty(); }
  int taken() const { return taken_; }        // by the receiver
  int lost() const { return lost_; }          // by the way
  int given_up() const { return given_up_; }  // refused, or brought in vain to the end

 private:
  struct Waiting {
    absl::Time due = {};
    std::uint64_t number = 0;  // in which order they came
    WebhookDelivery delivery = {};
  };
  bool Happens(int percent);

  WebhookWay way_ = {};
  std::mt19937_64 dice_{1};
  std::uint64_t next_ = 0;
  int taken_ = 0;
  int lost_ = 0;
  int given_up_ = 0;
  std::vector<Waiting> waiting_ = {};
};

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_WEBHOOKS_H_
