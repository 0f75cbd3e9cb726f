#include "zoom/errors.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "base/status.h"
#include "base/text.h"
#include "zoom/harmless_text.h"
#include "zoom/refusal.h"
#include "zoom/token_text.h"

namespace joinpass::zoom {
namespace {

constexpr std::size_t kLongestTrackingId = 128;
constexpr int kAny = 0;
constexpr int kLongestWait = 24 * 60 * 60;

// The first rule that fits names the refusal. `text` is looked for in the message, in
// any case.
struct Rule {
  int http;
  int code;
  std::string_view text;
  Reason reason;
  Cause cause = Cause::kNone;
};

constexpr Rule kRules[] = {
    {kAny, kAny, "does not contain scopes", Reason::kScopeMissing},
    {kAny, 124, "only supports oauth2", Reason::kRequestRefused},
    {kAny, 124, "query parameter", Reason::kRequestRefused},
    {kAny, 124, "expired", Reason::kReauthorizationRequired, Cause::kAccessTokenExpired},
    {kAny, 124, "", Reason::kReauthorizationRequired, Cause::kAccessTokenInvalid},
    {kAny, 1001, "", Reason::kUserUnknown},
    {kAny, 1010, "", Reason::kUserUnknown},
    {kAny, 1120, "", Reason::kUserUnknown, Cause::kUserPending},
    {401, 4700, "token cannot be empty", Reason::kReauthorizationRequired,
     Cause::kAccessTokenInvalid},
    {kAny, 104, "", Reason::kScopeMissing},
    {kAny, 4700, "", Reason::kScopeMissing},
    {kAny, 4711, "", Reason::kScopeMissing},
    {401, kAny, "expired", Reason::kReauthorizationRequired, Cause::kAccessTokenExpired},
    {401, kAny, "", Reason::kReauthorizationRequired, Cause::kAccessTokenInvalid},
    {404, 300, "", Reason::kMeetingUnknown},
    {kAny, 300, "invalid meeting id", Reason::kMeetingUnknown},
    {kAny, 300, "invalid webinar id", Reason::kMeetingUnknown},
    {kAny, 300, "next page token", Reason::kRequestRefused, Cause::kPageTokenExpired},
    {kAny, 300, "", Reason::kRequestRefused},
    {kAny, 2300, "", Reason::kRequestRefused},
    {kAny, 3000, "local recording", Reason::kLocalRecordingDisabled},
    {kAny, 3000, "webinar", Reason::kMeetingIsWebinar},
    {kAny, 3001, "user does not exist", Reason::kUserUnknown},
    {kAny, 3001, "", Reason::kMeetingUnknown},
    {kAny, 3003, "not meeting host", Reason::kMeetingUnknown, Cause::kNotHost},
    {kAny, 3161, "", Reason::kHostingNotAllowed},
    {kAny, kAny, "", Reason::kPermissionDenied},
};

Rule FittingRule(int http, const Refusal& refusal) {
  const std::string_view message = base::View(refusal.message);
  return *std::find_if(std::begin(kRules), std::end(kRules), [&](const Rule& rule) {
    return (rule.http == kAny || rule.http == http) &&
           (rule.code == kAny || rule.code == refusal.code) && Contains(message, rule.text);
  });
}

// What the HTTP status says by itself, before anybody reads the body.
std::optional<Reason> ByStatus(int http, const Refusal& refusal) {
  if (http >= 500 || http == 408) return Reason::kZoomUnavailable;
  if (http == 429) return Reason::kRateLimited;
  if (http >= 300 && http < 400) return Reason::kRedirectRefused;
  if (http < 400) return Reason::kAnswerInvalid;
  if (refusal.code == 429) return Reason::kRateLimited;
  if (!refusal.readable) return Reason::kZoomUnavailable;
  return std::nullopt;
}

// "Sun, 06 Nov 1994 08:49:37 GMT". absl::ParseTime would ask the process's locale for
// the names. Source: RFC 9110 section 5.6.7, of its three forms the one that is sent.
std::optional<absl::Time> ReadHttpDate(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  constexpr std::size_t kSize = sizeof("Sun, 06 Nov 1994 08:49:37 GMT") - 1;
  if (text.size() != kSize || text.substr(3, 2) != ", " || !text.ends_with(" GMT")) {
    return std::nullopt;
  }
  const std::size_t month = kMonths.find(text.substr(8, 3));
  const std::string civil =
      absl::StrCat(base::ToAbsl(text.substr(12, 4)), "-", month / 3 + 1, "-",
                   base::ToAbsl(text.substr(5, 2)), "T", base::ToAbsl(text.substr(17, 8)));
  absl::CivilSecond second;
  if (month == std::string_view::npos || month % 3 != 0 || !absl::ParseCivilTime(civil, &second))
    return std::nullopt;
  return absl::FromCivil(second, absl::UTCTimeZone());
}

}  // namespace

absl::Status ClassifyError(const message::Response& response, std::string_view what) {
  const Refusal refusal = ReadRefusal(response);
  const std::optional<Reason> by_status = ByStatus(response.status, refusal);
  const Rule rule =
      by_status ? Rule{kAny, kAny, "", *by_status} : FittingRule(response.status, refusal);
  ErrorInfo info = InfoOf(response, rule.reason);
  info.cause = rule.cause;
  info.zoom_code = refusal.code;
  info.server_text = HarmlessText(base::View(refusal.message));
  if (rule.reason == Reason::kScopeMissing) {
    info.missing_scopes = ScopesNamedIn(base::View(refusal.message));
  }
  return base::MakeError(info, absl::StrCat(base::ToAbsl(what), ": refused"));
}

std::optional<absl::Time> RetryAt(const message::Response& response) {
  const std::string_view text = response.Find("Retry-After");
  int seconds = 0;
  if (absl::SimpleAtoi(base::ToAbsl(text), &seconds)) {
    const bool usable =
        seconds >= 0 && seconds <= kLongestWait && response.received_at != absl::InfinitePast();
    return usable ? std::optional(response.received_at + absl::Seconds(seconds)) : std::nullopt;
  }
  absl::Time date;
  std::string ignored;
  if (!absl::ParseTime(absl::RFC3339_full, base::ToAbsl(text), &date, &ignored)) {
    return ReadHttpDate(text);
  }
  if (date == absl::InfiniteFuture() || date == absl::InfinitePast()) return std::nullopt;
  return date;
}

ErrorInfo InfoOf(const message::Response& response, Reason reason) {
  ErrorInfo info;
  info.reason = reason;
  info.http_status = response.status;
  info.tracking_id =
      base::BoundServerText(response.Find("x-zm-trackingid").substr(0, kLongestTrackingId));
  info.request_left = true;
  if (reason == Reason::kRateLimited || reason == Reason::kZoomUnavailable) {
    info.retry_at = RetryAt(response);
  }
  return info;
}

}  // namespace joinpass::zoom
