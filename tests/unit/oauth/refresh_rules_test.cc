#include "oauth/refresh_rules.h"

#include <doctest/doctest.h>

#include "base/status.h"

namespace joinpass::oauth {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
constexpr absl::Duration kTick = absl::Nanoseconds(1);

TEST_SUITE("TokenAge") {
  TEST_CASE("is fresh above ten minutes, advisory above two, else mandatory") {
    struct Row {
      absl::Duration left;
      TokenAge age;
    };
    for (const Row& row : {
             Row{absl::Hours(1), TokenAge::kFresh},
             Row{absl::Minutes(10) + kTick, TokenAge::kFresh},
             Row{absl::Minutes(10), TokenAge::kAdvisory},
             Row{absl::Minutes(2) + kTick, TokenAge::kAdvisory},
             Row{absl::Minutes(2), TokenAge::kMandatory},
             Row{-absl::Hours(1), TokenAge::kMandatory},
         }) {
      CAPTURE(absl::FormatDuration(row.left));
      CHECK(AgeOf(kNow + row.left, kNow) == row.age);
    }
    CHECK(AgeOf(absl::InfinitePast(), kNow) == TokenAge::kMandatory);
  }

  TEST_CASE("a token is still usable with just ten seconds left") {
    CHECK(StillUsable(kNow + absl::Seconds(10), kNow));
    CHECK_FALSE(StillUsable(kNow + absl::Seconds(10) - kTick, kNow));
  }
}

TEST_SUITE("NextSend") {
  TEST_CASE("waits for the whole deadline of the first send, then a cool-down each") {
    store::PendingRefresh pending;
    pending.first_send = kNow - absl::Hours(9);
    pending.last_send = kNow;
    pending.sends = 1;
    CHECK(NextSend(pending, kNow + absl::Seconds(1)) == kNow + kRefreshDeadline);
    pending.sends = 2;
    CHECK(NextSend(pending, kNow + absl::Seconds(1)) == kNow + absl::Minutes(5));
    pending.sends = 400;
    CHECK(NextSend(pending, kNow + absl::Seconds(1)) == kNow + absl::Minutes(5));
  }

  TEST_CASE("does not wait for years because a clock was set back") {
    store::PendingRefresh pending;
    pending.last_send = kNow + absl::Hours(24 * 365);
    pending.sends = 1;
    for (const absl::Duration later : {absl::ZeroDuration(), absl::Hours(1)}) {
      CHECK(NextSend(pending, kNow + later) <= kNow + later);
    }
    pending.last_send = kNow;
    CHECK(NextSend(pending, kNow) > kNow);
  }
}

TEST_SUITE("PatienceFor") {
  TEST_CASE("keeps half of the time where there is a token to fall back on") {
    const SteadyTime start = SteadyTime::FromSinceBoot(absl::Hours(1));
    const SteadyTime deadline = start + absl::Seconds(10);
    CHECK(PatienceFor(kNow + absl::Seconds(10), kNow, start, deadline) == start + absl::Seconds(5));
    CHECK(PatienceFor(kNow + absl::Seconds(9), kNow, start, deadline) == deadline);
    CHECK(PatienceFor(absl::InfinitePast(), kNow, start, deadline) == deadline);
    CHECK(PatienceFor(kNow + absl::Minutes(1), kNow, start, SteadyTime::InfiniteFuture()) ==
          SteadyTime::InfiniteFuture());
  }
}

TEST_SUITE("JudgeAnswer") {
  absl::Status With(Reason reason, bool request_left) {
    ErrorInfo info;
    info.reason = reason;
    info.request_left = request_left;
    return base::MakeError(info, "x");
  }

  TEST_CASE("only Zoom's own word condemns, and only silence leaves a doubt") {
    CHECK(JudgeAnswer(absl::OkStatus()) == SendOutcome::kAnswered);
    CHECK(JudgeAnswer(With(Reason::kReauthorizationRequired, true)) == SendOutcome::kRefused);
    for (const Reason reason :
         {Reason::kAppCredentialsInvalid, Reason::kRequestRefused, Reason::kRateLimited}) {
      CHECK(JudgeAnswer(With(reason, true)) == SendOutcome::kNotSpent);
    }
    for (const Reason reason : {Reason::kNetworkUnreachable, Reason::kDeadlineExceeded,
                                Reason::kZoomUnavailable, Reason::kAnswerInvalid,
                                Reason::kAnswerTooLarge, Reason::kTlsFailed, Reason::kCancelled}) {
      CHECK(JudgeAnswer(With(reason, true)) == SendOutcome::kUnknown);
      CHECK(JudgeAnswer(With(reason, false)) == SendOutcome::kNotSpent);
    }
    CHECK(JudgeAnswer(absl::InternalError("foreign")) == SendOutcome::kUnknown);
  }

  TEST_CASE("a refusal after an unanswered send has that as its cause") {
    CHECK(CauseOfRefusal(std::nullopt) == "revoked_or_expired");
    CHECK(CauseOfRefusal(store::PendingRefresh{kNow, kNow, 1}) == "answer_lost");
  }
}

}  // namespace
}  // namespace joinpass::oauth
