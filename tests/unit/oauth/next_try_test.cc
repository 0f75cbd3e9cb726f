#include "oauth/next_try.h"

#include <doctest/doctest.h>

#include <optional>

#include "base/status.h"

namespace joinpass::oauth {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

ErrorInfo Error(Reason reason, std::optional<absl::Time> retry_at = {}) {
  ErrorInfo info;
  info.reason = reason;
  info.retry_at = retry_at;
  return info;
}

TEST_SUITE("WaitAfter") {
  TEST_CASE("follows its table, less by up to a half") {
    struct Row {
      Reason reason;
      absl::Duration first;
      absl::Duration longest;
    };
    for (const Row& row : {
             Row{Reason::kRateLimited, absl::Seconds(1), absl::Minutes(5)},
             Row{Reason::kZoomUnavailable, absl::Seconds(1), absl::Seconds(30)},
             Row{Reason::kNetworkUnreachable, absl::Seconds(1), absl::Seconds(30)},
             Row{Reason::kTlsFailed, absl::Seconds(1), absl::Seconds(30)},
             Row{Reason::kInternal, absl::Seconds(1), absl::Seconds(30)},
             Row{Reason::kStoreUnavailable, absl::Seconds(1), absl::Seconds(5)},
             Row{Reason::kKeyMissing, absl::Seconds(1), absl::Seconds(5)},
             Row{Reason::kAppCredentialsInvalid, absl::Minutes(1), absl::Minutes(30)},
             Row{Reason::kRequestRefused, absl::Minutes(1), absl::Minutes(30)},
             Row{Reason::kAnswerInvalid, absl::Minutes(1), absl::Minutes(30)},
         }) {
      CAPTURE(ReasonName(row.reason));
      for (const std::uint64_t random : {0, 999, 123456}) {
        const auto wait = [&](int failures) {
          return WaitAfter(Error(row.reason), failures, random, kNow);
        };
        CHECK(wait(1) >= row.first / 2);
        CHECK(wait(1) < row.first);
        CHECK(wait(2) == 2 * wait(1));
        CHECK(wait(1000) >= row.longest / 2);
        CHECK(wait(1000) < row.longest);
      }
    }
  }

  TEST_CASE("obeys Zoom's time, for five minutes at most, where it is Zoom's to say") {
    const absl::Time soon = kNow + absl::Seconds(40);
    const absl::Time far = kNow + absl::Hours(9);
    for (const Reason reason : {Reason::kRateLimited, Reason::kZoomUnavailable}) {
      CHECK(WaitAfter(Error(reason, soon), 1, 0, kNow) == absl::Seconds(40));
      CHECK(WaitAfter(Error(reason, far), 1, 0, kNow) == absl::Minutes(5));
      CHECK(WaitAfter(Error(reason, kNow - absl::Hours(1)), 1, 0, kNow) == absl::Milliseconds(500));
    }
    CHECK(WaitAfter(Error(Reason::kTlsFailed, far), 1, 0, kNow) == absl::Milliseconds(500));
  }
}

TEST_SUITE("NextTry") {
  TEST_CASE("remembers what failed until the next try, and forgets it when one works") {
    base::Moment now = {kNow, SteadyTime::FromSinceBoot(absl::Hours(1))};
    NextTry next;
    CHECK(next.Check(now).ok());
    next.Fail(base::MakeError(Reason::kTlsFailed, "x"), 0, now);
    const absl::Status waits = next.Check(now);
    CHECK(ReasonOf(waits) == Reason::kTlsFailed);
    CHECK(GetErrorInfo(waits)->retry_at == kNow + absl::Milliseconds(500));
    // A wall clock that is set changes nothing.
    now.wall += absl::Hours(5);
    CHECK_FALSE(next.Check(now).ok());
    now.steady = now.steady + absl::Milliseconds(500);
    CHECK(next.Check(now).ok());
    next.Fail(base::MakeError(Reason::kTlsFailed, "x"), 0, now);
    now.steady = now.steady + absl::Milliseconds(999);
    CHECK_FALSE(next.Check(now).ok());
    next.Succeed();
    CHECK(next.Check(now).ok());
  }
}

}  // namespace
}  // namespace joinpass::oauth
