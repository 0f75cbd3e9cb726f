// What can be made to go wrong with an answer. Pure.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_FAULTS_H_
#define JOINPASS_TESTS_FAKE_ZOOM_FAULTS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "fake_zoom/message.h"

namespace joinpass::fake_zoom {

enum class FaultKind {
  kLoseAnswer,  // act, then close the connection without a byte
  kDelay,       // act, then answer when `delay` has passed on the fake's clock
  kHold,        // act, then answer after Release()
  kReset,       // act, send `at_byte` bytes of the answer (headers count), reset the connection
  kTruncate,    // act, send the headers and `at_byte` bytes of the body, close in order
  kStatus,      // do not act, answer with HTTP `status` and Zoom's kind of error body
  kHtml,        // do not act, answer with HTTP `status` and an HTML page
  kOmitRefreshToken,  // act, leave refresh_token out of the answer
  kOmitApiUrl,        // act, leave api_url out
  kStringExpiresIn,   // act, write expires_in as a text
  k401InsteadOf400,   // act, answer 401 where it would be 400
};

// For the next `times` calls of `endpoint` (a name as of Calls(); "token/*" is
// every one that begins so, "*" every one). One fault acts on one answer: of
// several that match, the one that was set first.
struct Fault {
  std::string endpoint = {};
  FaultKind kind = FaultKind::kLoseAnswer;
  int times = 1;
  absl::Duration delay = absl::Seconds(30);
  std::size_t at_byte = 0;
  int status = 502;

  // Whether the request is acted on all the same (a refresh token rotates, …).
  // By default as `kind` says. kDelay and kHold, and those that change a field,
  // always act.
  std::optional<bool> acts = {};
};

// The names of the control endpoint: "lose_answer", "delay", ….
std::optional<FaultKind> FaultKindNamed(std::string_view name);

absl::Status CheckFault(const Fault& fault);

// How an answer goes out.
struct Delivery {
  enum class How { kWhole, kLose, kReset, kTruncate };
  How how = How::kWhole;
  std::size_t at_byte = 0;
  bool hold = false;
  absl::Time due = absl::InfinitePast();  // not before then, on the fake's clock
};

// Thread-compatible.
class Faults {
 public:
  void Set(Fault fault) { faults_.push_back(std::move(fault)); }
  void Clear() { faults_.clear(); }

  // The fault for this call, counted down.
  std::optional<Fault> Take(std::string_view endpoint);

 private:
  std::vector<Fault> faults_ = {};
};

bool Acts(const Fault& fault);

// The answer instead of acting. Requires !Acts(fault).
Response AnswerWithoutActing(const Fault& fault);

// What `fault` makes of the answer that came of acting.
Response Spoil(const Fault& fault, Response response);
Delivery DeliveryOf(const Fault& fault, absl::Time now);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_FAULTS_H_
