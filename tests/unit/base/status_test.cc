#include "base/status.h"

#include <doctest/doctest.h>

#include <set>

#include "base/text.h"

namespace joinpass {
namespace {

TEST_SUITE("Reason") {
  TEST_CASE("each has a name and an advice of its own, and is found by its name") {
    std::set<std::string_view> names;
    for (int i = 0; i <= static_cast<int>(Reason::kInternal); ++i) {
      const auto reason = static_cast<Reason>(i);
      CAPTURE(i);
      CHECK(names.insert(ReasonName(reason)).second);
      CHECK(ReasonAdvice(reason).ends_with('.'));
      CHECK(base::ReasonNamed(ReasonName(reason)) == reason);
      CHECK(base::CodeOf(reason) != absl::StatusCode::kOk);
    }
    CHECK_FALSE(base::ReasonNamed("no_such_reason"));
  }

  TEST_CASE("speaks to whoever can act, where the cause tells who") {
    std::set<std::string_view> advice = {ReasonAdvice(Reason::kAppCredentialsInvalid)};
    for (const Cause cause :
         {Cause::kRedirectUriMismatch, Cause::kAppDisabled, Cause::kClientUnauthorized}) {
      CAPTURE(CauseName(cause));
      CHECK(advice.insert(ReasonAdvice(Reason::kAppCredentialsInvalid, cause)).second);
      CHECK(advice.count(ReasonAdvice(Reason::kInternal, cause)) == 0);
    }
    CHECK(ReasonAdvice(Reason::kAppCredentialsInvalid, Cause::kMemory) ==
          ReasonAdvice(Reason::kAppCredentialsInvalid));
    ErrorInfo info;
    info.reason = Reason::kAppCredentialsInvalid;
    info.cause = Cause::kRedirectUriMismatch;
    CHECK(Describe(base::MakeError(info, "x")).find("redirect URI") != std::string::npos);
  }
}

TEST_SUITE("ErrorInfo") {
  TEST_CASE("travels with a Status, every field of it") {
    ErrorInfo info;
    info.reason = Reason::kRateLimited;
    info.cause = Cause::kAnswerLost;
    info.befell = Reason::kTlsFailed;
    info.http_status = 429;
    info.zoom_code = 4001;
    info.tracking_id = "v=2.0;clid=us04;rid=WEB_1";
    info.server_text = "You have reached \"it\"";
    info.missing_scopes = {"user:read:user", "user:read"};
    info.retry_at = absl::FromUnixSeconds(1'700'000'000);
    info.request_left = true;
    const absl::Status status = base::MakeError(info, "users/me: refused");

    CHECK(status.code() == absl::StatusCode::kResourceExhausted);
    const auto back = GetErrorInfo(status);
    REQUIRE(back);
    CHECK(back->reason == info.reason);
    CHECK(back->cause == info.cause);
    CHECK(back->befell == info.befell);
    CHECK(back->http_status == info.http_status);
    CHECK(back->zoom_code == info.zoom_code);
    CHECK(back->tracking_id == info.tracking_id);
    CHECK(back->server_text == info.server_text);
    CHECK(back->missing_scopes == info.missing_scopes);
    CHECK(back->retry_at == info.retry_at);
    CHECK(back->request_left);
  }

  TEST_CASE("is made for an adapter from a reason alone") {
    const absl::Status status = ReasonError(Reason::kSdkLacksField, "sdk: no field");
    CHECK(ReasonOf(status) == Reason::kSdkLacksField);
    CHECK(absl::IsFailedPrecondition(status));
    CHECK(base::ToStd(status.message()) == "sdk: no field");
  }

  TEST_CASE("is absent from a Status that is not ours") {
    CHECK_FALSE(GetErrorInfo(absl::OkStatus()));
    CHECK_FALSE(GetErrorInfo(absl::InternalError("foreign")));
    CHECK(ReasonOf(absl::InternalError("foreign")) == Reason::kInternal);
  }

  TEST_CASE("reads as one line that says why and what to do") {
    ErrorInfo info;
    info.reason = Reason::kMeetingUnknown;
    info.http_status = 404;
    info.zoom_code = 3001;
    info.tracking_id = "t1";
    CHECK(Describe(base::MakeError(info, "recording token: refused")) ==
          "meeting_unknown: recording token: refused (Zoom 404/3001; tracking t1). Check the link: "
          "the meeting was deleted, has expired, or is another host's.");
    CHECK(Describe(absl::OkStatus()) == "ok");
  }

  TEST_CASE("bounds what a server wrote, and lets no control character through") {
    CHECK(base::BoundServerText(std::string(1000, 'a')).size() == 256);
    CHECK(base::BoundServerText("a\x1b[31m\n\xc3") == "a?[31m??");
  }
}

}  // namespace
}  // namespace joinpass
