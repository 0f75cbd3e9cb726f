#include "keeper/routes.h"

#include <array>
#include <string_view>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/text.h"
#include "joinpass/reason.h"
#include "keeper/pages.h"

namespace joinpass::keeper {
namespace {

constexpr std::string_view kWebhooks = "/zoom/webhooks/";
constexpr std::string_view kConnect = "/connect/";
constexpr std::string_view kCallback = "/oauth/callback";
constexpr std::string_view kHealth = "/healthz";
constexpr std::string_view kCookie = "joinpass_connect";

constexpr int kMostBegunASecond = 10;
constexpr absl::Duration kFinish = absl::Seconds(20);

Response Plain(int status, std::string text) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .headers = {{"Cache-Control", "no-store"}},
          .body = std::move(text)};
}

Response OnlyBy(std::string_view method) {
  Response response = Plain(405, "only by " + std::string(method) + "\n");
  response.headers.emplace_back("Allow", std::string(method));
  return response;
}

// What stands behind `prefix`; empty if that is another path.
std::string Behind(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) ? std::string(path.substr(prefix.size())) : "";
}

std::string CookieOf(const Request& request) {
  for (const absl::string_view pair :
       absl::StrSplit(base::ToAbsl(request.Find("cookie")), absl::ByAnyChar("; "))) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(pair, absl::MaxSplits('=', 1));
    if (parts.first == base::ToAbsl(kCookie)) return std::string(parts.second);
  }
  return {};
}

int StatusOf(const absl::Status& error) {
  switch (error.code()) {
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kPermissionDenied:
      return 400;
    default:
      return 503;
  }
}

// In words for who consents, and not for who runs it.
std::string_view WhyNotConnected(const absl::Status& error) {
  switch (ReasonOf(error)) {
    case Reason::kConsentDeclined:
      return "You did not allow the app on Zoom's page. Nothing was changed.";
    case Reason::kConsentStateInvalid:
      return "This consent was begun too long ago, or in another browser. Please begin again.";
    case Reason::kConsenterUnexpected:
      return "Somebody else is logged in at Zoom than was expected. Please log in there as "
             "yourself, and begin again.";
    default:
      return "Zoom or this server has trouble just now. Please try again in a few minutes.";
  }
}

}  // namespace

Response Routes::Handle(const Request& request) {
  const std::string_view path = request.path();
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (const std::string app = Behind(path, kWebhooks); !app.empty()) {
    return request.method == "POST" ? Webhook(request, app) : OnlyBy("POST");
  }
  if (const std::string app = Behind(path, kConnect); !app.empty()) {
    return request.method == "GET" ? Connect(app) : OnlyBy("GET");
  }
  if (path == kCallback) return request.method == "GET" ? Callback(request) : OnlyBy("GET");
  if (path == kHealth) return reads ? Health() : OnlyBy("GET");
  return Plain(404, "there is nothing here\n");
}

Response Routes::Webhook(const Request& request, const std::string& app_id) {
  WebhookRequest webhook;
  webhook.app_id = app_id;
  for (const auto& [name, value] : request.headers) webhook.headers.push_back({name, value});
  webhook.body = request.body;
  WebhookAnswer answer = engine_.webhooks().Receive(webhook);
  std::string line = absl::StrCat("webhook ", answer.http_status, " ",
                                  base::ToAbsl(WebhookOutcomeName(answer.outcome)));
  if (!answer.event.empty()) absl::StrAppend(&line, " ", answer.event);
  if (!answer.why.ok()) absl::StrAppend(&line, ": ", Describe(answer.why));
  Log(line);
  return {.status = answer.http_status,
          .content_type = std::move(answer.content_type),
          .body = std::move(answer.body)};
}

bool Routes::MayBegin() {
  const SteadyTime now = clock_.SteadyNow();
  base::MutexLock lock(mutex_);
  if (now - second_ >= absl::Seconds(1)) {
    second_ = now;
    begun_ = 0;
  }
  return begun_++ < kMostBegunASecond;
}

Response Routes::Connect(const std::string& app_id) {
  if (!MayBegin()) {
    return Page(429, "One moment", "Too many consents are begun just now. Please try again.");
  }
  std::array<unsigned char, 16> random = {};
  random_.Fill(random);
  const std::string cookie =
      absl::BytesToHexString({reinterpret_cast<const char*>(random.data()), random.size()});
  const auto start = engine_.credentials().BeginConnect(
      {.app_id = app_id,
       .redirect_uri = options_.public_url + std::string(kCallback),
       .bound_to = cookie});
  if (!start.ok()) {
    Log(absl::StrCat("connect: ", Describe(start.status())));
    return Page(StatusOf(start.status()), "This did not work",
                "The link that brought you here is not right, or this server has trouble.");
  }
  Response response = Page(302, "To Zoom", "Your browser is being sent to Zoom.");
  const bool is_https = options_.public_url.starts_with("https:");
  response.headers.emplace_back("Location", start->authorize_url);
  // Lax: it must come along when Zoom's page sends the browser back.
  response.headers.emplace_back(
      "Set-Cookie", absl::StrCat(base::ToAbsl(kCookie), "=", cookie,
                                 "; Path=/oauth/callback; Max-Age=600; HttpOnly; SameSite=Lax",
                                 is_https ? "; Secure" : ""));
  return response;
}

Response Routes::Callback(const Request& request) {
  const auto credential = engine_.credentials().FinishConnect(options_.public_url + request.target,
                                                              CookieOf(request), kFinish);
  if (!credential.ok()) {
    Log(absl::StrCat("callback: ", Describe(credential.status())));
    return Page(StatusOf(credential.status()), "Not connected",
                WhyNotConnected(credential.status()));
  }
  Log(absl::StrCat("connected ", credential->id));
  Response page =
      Page(200, "Connected", "Your Zoom account is connected. You may close this window.");
  page.headers.emplace_back(
      "Set-Cookie", absl::StrCat(base::ToAbsl(kCookie), "=; Path=/oauth/callback; Max-Age=0"));
  return page;
}

Response Routes::Health() {
  const auto apps = engine_.apps().List();
  if (apps.ok()) return Plain(200, "ok\n");
  return Plain(503, absl::StrCat(base::ToAbsl(ReasonName(ReasonOf(apps.status()))), "\n"));
}

void Routes::Log(const std::string& line) const {
  if (options_.log) options_.log(line);
}

}  // namespace joinpass::keeper
