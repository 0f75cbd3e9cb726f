// What a FakeZoom consists of. For fake_zoom.cc and setters.cc only.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_INSIDE_H_
#define JOINPASS_TESTS_FAKE_ZOOM_INSIDE_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "absl/status/status.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "fake_zoom/clock.h"
#include "fake_zoom/fake_zoom.h"
#include "fake_zoom/sender.h"
#include "fake_zoom/server.h"
#include "fake_zoom/state.h"

namespace joinpass::fake_zoom {

// A folder of our own for the CA, gone with us.
class Folder {
 public:
  Folder() = default;
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  absl::Status Make();
  std::string File(std::string_view name) const;

 private:
  std::string path_ = {};
};

struct FakeZoom::Inside {
  Inside(const TokenRules& rules, VirtualClock start) : clock(start), state(rules) {}

  absl::Time Now() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    return clock.Now(base::SystemClock().SteadyNow());
  }

  base::Mutex mutex;
  base::CondVar called;
  VirtualClock clock ABSL_GUARDED_BY(mutex);
  State state ABSL_GUARDED_BY(mutex);
  Folder folder = {};
  std::unique_ptr<Server> server = {};

  // Brings what is due to the URLs, until the end; made with the first of them.
  void Bring();
  std::map<std::string, WebhookUrl> webhook_urls ABSL_GUARDED_BY(mutex) = {};  // by client id
  bool ending ABSL_GUARDED_BY(mutex) = false;
  std::thread bringing;
};

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_INSIDE_H_
