#include "base/status.h"

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/text.h"

namespace joinpass {
namespace {

constexpr absl::string_view kPayload = "joinpass/error-info";

// The payload is lines of "key=value", values C-escaped.
std::string WriteInfo(const ErrorInfo& info) {
  std::string text;
  const auto add = [&text](absl::string_view key, absl::string_view value) {
    if (!value.empty()) absl::StrAppend(&text, key, "=", absl::CEscape(value), "\n");
  };
  add("reason", base::ToAbsl(ReasonName(info.reason)));
  add("cause", base::ToAbsl(CauseName(info.cause)));
  if (info.befell) add("befell", base::ToAbsl(ReasonName(*info.befell)));
  if (info.http_status != 0) add("http_status", absl::StrCat(info.http_status));
  if (info.zoom_code != 0) add("zoom_code", absl::StrCat(info.zoom_code));
  add("tracking_id", info.tracking_id);
  add("server_text", info.server_text);
  for (const std::string& scope : info.missing_scopes) add("missing_scope", scope);
  if (info.retry_at) add("retry_at", absl::StrCat(absl::ToUnixMillis(*info.retry_at)));
  if (info.request_left) add("request_left", "1");
  return text;
}

void ReadField(absl::string_view key, std::string value, ErrorInfo& info) {
  std::int64_t number = 0;
  if (key == "reason") {
    info.reason = base::ReasonNamed(value).value_or(Reason::kInternal);
  } else if (key == "cause") {
    info.cause = base::CauseNamed(value);
  } else if (key == "befell") {
    info.befell = base::ReasonNamed(value);
  } else if (key == "http_status") {
    (void)absl::SimpleAtoi(value, &info.http_status);
  } else if (key == "zoom_code") {
    (void)absl::SimpleAtoi(value, &info.zoom_code);
  } else if (key == "tracking_id") {
    info.tracking_id = std::move(value);
  } else if (key == "server_text") {
    info.server_text = std::move(value);
  } else if (key == "missing_scope") {
    info.missing_scopes.push_back(std::move(value));
  } else if (key == "retry_at" && absl::SimpleAtoi(value, &number)) {
    info.retry_at = absl::FromUnixMillis(number);
  } else if (key == "request_left") {
    info.request_left = true;
  }
}

}  // namespace

std::optional<ErrorInfo> GetErrorInfo(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kPayload);
  if (!payload) return std::nullopt;
  ErrorInfo info;
  const std::string text(*payload);
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> field =
        absl::StrSplit(line, absl::MaxSplits('=', 1));
    std::string value;
    if (absl::CUnescape(field.second, &value)) ReadField(field.first, std::move(value), info);
  }
  return info;
}

Reason ReasonOf(const absl::Status& status) {
  const std::optional<ErrorInfo> info = GetErrorInfo(status);
  return info ? info->reason : Reason::kInternal;
}

absl::Status ReasonError(Reason reason, std::string_view message) {
  return base::MakeError(reason, message);
}

namespace base {

absl::Status MakeError(const ErrorInfo& info, std::string_view message) {
  absl::Status status(CodeOf(info.reason), ToAbsl(message));
  status.SetPayload(kPayload, absl::Cord(WriteInfo(info)));
  return status;
}

absl::Status MakeError(Reason reason, std::string_view message) {
  ErrorInfo info;
  info.reason = reason;
  return MakeError(info, message);
}

absl::Status WithInfo(const absl::Status& status, const ErrorInfo& info) {
  return MakeError(info, ToStd(status.message()));
}

std::string BoundServerText(std::string_view text) {
  constexpr std::size_t kMost = 256;
  std::string bounded(text.substr(0, kMost));
  for (char& c : bounded) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f) c = '?';
  }
  return bounded;
}

}  // namespace base
}  // namespace joinpass
