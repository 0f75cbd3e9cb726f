#include "http/circuit.h"

#include <doctest/doctest.h>

#include "base/status.h"

namespace joinpass::http {
namespace {

const SteadyTime kStart = SteadyTime() + absl::Hours(1);

absl::StatusOr<message::Response> Answer(int status) {
  message::Response response;
  response.status = status;
  return response;
}

Circuit After(int failures, SteadyTime now = kStart) {
  Circuit circuit;
  for (int i = 0; i < failures; ++i) Hear(circuit, Outcome::kFailed, false, now, 0.0);
  return circuit;
}

TEST_SUITE("What a call tells of its origin") {
  TEST_CASE("is that it serves, or not, or nothing") {
    for (const int status : {200, 204, 302, 400, 401, 404, 429}) {
      CHECK(OutcomeOf(Answer(status), {}) == Outcome::kServed);
    }
    for (const int status : {408, 500, 501, 505, 520}) {
      CHECK(OutcomeOf(Answer(status), {}) == Outcome::kStumbled);
    }
    for (const int status : {502, 503, 504}) {
      CHECK(OutcomeOf(Answer(status), {}) == Outcome::kFailed);
    }
    const auto befell = [](Reason reason, absl::Duration took = absl::ZeroDuration()) {
      return OutcomeOf(base::MakeError(reason, "x"), took);
    };
    CHECK(befell(Reason::kNetworkUnreachable) == Outcome::kFailed);
    CHECK(befell(Reason::kTlsFailed) == Outcome::kBroken);
    CHECK(befell(Reason::kProxyRefused) == Outcome::kBroken);
    for (const Reason ours : {Reason::kCancelled, Reason::kResourcesExhausted,
                              Reason::kInvalidArgument, Reason::kAnswerTooLarge}) {
      CHECK(befell(ours) == Outcome::kUntold);
    }
    // Who asks in a hurry is no judge of it.
    CHECK(befell(Reason::kDeadlineExceeded, absl::Milliseconds(4'999)) == Outcome::kUntold);
    CHECK(befell(Reason::kDeadlineExceeded, absl::Seconds(5)) == Outcome::kFailed);
    // What the proxy cannot reach, it may soon.
    ErrorInfo proxy;
    proxy.reason = Reason::kProxyRefused;
    for (const auto& [status, outcome] :
         {std::pair{503, Outcome::kFailed}, {502, Outcome::kFailed}, {407, Outcome::kBroken}}) {
      proxy.http_status = status;
      CHECK(OutcomeOf(base::MakeError(proxy, "x"), {}) == outcome);
    }
  }
}

TEST_SUITE("A circuit") {
  TEST_CASE("opens after five failures in a row, for so long that it grows") {
    Circuit circuit = After(4);
    CHECK(GateOf(circuit, kStart) == Gate::kClosed);
    Hear(circuit, Outcome::kFailed, false, kStart, 1.0);
    SteadyTime now = kStart;
    for (const int seconds : {1, 2, 4, 8, 16, 30, 30}) {
      CAPTURE(seconds);
      CHECK(circuit.open_until == now + absl::Seconds(seconds));
      now = circuit.open_until;
      CHECK(GateOf(circuit, now - absl::Nanoseconds(1)) == Gate::kOpen);
      CHECK(GateOf(circuit, now) == Gate::kProbeDue);
      circuit.is_probing = true;
      CHECK(GateOf(circuit, now) == Gate::kProbing);
      Hear(circuit, Outcome::kBroken, true, now, 1.0);
    }
  }

  TEST_CASE("of many processes is not opened to a probe at the same moment") {
    Circuit lucky = After(5);
    CHECK(lucky.open_until == kStart + absl::Milliseconds(500));
  }

  TEST_CASE("is closed by any answer, and begins anew") {
    for (const Outcome outcome : {Outcome::kServed, Outcome::kStumbled}) {
      for (const bool is_probe : {false, true}) {
        Circuit circuit = After(5);
        circuit.is_probing = is_probe;
        Hear(circuit, Outcome::kFailed, is_probe, kStart, 0.0);
        circuit.is_probing = is_probe;
        Hear(circuit, outcome, is_probe, kStart, 0.0);
        CHECK(GateOf(circuit, kStart) == Gate::kClosed);
        CHECK(circuit.open_for == absl::ZeroDuration());
        for (int i = 0; i < 4; ++i) Hear(circuit, Outcome::kFailed, false, kStart, 0.0);
        CHECK(GateOf(circuit, kStart) == Gate::kClosed);
      }
    }
  }

  TEST_CASE("does not mind those that had left before it opened") {
    Circuit circuit = After(5);
    const SteadyTime until = circuit.open_until;
    for (int i = 0; i < 100; ++i) {
      Hear(circuit, Outcome::kFailed, false, kStart + absl::Milliseconds(400), 1.0);
    }
    CHECK(circuit.open_until == until);
    circuit.is_probing = true;
    Hear(circuit, Outcome::kFailed, false, until, 1.0);
    CHECK(circuit.is_probing);
  }

  TEST_CASE("asks again soon where the probe told nothing") {
    Circuit circuit = After(5);
    circuit.is_probing = true;
    const SteadyTime now = circuit.open_until;
    Hear(circuit, Outcome::kUntold, true, now, 1.0);
    CHECK(circuit.open_until == now + absl::Seconds(1));
    CHECK(circuit.open_for == absl::Seconds(1));
    Circuit other = After(4);
    Hear(other, Outcome::kUntold, false, kStart, 1.0);
    CHECK(other.failures == 4);
  }
}

TEST_SUITE("A repetition") {
  TEST_CASE("is for what may go well the next time") {
    const Circuit circuit;
    CHECK(MayRepeat(circuit, Outcome::kStumbled, kStart));
    CHECK(MayRepeat(circuit, Outcome::kFailed, kStart));
    CHECK_FALSE(MayRepeat(circuit, Outcome::kServed, kStart));
    CHECK_FALSE(MayRepeat(circuit, Outcome::kBroken, kStart));
    CHECK_FALSE(MayRepeat(circuit, Outcome::kUntold, kStart));
  }

  TEST_CASE("needs credit, which failures take, successes and time give back") {
    Circuit circuit = After(4);
    CHECK(MayRepeat(circuit, Outcome::kFailed, kStart));
    Hear(circuit, Outcome::kStumbled, false, kStart, 0.0);
    CHECK_FALSE(MayRepeat(circuit, Outcome::kFailed, kStart));
    Circuit served = circuit;
    Hear(served, Outcome::kServed, false, kStart, 0.0);
    CHECK(MayRepeat(served, Outcome::kFailed, kStart));
    CHECK(MayRepeat(circuit, Outcome::kFailed, kStart + absl::Seconds(1)));
    // Not without end, in either direction.
    for (int i = 0; i < 1'000; ++i) Hear(circuit, Outcome::kBroken, false, kStart, 0.0);
    CHECK_FALSE(MayRepeat(circuit, Outcome::kFailed, kStart + absl::Seconds(50)));
    CHECK(MayRepeat(circuit, Outcome::kFailed, kStart + absl::Seconds(51)));
    const SteadyTime later = kStart + absl::Hours(1);
    for (int i = 0; i < 1'000; ++i) Hear(circuit, Outcome::kServed, false, later, 0.0);
    for (int i = 0; i < 4; ++i) Hear(circuit, Outcome::kStumbled, false, later, 0.0);
    CHECK(MayRepeat(circuit, Outcome::kFailed, later));
    Hear(circuit, Outcome::kStumbled, false, later, 0.0);
    CHECK_FALSE(MayRepeat(circuit, Outcome::kFailed, later));
  }

  TEST_CASE("adds a tenth at most to the calls of an origin that fails one in three") {
    Circuit circuit;
    int repeated = 0;
    constexpr int kCalls = 3'000;
    for (int call = 0; call < kCalls; ++call) {
      const bool fails = call % 3 == 0;
      Hear(circuit, fails ? Outcome::kStumbled : Outcome::kServed, false, kStart, 0.0);
      if (!fails || !MayRepeat(circuit, Outcome::kStumbled, kStart)) continue;
      ++repeated;
      Hear(circuit, Outcome::kStumbled, false, kStart, 0.0);
    }
    CHECK(repeated <= kCalls / 10);
  }

  TEST_CASE("waits by chance, up to a bound that doubles") {
    for (const auto& [times, most] : {std::pair{2, 200},
                                      {3, 400},
                                      {4, 800},
                                      {5, 1'600},
                                      {6, 3'000},
                                      {7, 3'000},
                                      {1'000, 3'000}}) {
      CAPTURE(times);
      CHECK(PauseBefore(times, 1.0) == absl::Milliseconds(most));
      CHECK(PauseBefore(times, 0.5) == absl::Milliseconds(most) / 2);
      CHECK(PauseBefore(times, 0.0) == absl::ZeroDuration());
    }
  }

  TEST_CASE("has time left, if there is time") {
    for (const auto& [left, attempt] :
         {std::pair{60, 30}, {32, 16}, {30, 15}, {20, 15}, {15, 15}, {1, 1}}) {
      CAPTURE(left);
      CHECK(AttemptDeadline(kStart, kStart + absl::Seconds(left)) ==
            kStart + absl::Seconds(attempt));
    }
    for (const auto& [failures, would] : {std::pair{0, true}, {3, true}, {4, false}}) {
      CHECK(WouldRepeat(After(failures), kStart) == would);
    }
    Circuit stumbled;
    for (int i = 0; i < 4; ++i) Hear(stumbled, Outcome::kStumbled, false, kStart, 0.0);
    CHECK_FALSE(WouldRepeat(stumbled, kStart));
  }
}

}  // namespace
}  // namespace joinpass::http
