#include "c_api/boundary.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_join.h"

namespace joinpass::c_api {
namespace {

constexpr absl::Duration kLongestTimeout = absl::Hours(24);

// Made when the library is loaded, while there is memory; never destroyed, since calls may come when
// the process exits.
joinpass_error* Beforehand(Reason reason, std::string_view message) {
  auto* error = new joinpass_error(MakeError(ReasonError(reason, message)));
  error->is_static = true;
  return error;
}
joinpass_error* const no_memory =
    Beforehand(Reason::kResourcesExhausted, "c_api: there is no memory");
joinpass_error* const exception = Beforehand(Reason::kInternal, "c_api: an exception");

void Wipe(char* text) {
  volatile char* byte = text;
  for (std::size_t left = std::strlen(text); left > 0; --left) *byte++ = 0;
}

}  // namespace

joinpass_error MakeError(const absl::Status& status) {
  joinpass_error error;
  const ErrorInfo info = GetErrorInfo(status).value_or(ErrorInfo{.reason = ReasonOf(status)});
  error.reason = ReasonName(info.reason);
  error.cause = CauseName(info.cause);
  error.message = std::string(status.message().data(), status.message().size());
  error.description = Describe(status);
  error.tracking_id = info.tracking_id;
  error.missing_scopes = absl::StrJoin(info.missing_scopes, ",");
  error.http_status = info.http_status;
  error.zoom_code = info.zoom_code;
  if (info.retry_at) error.retry_at_ms = MillisecondsSince1970(*info.retry_at);
  return error;
}

joinpass_error* NewError(const absl::Status& status) noexcept {
  try {
    return new joinpass_error(MakeError(status));
  } catch (...) {
    return ErrorOfException();
  }
}

joinpass_error* ErrorOfException() noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return no_memory;
  } catch (...) {
    return exception;
  }
}

absl::Status Invalid(std::string_view what) {
  return ReasonError(Reason::kInvalidArgument, std::string("c_api: ").append(what));
}

std::vector<std::string> Texts(const char* const* texts, std::size_t count) {
  std::vector<std::string> read;
  for (std::size_t i = 0; texts != nullptr && i < count; ++i) read.push_back(Text(texts[i]));
  return read;
}

char* NewText(std::string_view text) {
  // A text with a zero byte in it would be cut there: nothing of ours has one.
  auto* copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy == nullptr) throw std::bad_alloc();
  std::copy(text.begin(), text.end(), copy);
  copy[text.size()] = '\0';
  return copy;
}

void Give(std::string_view text, char** out) {
  if (out != nullptr) *out = NewText(text);
}

absl::StatusOr<absl::Duration> Timeout(std::int64_t milliseconds) {
  const absl::Duration timeout = absl::Milliseconds(milliseconds);
  if (timeout < absl::ZeroDuration() || timeout > kLongestTimeout) {
    return Invalid("timeout_ms is negative, or over a day");
  }
  return timeout;
}

std::int64_t MillisecondsSince1970(absl::Time time) {
  return time == absl::InfinitePast() || time == absl::InfiniteFuture() ? 0
                                                                        : absl::ToUnixMillis(time);
}

}  // namespace joinpass::c_api

extern "C" {

const char* joinpass_version(void) { return JOINPASS_VERSION; }

void joinpass_string_free(char* text) {
  if (text == nullptr) return;
  joinpass::c_api::Wipe(text);
  std::free(text);
}

const char* joinpass_error_reason(const joinpass_error* error) {
  return error == nullptr ? "" : error->reason.c_str();
}
const char* joinpass_error_cause(const joinpass_error* error) {
  return error == nullptr ? "" : error->cause.c_str();
}
const char* joinpass_error_message(const joinpass_error* error) {
  return error == nullptr ? "" : error->message.c_str();
}
const char* joinpass_error_description(const joinpass_error* error) {
  return error == nullptr ? "" : error->description.c_str();
}
int joinpass_error_http_status(const joinpass_error* error) {
  return error == nullptr ? 0 : error->http_status;
}
int joinpass_error_zoom_code(const joinpass_error* error) {
  return error == nullptr ? 0 : error->zoom_code;
}
const char* joinpass_error_tracking_id(const joinpass_error* error) {
  return error == nullptr ? "" : error->tracking_id.c_str();
}
int64_t joinpass_error_retry_at_ms(const joinpass_error* error) {
  return error == nullptr ? 0 : error->retry_at_ms;
}
const char* joinpass_error_missing_scopes(const joinpass_error* error) {
  return error == nullptr ? "" : error->missing_scopes.c_str();
}
void joinpass_error_free(joinpass_error* error) {
  if (error != nullptr && !error->is_static) delete error;
}

}  // extern "C"
