#include "http/answer.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/vector_body.hpp>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "base/status.h"
#include "base/wipe.h"

namespace joinpass::http {
namespace {

namespace beast = boost::beast::http;
using boost::system::error_code;
using Allocator = base::WipingAllocator<char>;
using Parser = beast::response_parser<beast::vector_body<char, Allocator>, Allocator>;

constexpr int kMaxInterim = 8;
constexpr std::size_t kMaxBody = std::size_t{1} << 30;

absl::Status Error(Reason reason, std::string_view message) {
  ErrorInfo info;
  info.reason = reason;
  info.request_left = true;
  return base::MakeError(info, message);
}

absl::Status StatusOf(const error_code& error) {
  if (error == beast::error::header_limit || error == beast::error::body_limit ||
      error == beast::error::buffer_overflow) {
    return Error(Reason::kAnswerTooLarge, "http: the answer is longer than its bound");
  }
  if (error == beast::error::partial_message || error == beast::error::end_of_stream) {
    return Error(Reason::kNetworkUnreachable, "http: the answer ended early");
  }
  return Error(Reason::kAnswerInvalid, "http: the answer is not valid HTTP");
}

std::string ToString(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

class AnswerReader::Parts {
 public:
  explicit Parts(const AnswerBounds& bounds)
      : bounds_(bounds),
        // Chunks may be small, but not mostly frame.
        most_(2 * std::min(bounds.max_body, kMaxBody) + kMaxInterim * bounds.max_header + 65536) {
    Renew();
  }

  absl::StatusOr<bool> Put(std::string_view bytes) {
    began_ = began_ || !bytes.empty();
    if (bytes.size() > most_ - taken_) {
      return StatusOf(beast::make_error_code(beast::error::buffer_overflow));
    }
    taken_ += bytes.size();
    if (left_.empty()) {
      const std::size_t used = Parse(bytes);
      base::Append(left_, bytes.substr(used));
    } else {
      base::Append(left_, bytes);
      const std::size_t used = Parse(base::View(left_));
      left_.erase(left_.begin(), left_.begin() + static_cast<std::ptrdiff_t>(used));
    }
    if (error_) return StatusOf(error_);
    if (!parser_->is_done() && left_.size() > bounds_.max_header) {
      return StatusOf(beast::make_error_code(beast::error::header_limit));
    }
    return parser_->is_done();
  }

  absl::Status PutEnd(End end) {
    if (end == End::kCut || !parser_->is_header_done()) {
      return StatusOf(beast::make_error_code(beast::error::partial_message));
    }
    error_code error;
    parser_->put_eof(error);
    return error ? StatusOf(error) : absl::OkStatus();
  }

  message::Response Take() {
    message::Response response;
    auto message = parser_->release();
    response.status = static_cast<int>(message.result_int());
    for (const auto& field : message) {
      response.headers.push_back({ToString(field.name_string()), ToString(field.value())});
    }
    response.body = std::move(message.body());
    return response;
  }

  std::optional<message::Response> TakePartial() {
    const bool has_header = parser_->is_header_done() && parser_->get().result_int() >= 200;
    if (!bounds_.take_partial || !has_header || parser_->is_done()) return std::nullopt;
    message::Response response = Take();
    response.whole = false;
    return response;
  }

  bool began() const { return began_; }
  bool reusable() const { return reusable_; }

 private:
  void Renew() {
    header_ = 0;
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(
        std::min<std::size_t>(bounds_.max_header, std::numeric_limits<std::uint32_t>::max())));
    parser_->body_limit(std::min(bounds_.max_body, kMaxBody));
    parser_->skip(bounds_.header_only);
  }

  // Gives how many bytes it used; errors go to error_.
  std::size_t Parse(std::string_view bytes) {
    std::size_t used = 0;
    while (used < bytes.size() && !parser_->is_done()) {
      const bool in_header = !parser_->is_header_done();
      const std::size_t taken = parser_->put(boost::asio::buffer(bytes.substr(used)), error_);
      used += taken;
      // Beast's own bound is loose by what came before the last read.
      if (in_header && (header_ += taken) > bounds_.max_header) {
        error_ = beast::make_error_code(beast::error::header_limit);
      }
      if (error_ == beast::error::need_more) {
        error_.clear();
        break;
      }
      if (error_) return used;
      if (parser_->is_done() && !CheckStatus()) return used;
    }
    reusable_ = parser_->is_done() && parser_->keep_alive() && used == bytes.size();
    return used;
  }

  // Makes ready for the next answer if this one is interim.
  bool CheckStatus() {
    const unsigned status = parser_->get().result_int();
    if (status >= 200) return true;
    if (status < 100 || status == 101) {
      error_ = beast::make_error_code(beast::error::bad_status);
    } else if (++interim_ > kMaxInterim) {
      error_ = beast::make_error_code(beast::error::header_limit);
    } else {
      Renew();
    }
    return !error_;
  }

  const AnswerBounds bounds_;
  const std::size_t most_;
  std::optional<Parser> parser_;
  base::Buffer left_;  // What came and is not parsed yet.
  error_code error_;
  std::size_t taken_ = 0;
  std::size_t header_ = 0;  // Of this answer's header, what is parsed.
  int interim_ = 0;
  bool began_ = false;
  bool reusable_ = false;
};

AnswerReader::AnswerReader(const AnswerBounds& bounds) : parts_(std::make_unique<Parts>(bounds)) {}
AnswerReader::~AnswerReader() = default;

absl::StatusOr<bool> AnswerReader::Put(std::string_view bytes) { return parts_->Put(bytes); }
absl::Status AnswerReader::PutEnd(End end) { return parts_->PutEnd(end); }
bool AnswerReader::began() const { return parts_->began(); }
message::Response AnswerReader::Take() { return parts_->Take(); }
std::optional<message::Response> AnswerReader::TakePartial() { return parts_->TakePartial(); }
bool AnswerReader::reusable() const { return parts_->reusable(); }

}  // namespace joinpass::http
