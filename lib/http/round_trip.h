// One request and its answer on one stream.

#ifndef JOINPASS_LIB_HTTP_ROUND_TRIP_H_
#define JOINPASS_LIB_HTTP_ROUND_TRIP_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/task.h"
#include "http/answer.h"
#include "http/call.h"
#include "http/stream.h"
#include "message/http.h"

namespace joinpass::http {

struct TripEnd {
  absl::StatusOr<message::Response> response = absl::UnknownError("");

  // Whether a byte of an answer came.
  bool began = false;

  // Whether the peer spoke before it was asked; then nothing was written.
  bool spoke_first = false;

  // Whether the stream may carry another request.
  bool reusable = false;
};

// Reads one answer. OK: `reader` has it. Errors as in transport.h, and those of AnswerReader;
// what the socket says is said of `phase`. `call` and `reader` outlive the task.
base::Task<absl::Status> ReadAnswer(Call& call, std::shared_ptr<Stream> stream, Phase phase,
                                    AnswerReader& reader);

// Writes `text`, unless the peer spoke first, and reads the answer. If the call ends first, the stream is
// closed. `call` and `text` outlive the task. Errors as in transport.h.
base::Task<TripEnd> RoundTrip(Call& call, std::shared_ptr<Stream> stream, std::string_view text,
                              AnswerBounds bounds);

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_ROUND_TRIP_H_
