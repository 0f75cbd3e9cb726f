#include "oauth/refresh_rules.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <string>

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
      CHECK(AgeOf(row.left) == row.age);
    }
    CHECK(AgeOf(-absl::InfiniteDuration()) == TokenAge::kMandatory);
  }

  TEST_CASE("a token is still usable with just ten seconds left") {
    CHECK(StillUsable(absl::Seconds(10)));
    CHECK_FALSE(StillUsable(absl::Seconds(10) - kTick));
  }
}

TEST_SUITE("NextSend") {
  store::PendingRefresh Pending(int sends) {
    store::PendingRefresh pending;
    pending.first_send = kNow - absl::Hours(9);
    pending.last_send = kNow;
    pending.sends = sends;
    return pending;
  }

  TEST_CASE("waits for the whole deadline of the first send, then for longer and longer") {
    const absl::Time later = kNow + absl::Seconds(1);
    CHECK(NextSend("cred_1", Pending(1), later) == kNow + kRefreshDeadline);
    struct Row {
      int sends;
      absl::Duration wait;
    };
    for (const Row& row : {
             Row{2, absl::Minutes(5)},
             Row{3, absl::Minutes(10)},
             Row{4, absl::Minutes(20)},
             Row{5, absl::Minutes(40)},
             Row{6, absl::Hours(1)},
             Row{400, absl::Hours(1)},
         }) {
      CAPTURE(row.sends);
      const absl::Duration wait = NextSend("cred_1", Pending(row.sends), later) - kNow;
      CHECK(wait >= row.wait * 0.8);
      CHECK(wait <= row.wait * 1.2);
    }
  }

  TEST_CASE("spreads what failed together, alike in every process") {
    std::set<absl::Time> times;
    for (int i = 0; i < 100; ++i) {
      const std::string id = "cred_" + std::to_string(i);
      const absl::Time next = NextSend(id, Pending(2), kNow);
      CHECK(next == NextSend(id, Pending(2), kNow + absl::Minutes(1)));
      times.insert(next);
    }
    CHECK(times.size() > 80);
  }

  TEST_CASE("a day without an answer costs Zoom some thirty requests") {
    int sends = 1;
    for (absl::Time now = kNow; now < kNow + absl::Hours(24); ++sends) {
      store::PendingRefresh pending = Pending(sends);
      pending.last_send = now;
      now = NextSend("cred_1", pending, now);
    }
    CHECK(sends < 40);
    CHECK(sends > 20);
  }

  TEST_CASE("does not wait for years because a clock was set back") {
    store::PendingRefresh pending;
    pending.last_send = kNow + absl::Hours(24 * 365);
    pending.sends = 1;
    for (const absl::Duration later : {absl::ZeroDuration(), absl::Hours(1)}) {
      CHECK(NextSend("cred_1", pending, kNow + later) <= kNow + later);
    }
    pending.last_send = kNow;
    CHECK(NextSend("cred_1", pending, kNow) > kNow);
    // A small step back makes nothing come sooner.
    pending.last_send = kNow + absl::Seconds(2);
    CHECK(NextSend("cred_1", pending, kNow) == kNow + absl::Seconds(2) + kRefreshDeadline);
  }
}

TEST_SUITE("TrustedUntil") {
  TEST_CASE("gives a token of a refresh five minutes, one of a consent none") {
    store::CredentialRecord credential;
    credential.connected_at = credential.refreshed_at = kNow;
    CHECK(TrustedUntil(credential.connected_at, credential.refreshed_at, kNow) <= kNow);
    credential.refreshed_at = kNow + absl::Hours(1);
    const absl::Time later = kNow + absl::Hours(2);
    CHECK(TrustedUntil(credential.connected_at, credential.refreshed_at, later) ==
          kNow + absl::Hours(1) + absl::Minutes(5));
    // The clock was set back meanwhile.
    CHECK(TrustedUntil(credential.connected_at, credential.refreshed_at, kNow) ==
          kNow + absl::Minutes(5));
  }
}

