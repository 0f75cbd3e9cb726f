// The answer to a refresh breaks off, at every byte: it is taken where the refresh
// token came whole. Before that nothing is lost on a Zoom that honours the old refresh
// token until the new one is used, and on a strict one it is reported as what it is.

#include <doctest/doctest.h>

#include <iostream>
#include <memory>
#include <string>

#include "integration/engine/engine_scene.h"
#include "times.h"

namespace joinpass::testing {
namespace {

constexpr std::size_t kFarBeyondTheEnd = 20'000;

// Every byte, in the long form.
const std::size_t kStride = Times(8) == 8 ? 1 : 11;

struct LostAnswer : EngineScene {
  const bool strict;
  std::string id = Connect(kJill);
  int lost = 0;
  int arrived = 0;

  explicit LostAnswer(bool strict_rotation)
      : EngineScene(Rotating(strict_rotation)), strict(strict_rotation) {}

  static fake_zoom::Options Rotating(bool strict) {
    fake_zoom::Options options;
    options.lenient_rotation = !strict;
    return options;
  }

  std::string Ask() { return NameOf(engine->credentials().GetAccessToken(id, absl::Seconds(10))); }

  // One refresh whose answer goes wrong. False: it came whole.
  bool Break(fake_zoom::FaultKind kind, std::size_t at_byte) {
    CAPTURE(at_byte);
    Advance(absl::Hours(2));
    fake_zoom::Fault fault;
    fault.endpoint = "token/refresh_token";
    fault.kind = kind;
    fault.at_byte = at_byte;
    REQUIRE(zoom->SetFault(fault).ok());
    const int before = zoom->Calls("token/refresh_token");
    const std::string outcome = Ask();
    CHECK(zoom->Calls("token/refresh_token") == before + 1);
    if (outcome == "ok") {
      ++arrived;
      return false;
    }
    CHECK(outcome == "refresh_unanswered");
    CHECK(Get(id).health == Health::kHealthy);
    // The same token goes out once more, when the first one had its full time.
    CHECK(Ask() == "refresh_unanswered");
    CHECK(zoom->Calls("token/refresh_token") == before + 1);
    Advance(absl::Seconds(31));
    const std::string second = Ask();
    CHECK(zoom->Calls("token/refresh_token") == before + 2);
    ++lost;
    if (!strict) {
      CHECK(second == "ok");
      return true;
    }
    CHECK(second == "reauthorization_required");
    CHECK(Get(id).cause == "answer_lost");
    REQUIRE(TryConnect(kJill)->id == id);
    return true;
  }

  // At every byte up to the last of the refresh token, which is enough, and on to the
  // answer's end.
  void BreakEverywhere(fake_zoom::FaultKind kind) {
    std::size_t at_byte = 0;
    while (at_byte < kFarBeyondTheEnd && Break(kind, at_byte)) at_byte += kStride;
    CHECK(lost > static_cast<int>(500 / kStride));
    for (std::size_t more = 0; more < 300; more += kStride) {
      CHECK_FALSE(Break(kind, at_byte + more));
    }
    CHECK(zoom->GetConsent(kClientId, kJill)->most_uses_of_one_token <= (strict ? 1 : 2));
    std::cout << "answers cut at each of " << lost << " bytes, " << (strict ? "strict" : "lenient")
              << "\n";
  }
};

TEST_SUITE("An answer that breaks off at every byte") {
  TEST_CASE("by a close in order, lenient: is had again") {
    LostAnswer(false).BreakEverywhere(fake_zoom::FaultKind::kTruncate);
  }
  TEST_CASE("by a close in order, strict: is answer_lost") {
    LostAnswer(true).BreakEverywhere(fake_zoom::FaultKind::kTruncate);
  }
}

TEST_SUITE("An answer that is reset") {
  void ResetEverywhere(bool strict) {
    LostAnswer scene(strict);
    // Headers count here, and what is on the way at a reset may be lost with it.
    for (std::size_t at_byte = 0; at_byte < 2500; at_byte += 7 * kStride) {
      scene.Break(fake_zoom::FaultKind::kReset, at_byte);
    }
    CHECK(scene.lost > static_cast<int>(100 / kStride));
  }

  TEST_CASE("in its headers or body, lenient: is had again") { ResetEverywhere(false); }
  TEST_CASE("in its headers or body, strict: is answer_lost") { ResetEverywhere(true); }
}

TEST_SUITE("A refresh without an answer") {
  TEST_CASE("goes out again at its deadline, and then once a cool-down") {
    LostAnswer scene(false);
    fake_zoom::Fault fault;
    fault.endpoint = "token/refresh_token";
    fault.kind = fake_zoom::FaultKind::kLoseAnswer;
    fault.times = 1000;
    REQUIRE(scene.zoom->SetFault(fault).ok());
    scene.Advance(absl::Hours(2));
    for (int minute = 0; minute < 24 * 60; ++minute) {
      CHECK(scene.Ask() == "refresh_unanswered");
      scene.Advance(absl::Minutes(1));
    }
    const int calls = scene.zoom->Calls("token/refresh_token");
    CHECK(calls > 20);
    CHECK(calls < 40);
    scene.zoom->ClearFaults();
    scene.Advance(absl::Hours(2));
    CHECK(scene.Ask() == "ok");
    CHECK(scene.Get(scene.id).health == Health::kHealthy);
  }
}

}  // namespace
}  // namespace joinpass::testing
