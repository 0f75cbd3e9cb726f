// AnswerReader: from the bytes of a socket to a Response. No I/O.

#ifndef JOINPASS_LIB_HTTP_ANSWER_H_
#define JOINPASS_LIB_HTTP_ANSWER_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "message/http.h"

namespace joinpass::http {

struct AnswerBounds {
  // Status line and headers, and any one line of a chunked body.
  std::size_t max_header = 32 * 1024;
  std::size_t max_body = 1 << 20;

  // Give also what has only begun.
  bool take_partial = false;

  // The answer ends with its header: it is one to CONNECT.
  bool header_only = false;
};

// How a stream of bytes ended.
enum class End { kClosed, kCut };

// Reads one answer to a GET or POST. Answers of status 100 to 199 are skipped,
// at most 8 of them. Thread-compatible.
//
// Errors, after which the reader is of no use:
//   answer_too_large     the header, a stated length, or what came passes a bound
//   answer_invalid       this is not HTTP/1, or its length is told in two ways
//   network_unreachable  the bytes ended early
class AnswerReader {
 public:
  explicit AnswerReader(const AnswerBounds& bounds);
  ~AnswerReader();
  AnswerReader(const AnswerReader&) = delete;
  AnswerReader& operator=(const AnswerReader&) = delete;

  // Takes what came next. True: the answer is complete.
  absl::StatusOr<bool> Put(std::string_view bytes);

  // Nothing more comes. OK if the answer is complete with that: a body whose
  // end is the end of the socket ends with kClosed only, since anybody on the
  // way can cut a connection.
  absl::Status PutEnd(End end);

  // Whether a single byte came.
  bool began() const;

  // The answer, once; when it is complete.
  message::Response Take();

  // Where it is not, and its header is there and was asked for as far as it comes:
  // what came of it, once, also after an error.
  std::optional<message::Response> TakePartial();

  // When it is complete: whether the socket may carry another request.
  bool reusable() const;

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_ANSWER_H_
