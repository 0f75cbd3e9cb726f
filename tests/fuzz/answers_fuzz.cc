// Answers of Zoom's, and of a customer's callback. An input is a letter that says which reader,
// one that says which HTTP status, lines "Name: value" for the headers, an empty line, the body.

#include <array>
#include <set>
#include <string>

#include "fuzz/require.h"
#include "zoom/api_answers.h"
#include "zoom/errors.h"
#include "zoom/rate_limits.h"
#include "zoom/refusal.h"
#include "zoom/token_calls.h"
#include "zoom/token_text.h"

namespace joinpass::fuzz {
namespace {

constexpr std::array kStatuses = {200, 204, 302, 400, 401, 403, 404, 429, 500, 503, 0, 99'999};

template <typename T>
bool Ok(const absl::StatusOr<T>& read) {
  if (!read.ok()) RequireNamed(read.status());
  return read.ok();
}

void RequireToken(const absl::StatusOr<zoom::MintedToken>& minted) {
  if (!Ok(minted)) return;
  Require(zoom::IsToken(minted->value.Reveal()), "a token is fit for a header");
  Require(minted->lifetime > absl::ZeroDuration() && minted->lifetime <= absl::Hours(24 * 365),
          "a token lives for some time");
}

void RequirePage(const absl::StatusOr<zoom::MeetingPage>& page) {
  if (!Ok(page)) return;
  std::set<std::uint64_t> numbers;
  for (const zoom::ListedMeeting& meeting : page->meetings) {
    Require(meeting.number != 0 && zoom::IsId(meeting.host_id), "a listed meeting is usable");
    Require(numbers.insert(meeting.number).second, "a number is listed once");
  }
}

void RequireHosted(const absl::StatusOr<zoom::HostedMeeting>& meeting) {
  if (Ok(meeting)) Require(zoom::IsId(meeting->host_id), "a host has an id");
}

void Read(char which, const message::Response& response) {
  const absl::Time sent_at = absl::FromUnixSeconds(1'700'000'000);
  switch (which) {
    case 'A': {
      const auto user = zoom::ReadUser(response);
      if (Ok(user)) Require(zoom::IsId(user->id), "a user has an id");
      return;
    }
    case 'B':
      return (void)Ok(zoom::ReadUserSettings(response));
    case 'C': {
      const auto page = zoom::ReadUserPage(response);
      if (!Ok(page)) return;
      for (const auto& user : page->users) Require(zoom::IsId(user.id), "a listed user has an id");
      return;
    }
    case 'D':
      return RequirePage(zoom::ReadMeetingPage(response));
    case 'E':
      return RequirePage(zoom::ReadWebinarPage(response));
    case 'F':
      return RequireHosted(zoom::ReadMeeting(response));
    case 'G':
      return RequireHosted(zoom::ReadWebinar(response));
    case 'H':
      return RequireToken(zoom::ReadRecordingToken(response));
    case 'I':
      return RequireToken(zoom::ReadZak(response));
    case 'J':
      return RequireToken(zoom::ReadOnBehalfToken(response));
    case 'K': {
      const auto tokens = zoom::ReadTokenAnswer(response, sent_at);
      if (!Ok(tokens)) return;
      Require(!tokens->access_token.empty() || !tokens->refresh_token.empty(), "there is a token");
      if (!tokens->access_token.empty()) {
        Require(zoom::IsToken(tokens->access_token.Reveal()),
                "an access token is fit for a header");
        Require(tokens->expires_at > sent_at && tokens->expires_at <= sent_at + absl::Hours(24),
                "an access token lives for a day at most");
      }
      return;
    }
    case 'L': {
      const absl::Status revoked = zoom::ReadRevokeAnswer(response);
      if (!revoked.ok()) RequireNamed(revoked);
      return;
    }
    case 'M': {
      const zoom::RateNews news = zoom::ReadRateNews(response, zoom::RateLabel::kLight);
      if (news.limit) Require(news.limit->calls > 0, "a limit lets some calls through");
      (void)zoom::RetryAt(response);
      return;
    }
    case 'N': {
      const zoom::Refusal refusal = zoom::ReadRefusal(response);
      const auto scopes = zoom::ScopesNamedIn(base::View(refusal.message));
      Require(scopes.size() <= 16, "at most 16 scopes are named");
      for (const std::string& scope : scopes) Require(scope.size() <= 128, "a scope is bounded");
      return;
    }
    default:
      return RequireNamed(zoom::ClassifyError(response, "fuzz"));
  }
}

}  // namespace
}  // namespace joinpass::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace joinpass;
  if (size < 2) return 0;
  std::string_view text = fuzz::TextOf(data, size);
  message::Response response;
  response.received_at = absl::FromUnixSeconds(1'700'000'001);
  response.status = fuzz::kStatuses[static_cast<unsigned char>(text[1]) % fuzz::kStatuses.size()];
  const char which = text[0];
  text.remove_prefix(2);
  while (!text.empty() && text[0] != '\n') {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size());
    if (!text.empty()) text.remove_prefix(1);
    for (const std::string_view name : message::kHeadersOfUse) {
      if (line.substr(0, name.size()) != name || line.size() < name.size() + 2) continue;
      response.headers.push_back({name, std::string(line.substr(name.size() + 2))});
    }
  }
  if (!text.empty()) text.remove_prefix(1);
  response.body = base::ToBuffer(text);
  fuzz::Read(which, response);
  return 0;
}
