#include "http/answer.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include "base/status.h"
#include "base/wipe.h"

namespace joinpass::http {
namespace {

namespace beast = boost::beast::http;
using boost::system::error_code;

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

// Beast's parser, which knows HTTP; what it finds goes where it stays.
class Parser final : public beast::basic_parser<false> {
 public:
  message::Response& response() { return response_; }

 private:
  using Text = boost::beast::string_view;

  void on_request_impl(beast::verb, Text, Text, int, error_code&) override {}
  void on_response_impl(int status, Text, int, error_code&) override { response_.status = status; }
  void on_field_impl(beast::field, Text name, Text value, error_code&) override {
    for (const std::string_view one : message::kHeadersOfUse) {
      if (!boost::beast::iequals(name, {one.data(), one.size()})) continue;
      if (response_.headers.empty()) response_.headers.reserve(std::size(message::kHeadersOfUse));
      response_.headers.push_back({one, {value.data(), value.size()}});
    }
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& size, error_code&) override {
    // No more than the parser's bound, which it has looked at.
    if (size) response_.body.reserve(static_cast<std::size_t>(*size));
  }
  std::size_t on_body_impl(Text bytes, error_code&) override { return Keep(bytes); }
  void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, error_code&) override {
    return Keep(bytes);
  }
  void on_finish_impl(error_code&) override {}

  std::size_t Keep(Text bytes) {
    base::Append(response_.body, {bytes.data(), bytes.size()});
    return bytes.size();
  }

  message::Response response_;
};

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

  message::Response Take() { return std::move(parser_->response()); }

  std::optional<message::Response> TakePartial() {
    const bool has_header = parser_->is_header_done() && parser_->response().status >= 200;
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
    const int status = parser_->response().status;
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
