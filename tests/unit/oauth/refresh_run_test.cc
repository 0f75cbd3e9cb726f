#include "oauth/refresh_run.h"

#include <doctest/doctest.h>

#include <deque>
#include <memory>
#include <string>

#include "oauth/access_tokens.h"
#include "support/engine_room.h"

namespace joinpass::oauth {
namespace {

// A lease, as between machines: what is left of it is told by the test, in turn.
class Lease final : public store::RefreshLock {
 public:
  explicit Lease(std::deque<absl::Duration> left) : left_(std::move(left)) {}

  absl::Duration Left() const override {
    const absl::Duration left = left_.front();
    if (left_.size() > 1) left_.pop_front();
    return left;
  }

 private:
  mutable std::deque<absl::Duration> left_;
};

struct Scene : testing::EngineRoom {
  // A run that holds a lease, kept with an answer that is of no use any more.
  std::string Run(std::deque<absl::Duration> left) {
    Unsaved kept;
    kept.spent = Secret("long gone");
    kept.tokens.emplace();
    kept.lock = std::make_shared<Lease>(std::move(left));
    RefreshRun run(context, "cred_1", {}, kept);
    const absl::Status ended = Finish(run.Run());
    return ended.ok() ? "ok" : std::string(ReasonName(ReasonOf(ended)));
  }
};

// A worker that counts the trips to it.
class Counting final : public base::Executor {
 public:
  explicit Counting(base::Executor& to) : to_(to) {}
  void Post(base::Work work) override {
    ++posts;
    to_.Post(std::move(work));
  }
  int posts = 0;

 private:
  base::Executor& to_;
};

TEST_SUITE("A refresh") {
  TEST_CASE_FIXTURE(testing::EngineRoom,
                    "makes three trips to the store, the first read included") {
    Connect(absl::ZeroDuration());
    Counting worker(loop);
    const service::Context counted = {
        loop, {worker, worker, worker}, clock, base::SystemRandom(), transport, records, {}};
    AccessTokens tokens(counted);
    transport.answer = [](const auto&) { return testing::TokenAnswer(1); };
    const auto grant = Finish(tokens.Get("cred_1", In(absl::Seconds(60))));
    REQUIRE(grant.ok());
    CHECK(grant->access.access_token.Reveal() == "access-1");
    CHECK(worker.posts == 3);
    CHECK(Finish(tokens.Get("cred_1", In(absl::Seconds(60)))).ok());
    CHECK(worker.posts == 3);
  }
}

TEST_SUITE("A run whose lock is a lease") {
  TEST_CASE_FIXTURE(Scene, "sends nothing that the lease may not outlast") {
    Connect(absl::ZeroDuration());
    const absl::Duration enough = kRefreshDeadline + kCommitReserve;
    const absl::Duration too_little = enough - absl::Milliseconds(1);
    // It ran down while the record was read; while the intent was written.
    for (const auto& left : {std::deque<absl::Duration>{enough, too_little},
                             std::deque<absl::Duration>{enough, enough, too_little}}) {
      CHECK(Run(left) == "refresh_busy");
      CHECK(transport.seen.empty());
      CHECK_FALSE(Stored().pending);
    }
    transport.answer = [](const auto&) { return testing::TokenAnswer(1); };
    CHECK(Run({enough}) == "ok");
    CHECK(transport.seen.size() == 1);
  }

  TEST_CASE_FIXTURE(Scene, "that is over takes another one") {
    Connect(absl::ZeroDuration());
    transport.answer = [](const auto&) { return testing::TokenAnswer(1); };
    CHECK(Run({absl::ZeroDuration()}) == "ok");
  }
}

}  // namespace
}  // namespace joinpass::oauth
