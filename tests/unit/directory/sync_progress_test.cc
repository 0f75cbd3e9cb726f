#include "directory/sync_progress.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "base/status.h"
#include "joinpass/reason.h"

namespace joinpass::directory {
namespace {

using store::SyncRecord;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr absl::Duration kEvery = absl::Hours(6);

absl::Time Ago(absl::Duration time) { return kNow - time; }

// One of an account with a hundred users, begun an hour ago.
SyncRecord Of(SyncState state, absl::Duration changed_ago) {
  return {.credential_id = "cred_1",
          .state = state,
          .began_at = Ago(absl::Hours(1)),
          .changed_at = Ago(changed_ago),
          .completed_at = Ago(absl::Hours(3)),
          .users = 25,
          .users_in_all = 100,
          .meetings = 50,
          .calls = 80};
}

TEST_SUITE("ProgressOf") {
  TEST_CASE("tells how much time is left by the pace until now") {
    const SyncProgress progress = ProgressOf(Of(SyncState::kInProgress, absl::Minutes(20)));
    CHECK(progress.credential_id == "cred_1");
    CHECK(progress.users == 25);
    CHECK(progress.users_in_all == 100);
    CHECK(progress.meetings == 50);
    CHECK(progress.calls == 80);
    CHECK(progress.time_left == absl::Minutes(120));  // 25 users in 40 minutes
    CHECK(progress.completed_at == Ago(absl::Hours(3)));
  }

  TEST_CASE("does not know it before a user is read, and has none when it ended") {
    SyncRecord sync = Of(SyncState::kInProgress, absl::Minutes(20));
    sync.users = 0;
    CHECK(ProgressOf(sync).time_left == absl::InfiniteDuration());
    sync.users = 25;
    sync.users_in_all = 0;
    CHECK(ProgressOf(sync).time_left == absl::InfiniteDuration());
    sync.users_in_all = 20;  // somebody left meanwhile
    CHECK(ProgressOf(sync).time_left == absl::ZeroDuration());
    CHECK(ProgressOf(Of(SyncState::kFailed, absl::Minutes(1))).time_left == absl::ZeroDuration());
    CHECK(ProgressOf({}).state == SyncState::kNotStarted);
  }

  TEST_CASE("names each state") {
    std::set<std::string_view> names;
    for (const SyncState state : {SyncState::kNotStarted, SyncState::kInProgress,
                                  SyncState::kCompleted, SyncState::kFailed}) {
      names.insert(SyncStateName(state));
    }
    CHECK(names == std::set<std::string_view>{"not_started", "in_progress", "completed", "failed"});
  }
}

TEST_SUITE("A sync that begins") {
  TEST_CASE("goes on with one of an account that was cut short a moment ago") {
    struct Row {
      SyncState state;
      absl::Duration changed_ago;
      int users_in_all;
      bool goes_on;
    };
    for (const Row& row : {
             Row{SyncState::kInProgress, absl::Minutes(3), 100, true},
             Row{SyncState::kInProgress, absl::Minutes(3) - absl::Seconds(1), 100, false},  // lives
             Row{SyncState::kFailed, absl::Minutes(1), 100, true},
             Row{SyncState::kFailed, absl::Minutes(15) - absl::Seconds(1), 100, true},
             Row{SyncState::kFailed, absl::Minutes(15), 100, false},
             Row{SyncState::kCompleted, absl::Minutes(1), 100, false},
             Row{SyncState::kNotStarted, absl::Minutes(1), 100, false},
             Row{SyncState::kInProgress, absl::Minutes(4), 1, false},  // a user's own
             Row{SyncState::kInProgress, absl::Minutes(4), 0, false},  // nothing was read
             Row{SyncState::kFailed, -absl::Minutes(4), 100, true},    // clocks differ
             Row{SyncState::kFailed, -absl::Minutes(6), 100, false},
             Row{SyncState::kFailed, absl::Minutes(1), 25, false},  // all were passed
         }) {
      CAPTURE(SyncStateName(row.state));
      CAPTURE(absl::FormatDuration(row.changed_ago));
      SyncRecord last = Of(row.state, row.changed_ago);
      last.users_in_all = row.users_in_all;
      CHECK(GoesOn(last, last.began_at, kNow) == row.goes_on);
      CHECK_FALSE(GoesOn(last, last.began_at + absl::Milliseconds(1), kNow));  // another consent
      const SyncRecord begun = Begun("cred_1", last.began_at, last, kNow);
      CHECK(begun.state == SyncState::kInProgress);
      CHECK(begun.users == 0);
      CHECK(begun.reason.empty());
      CHECK(begun.changed_at == kNow);
      CHECK(begun.completed_at == last.completed_at);
      CHECK(begun.began_at == (row.goes_on ? last.began_at : kNow));
      CHECK(begun.meetings == (row.goes_on ? 50 : 0));
      CHECK(begun.users_in_all == (row.goes_on ? 100 : 0));
    }
    CHECK_FALSE(GoesOn(std::nullopt, absl::InfinitePast(), kNow));
    SyncRecord old = Of(SyncState::kFailed, absl::Minutes(1));
    old.began_at = Ago(absl::Hours(12));
    CHECK_FALSE(GoesOn(old, absl::InfinitePast(), kNow));
    CHECK(Begun("cred_1", absl::InfinitePast(), std::nullopt, kNow).completed_at ==
          absl::InfinitePast());
  }

  TEST_CASE("ends as completed, failed with the reason, or goes on later") {
    const SyncRecord sync = Of(SyncState::kInProgress, absl::Minutes(1));
    const SyncRecord completed = Ended(sync, absl::OkStatus(), kNow);
    CHECK(completed.state == SyncState::kCompleted);
    CHECK(completed.completed_at == kNow);
    const SyncRecord failed = Ended(sync, base::MakeError(Reason::kRateLimited, "x"), kNow);
    CHECK(failed.state == SyncState::kFailed);
    CHECK(failed.reason == "rate_limited");
    CHECK(failed.completed_at == sync.completed_at);
    CHECK(failed.changed_at == kNow);
    const SyncRecord closed = Ended(sync, base::MakeError(Reason::kCancelled, "x"), kNow);
    CHECK(closed.state == SyncState::kInProgress);
    CHECK(GoesOn(closed, absl::InfinitePast(), kNow + absl::Minutes(3)));
  }
}

TEST_SUITE("DueAt") {
  absl::Time Due(const std::optional<SyncRecord>& last,
                 absl::Time connected_at = absl::InfinitePast(), const char* id = "cred_1",
                 absl::Duration every = kEvery) {
    return DueAt(id, connected_at, last, every, kNow);
  }

  TEST_CASE("is now for who was never synced, or has consented since") {
    CHECK(Due(std::nullopt) == kNow);
    CHECK(Due(SyncRecord{}) == kNow);
    const SyncRecord completed = Of(SyncState::kCompleted, absl::Minutes(1));
    CHECK(Due(completed, completed.began_at) > kNow);
    CHECK(Due(completed, completed.began_at + absl::Milliseconds(1)) == kNow);
  }

  TEST_CASE("leaves alone what somebody is at, until he says nothing for long") {
    const SyncRecord sync = Of(SyncState::kInProgress, absl::Minutes(1));
    CHECK(Due(sync) == sync.changed_at + absl::Minutes(3));
    CHECK(Due(sync, kNow) == sync.changed_at + absl::Minutes(3));
    CHECK(Due(Of(SyncState::kInProgress, -absl::Hours(9))) == kNow);  // by a clock ahead
  }

  TEST_CASE("spreads the credentials, each at a moment of its own") {
    SyncRecord completed = Of(SyncState::kCompleted, absl::Minutes(1));
    completed.changed_at = kNow;
    std::set<absl::Time> moments;
    for (int i = 0; i < 100; ++i) {
      const std::string id = "cred_" + std::to_string(i);
      const absl::Time due = Due(completed, absl::InfinitePast(), id.c_str());
      CHECK(due >= kNow + 0.9 * kEvery);
      CHECK(due <= kNow + 1.1 * kEvery);
      CHECK(due == Due(completed, absl::InfinitePast(), id.c_str()));
      moments.insert(due);
    }
    CHECK(moments.size() > 90);
    CHECK(*moments.rbegin() - *moments.begin() > 0.1 * kEvery);
  }

  TEST_CASE("is soon after a failure") {
    const SyncRecord failed = Of(SyncState::kFailed, absl::ZeroDuration());
    CHECK(Due(failed) >= kNow + absl::Minutes(9));
    CHECK(Due(failed) <= kNow + absl::Minutes(11));
    SyncRecord lasting = failed;
    lasting.reason = "scope_missing";
    CHECK(Due(lasting) >= kNow + 0.9 * kEvery);
    CHECK(Due(failed, absl::InfinitePast(), "cred_1", absl::Minutes(1)) <=
          kNow + absl::Seconds(66));
  }
}

}  // namespace
}  // namespace joinpass::directory
