// A rush to one account: many processes on one store, on a clock that is moved by hand, and a
// Zoom that counts.

#ifndef JOINPASS_TESTS_UNIT_LIMITS_RUSH_SCENE_H_
#define JOINPASS_TESTS_UNIT_LIMITS_RUSH_SCENE_H_

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/flight.h"
#include "fake_zoom/account_limits.h"
#include "oauth/authorized_calls.h"
#include "support/engine_room.h"
#include "zoom/endpoints.h"

namespace joinpass::testing {

using fake_zoom::Label;
using fake_zoom::Limited;
using fake_zoom::LimitRules;
using fake_zoom::LimitVerdict;
using fake_zoom::LimitWindows;

inline constexpr absl::Duration kWay = absl::Milliseconds(50);  // to Zoom, and back

// An account of the plan Business, behind a way that takes its time.
class Account final : public http::Transport {
 public:
  Account(base::Loop& loop, base::Clock& clock, const LimitRules& rules)
      : loop_(loop), clock_(clock) {
    LimitRules kept = rules;
    kept.kept = true;
    limits_.SetRules(kept);
  }

  base::Task<absl::StatusOr<message::Response>> Send(message::Request request,
                                                     SteadyTime) override {
    const bool listing = request.target.find("/meetings?") != std::string::npos;
    (void)co_await base::SleepUntil(loop_, clock_.SteadyNow() + kWay);
    const Limited limited = limits_.Take("account-1", fake_zoom::Plan::kBusiness,
                                         listing ? Label::kMedium : Label::kLight, clock_.Now());
    (void)co_await base::SleepUntil(loop_, clock_.SteadyNow() + kWay);
    if (limited.verdict == LimitVerdict::kServed) {
      ++served_;
      co_return JsonAnswer(200, R"({"token":"t","meetings":[]})");
    }
    co_return JsonAnswer(429, R"({"code":429,"message":"You have reached the maximum per-second )"
                              R"(rate limit for this API. Try again later."})");
  }
  base::Task<absl::Status> Warm(message::Origin, int, SteadyTime) override {
    co_return absl::OkStatus();
  }

  int served() const { return served_; }
  int refused() const { return limits_.refused(); }
  int most_a_second() const { return limits_.most_a_second(); }

 private:
  base::Loop& loop_;
  base::Clock& clock_;
  fake_zoom::Limits limits_;
  int served_ = 0;
};

// A process: what it shares with the others is the store, and the machine's clock.
struct Process {
  std::unique_ptr<store::Store> store;
  store::Records records;
  service::Context context;
  oauth::AccessTokens tokens{context};
  limits::Limiter limiter{context, ZoomPlan::kBusiness};
  oauth::AuthorizedCalls calls{context, tokens, {&limiter, limits::Urgency::kJoin}};
  oauth::AuthorizedCalls unpaced{context, tokens};
  oauth::AuthorizedCalls background{context, tokens, {&limiter, limits::Urgency::kBackground}};

  Process(EngineRoom& room, http::Transport& zoom, std::unique_ptr<store::Store> opened)
      : store(std::move(opened)),
        records(*store, room.keys, base::SystemRandom()),
        context{room.loop,  {room.loop, room.loop, room.loop},
                room.clock, base::SystemRandom(),
                zoom,       records,
                {}} {}
};

struct Rush : EngineRoom {
  std::unique_ptr<Account> zoom;
  std::vector<std::unique_ptr<Process>> processes;
  int joined = 0;
  int failed = 0;
  SteadyTime last_joined = {};
  const SteadyTime began = clock.SteadyNow();

  void Open(const LimitRules& rules, int many = 8) {
    zoom = std::make_unique<Account>(loop, clock, rules);
    Connect(absl::Hours(1));
    for (int i = 0; i < many; ++i) {
      const auto prepared = store::PrepareFolder(folder / "store");
      auto opened = store::OpenSqliteStore(*prepared, keys, base::SystemRandom());
      REQUIRE(opened.ok());
      processes.push_back(std::make_unique<Process>(*this, *zoom, *std::move(opened)));
    }
  }

  void Join(Process& process, absl::Duration timeout) {
    auto call = process.calls.Call(zoom::MeetingRecordingToken(1, zoom::WaitingRoom::kWait),
                                   "cred_1", In(timeout));
    base::Start<absl::StatusOr<oauth::Called<zoom::MintedToken>>>(
        std::move(call), [this](const auto& called) { Note(called.ok()); });
  }
  void Note(bool has_joined) {
    ++(has_joined ? joined : failed);
    if (has_joined) last_joined = clock.SteadyNow();
  }
  void JoinAll(int many, absl::Duration timeout = absl::Minutes(5)) {
    for (int i = 0; i < many; ++i) {
      Join(*processes[static_cast<std::size_t>(i) % processes.size()], timeout);
    }
  }

  // A sync lists without an end.
  void List(Process& process) {
    auto call = process.background.Call(zoom::ListMeetings(zoom::Whom::Me(), ""), "cred_1",
                                        In(absl::Minutes(10)));
    base::Start<absl::StatusOr<oauth::Called<zoom::MeetingPage>>>(std::move(call),
                                                                  [this, &process](const auto&) {
                                                                    if (joined + failed < 1'000)
                                                                      List(process);
                                                                  });
  }
  void GetUsers(Process& process) {
    auto call =
        process.background.Call(zoom::Zak(zoom::Whom::Me()), "cred_1", In(absl::Minutes(10)));
    base::Start<absl::StatusOr<oauth::Called<zoom::MintedToken>>>(std::move(call),
                                                                  [this, &process](const auto&) {
                                                                    if (joined + failed < 1'000)
                                                                      GetUsers(process);
                                                                  });
  }

  void RunAll(int many = 1'000) {
    loop.Run();
    while (joined + failed < many && loop.AdvanceToNext()) {
    }
    // What goes on in the background ends now, too.
    while (loop.AdvanceToNext()) {
    }
  }
  double Makespan() const { return absl::ToDoubleSeconds(last_joined - began); }
};

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_UNIT_LIMITS_RUSH_SCENE_H_