TEST_SUITE("Look") {
  struct Scene {
    store::CredentialRecord credential;
    store::AppRecord app;
    Wish wish;
    absl::Duration lock_left = absl::InfiniteDuration();

    Scene() {
      app.settings.client_id = "client";
      credential.id = "cred_1";
      credential.client_id = "client";
      credential.generation = 3;
      credential.refreshed_at = kNow - absl::Hours(1);
      credential.tokens.access_token = Secret("access");
      credential.tokens.refresh_token = Secret("refresh");
      credential.tokens.access_expires_at = kNow + absl::Minutes(1);
    }

    RefreshEvent Seen() const { return Look(credential, app, wish, lock_left, kNow); }
  };

  TEST_CASE_FIXTURE(Scene, "a token that is not fresh is spent") {
    CHECK(Seen() == RefreshEvent::kSpendable);
    credential.tokens.access_expires_at = kNow + absl::Minutes(11);
    CHECK(Seen() == RefreshEvent::kNoNeed);
    wish.rejected = Secret("access");
    CHECK(Seen() == RefreshEvent::kSpendable);
    wish.rejected = Secret("an older one");
    CHECK(Seen() == RefreshEvent::kNoNeed);
  }

  TEST_CASE_FIXTURE(Scene, "an idle refresh token is renewed at 30 days, well before 90") {
    wish.why = Renewal::kIdle;
    credential.tokens.access_expires_at = kNow - absl::Hours(700);
    CHECK(Seen() == RefreshEvent::kNoNeed);
    credential.refreshed_at = kNow - kIdleAfter;
    CHECK(Seen() == RefreshEvent::kSpendable);
    CHECK(kIdleAfter < absl::Hours(90 * 24) / 2);
    // Refreshed by a clock that was a year ahead.
    credential.refreshed_at = kNow + absl::Hours(24 * 365);
    CHECK(Seen() == RefreshEvent::kSpendable);
  }

  TEST_CASE_FIXTURE(Scene, "what did not come to its end is sent again, and nothing else") {
    wish.why = Renewal::kUnsettled;
    CHECK(Seen() == RefreshEvent::kNoNeed);
    credential.pending = store::PendingRefresh{kNow, kNow - kRefreshDeadline, 1};
    CHECK(Seen() == RefreshEvent::kSpendable);
  }

  TEST_CASE_FIXTURE(Scene, "whoever wants to know goes past a verdict, once") {
    credential.health = Health::kReauthorizationRequired;
    CHECK(Seen() == RefreshEvent::kCondemned);
    wish.why = Renewal::kAnyway;
    wish.seen_generation = 3;
    CHECK(Seen() == RefreshEvent::kSpendable);
    credential.generation = 4;
    CHECK(Seen() == RefreshEvent::kNoNeed);
  }

  TEST_CASE_FIXTURE(Scene, "nothing is spent for a client id that the consent was not given to") {
    app.settings.client_id = "production";
    wish.why = Renewal::kAnyway;
    wish.seen_generation = 3;
    CHECK(Seen() == RefreshEvent::kCondemned);
  }

  TEST_CASE_FIXTURE(Scene, "a paused app, an unanswered send and a short lease hold it up") {
    lock_left = kRefreshDeadline + kCommitReserve;
    CHECK(Seen() == RefreshEvent::kSpendable);
    lock_left -= kTick;
    CHECK(Seen() == RefreshEvent::kLeaseShort);
    credential.pending = store::PendingRefresh{kNow, kNow, 1};
    CHECK(Seen() == RefreshEvent::kNotDue);
    app.pause = store::AppPause{kNow, kNow, 0};
    CHECK(Seen() == RefreshEvent::kAppPaused);
    credential.health = Health::kDisconnecting;
    CHECK(Seen() == RefreshEvent::kGone);
  }

  TEST_CASE_FIXTURE(Scene, "an unanswered send is repeated when its deadline has passed") {
    credential.pending = store::PendingRefresh{kNow, kNow - kRefreshDeadline, 1};
    CHECK(Seen() == RefreshEvent::kSpendable);
    credential.pending->last_send += kTick;
    CHECK(Seen() == RefreshEvent::kNotDue);
  }
}

TEST_SUITE("PatienceFor") {
  TEST_CASE("keeps half of the time where there is a token to fall back on") {
    const SteadyTime start = SteadyTime::FromSinceBoot(absl::Hours(1));
    const SteadyTime deadline = start + absl::Seconds(10);
    CHECK(PatienceFor(absl::Seconds(10), start, deadline) == start + absl::Seconds(5));
    CHECK(PatienceFor(absl::Seconds(9), start, deadline) == deadline);
    CHECK(PatienceFor(-absl::InfiniteDuration(), start, deadline) == deadline);
    CHECK(PatienceFor(absl::Minutes(1), start, SteadyTime::InfiniteFuture()) ==
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
    CHECK(JudgeAnswer(absl::OkStatus()) == RefreshEvent::kAnswered);
    CHECK(JudgeAnswer(With(Reason::kReauthorizationRequired, true)) == RefreshEvent::kTokenRefused);
    CHECK(JudgeAnswer(With(Reason::kAppCredentialsInvalid, true)) == RefreshEvent::kClientRefused);
    for (const Reason reason : {Reason::kRequestRefused, Reason::kRateLimited}) {
      CHECK(JudgeAnswer(With(reason, true)) == RefreshEvent::kNotSpent);
    }
    for (const Reason reason : {Reason::kNetworkUnreachable, Reason::kDeadlineExceeded,
                                Reason::kZoomUnavailable, Reason::kAnswerInvalid,
                                Reason::kAnswerTooLarge, Reason::kTlsFailed, Reason::kCancelled}) {
      CHECK(JudgeAnswer(With(reason, true)) == RefreshEvent::kNoAnswer);
      CHECK(JudgeAnswer(With(reason, false)) == RefreshEvent::kNotSpent);
    }
    CHECK(JudgeAnswer(absl::InternalError("foreign")) == RefreshEvent::kNoAnswer);
  }

  TEST_CASE("a refusal after an unanswered send has that as its cause") {
    CHECK(CauseOfRefusal(std::nullopt) == Cause::kRevokedOrExpired);
    CHECK(CauseOfRefusal(store::PendingRefresh{kNow, kNow, 1}) == Cause::kAnswerLost);
  }
}

}  // namespace
}  // namespace joinpass::oauth
