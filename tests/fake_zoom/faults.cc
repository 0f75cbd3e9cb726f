#include "fake_zoom/faults.h"

#include <boost/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "fake_zoom/scopes.h"

namespace joinpass::fake_zoom {
namespace {

namespace json = boost::json;

constexpr std::pair<std::string_view, FaultKind> kNames[] = {
    {"lose_answer", FaultKind::kLoseAnswer},
    {"delay", FaultKind::kDelay},
    {"hold", FaultKind::kHold},
    {"reset", FaultKind::kReset},
    {"truncate", FaultKind::kTruncate},
    {"status", FaultKind::kStatus},
    {"html", FaultKind::kHtml},
    {"omit_refresh_token", FaultKind::kOmitRefreshToken},
    {"omit_api_url", FaultKind::kOmitApiUrl},
    {"string_expires_in", FaultKind::kStringExpiresIn},
    {"401_instead_of_400", FaultKind::k401InsteadOf400},
};

bool ActsByDefault(FaultKind kind) {
  return kind != FaultKind::kStatus && kind != FaultKind::kHtml;
}

bool MayChoose(FaultKind kind) {
  return kind == FaultKind::kLoseAnswer || kind == FaultKind::kReset ||
         kind == FaultKind::kTruncate || !ActsByDefault(kind);
}

bool Matches(const Fault& fault, std::string_view endpoint) {
  const std::string_view pattern = fault.endpoint;
  if (!pattern.ends_with('*')) return pattern == endpoint;
  return endpoint.starts_with(pattern.substr(0, pattern.size() - 1));
}

Response HtmlPage(int status) {
  return {.status = status,
          .content_type = "text/html",
          .body = absl::StrCat("<html><head><title>", status, "</title></head><body><center><h1>",
                               status, "</h1></center><hr><center>nginx</center></body></html>\n")};
}

template <typename Change>
Response ChangeBody(Response response, Change change) {
  json::error_code error;
  json::value body = json::parse(response.body, error);
  if (error || !body.is_object()) return response;
  change(body.get_object());
  response.body = json::serialize(body);
  return response;
}

void WriteExpiryAsText(json::object& body) {
  if (const auto* seconds = body.if_contains("expires_in")) {
    body["expires_in"] = json::serialize(*seconds);
  }
}

}  // namespace

std::optional<FaultKind> FaultKindNamed(std::string_view name) {
  for (const auto& [known, kind] : kNames) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

absl::Status CheckFault(const Fault& fault) {
  const auto wrong = [](std::string_view what) {
    return base::MakeError(Reason::kInvalidArgument, what);
  };
  if (fault.endpoint.empty()) return wrong("fault: endpoint: must not be empty");
  if (fault.times < 1) return wrong("fault: times: must be at least 1");
  if (fault.delay < absl::ZeroDuration()) return wrong("fault: delay: must not be negative");
  if (fault.status < 400 || fault.status > 599) return wrong("fault: status: must be 400 to 599");
  if (fault.acts == false && !MayChoose(fault.kind)) {
    return wrong("fault: acts: this kind always acts");
  }
  return absl::OkStatus();
}

std::optional<Fault> Faults::Take(std::string_view endpoint) {
  for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
    if (!Matches(*fault, endpoint)) continue;
    Fault taken = *fault;
    if (--fault->times == 0) faults_.erase(fault);
    return taken;
  }
  return std::nullopt;
}

bool Acts(const Fault& fault) { return fault.acts.value_or(ActsByDefault(fault.kind)); }

Response AnswerWithoutActing(const Fault& fault) {
  return fault.kind == FaultKind::kHtml
             ? HtmlPage(fault.status)
             : RestError(fault.status, fault.status, "Internal error. Please try again later.");
}

Response Spoil(const Fault& fault, Response response) {
  switch (fault.kind) {
    case FaultKind::kStatus:
    case FaultKind::kHtml:
      return AnswerWithoutActing(fault);
    case FaultKind::kOmitRefreshToken:
      return ChangeBody(std::move(response),
                        [](json::object& body) { body.erase("refresh_token"); });
    case FaultKind::kOmitApiUrl:
      return ChangeBody(std::move(response), [](json::object& body) { body.erase("api_url"); });
    case FaultKind::kStringExpiresIn:
      return ChangeBody(std::move(response), WriteExpiryAsText);
    case FaultKind::k401InsteadOf400:
      if (response.status == 400) response.status = 401;
      return response;
    default:
      return response;
  }
}

Delivery DeliveryOf(const Fault& fault, absl::Time now) {
  switch (fault.kind) {
    case FaultKind::kLoseAnswer:
      return {.how = Delivery::How::kLose};
    case FaultKind::kDelay:
      return {.due = now + fault.delay};
    case FaultKind::kHold:
      return {.hold = true};
    case FaultKind::kReset:
      return {.how = Delivery::How::kReset, .at_byte = fault.at_byte};
    case FaultKind::kTruncate:
      return {.how = Delivery::How::kTruncate, .at_byte = fault.at_byte};
    default:
      return {};
  }
}

}  // namespace joinpass::fake_zoom
