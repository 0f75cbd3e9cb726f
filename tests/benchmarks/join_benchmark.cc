// How many round trips to Zoom a join waits for.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "integration/engine/engine_scene.h"
#include "joinpass/time.h"
#include "support/delay_proxy.h"

namespace joinpass::testing {
namespace {

// Long against what handshakes cost in a machine.
const absl::Duration kRoundTrip = absl::Milliseconds(50);

int PortOf(const std::string& origin) { return std::atoi(origin.c_str() + origin.rfind(':') + 1); }

struct FarAway : EngineScene {
  std::string id;
  DelayProxy way{PortOf(zoom->origin()), kRoundTrip};

  FarAway() {
    // Zoom would name its own origin, which is near.
    for (const char* grant : {"token/authorization_code", "token/refresh_token"}) {
      fake_zoom::Fault omit;
      omit.endpoint = grant;
      omit.kind = fake_zoom::FaultKind::kOmitApiUrl;
      omit.times = 1'000'000;
      REQUIRE(zoom->SetFault(omit).ok());
    }
    OpenCold();
    id = Connect(kJill);
  }

  // As a bot has it that just started.
  void OpenCold() {
    engine.reset();
    EngineOptions options = Options();
    options.oauth_origin = way.origin();
    options.api_origin = way.origin();
    auto opened = engine::OpenWith(options, clock, base::SystemRandom());
    REQUIRE(NameOf(opened) == "ok");
    engine = *std::move(opened);
  }

  JoinRequest Request() {
    JoinRequest request = RequestFor(kJillsMeeting);
    request.identity = Identity::kZak;
    return request;
  }

  // In round trips.
  double Prepared() {
    const SteadyTime begun = SteadyNow();
    const auto pass = Prepare(Request());
    const absl::Duration took = SteadyNow() - begun;
    REQUIRE(NameOf(pass) == "ok");
    REQUIRE_FALSE(pass->recording_token().empty());
    REQUIRE_FALSE(pass->zak().empty());
    return absl::FDivDuration(took, kRoundTrip);
  }

  double MintedWarm() {
    const auto session = engine->BeginJoin(Request());
    REQUIRE(NameOf(session) == "ok");
    // As long as the SDK takes to begin.
    std::this_thread::sleep_for(absl::ToChronoMilliseconds(8 * kRoundTrip));
    const SteadyTime begun = SteadyNow();
    const auto pass = (*session)->Mint(absl::Seconds(20));
    const absl::Duration took = SteadyNow() - begun;
    REQUIRE(NameOf(pass) == "ok");
    return absl::FDivDuration(took, kRoundTrip);
  }
};

void Print(const char* what, std::vector<double> trips, double goal) {
  std::sort(trips.begin(), trips.end());
  const std::size_t last = trips.size() - 1;
  std::printf("  %-44s %5.2f / %5.2f / %5.2f   goal %.2f\n", what, trips[last / 4], trips[last / 2],
              trips[last * 3 / 4], goal);
}

TEST_CASE("round trips to Zoom that a join waits for") {
  const char* const set = std::getenv("BENCHMARK_ROUNDS");
  const int rounds = set == nullptr ? 21 : std::max(1, std::atoi(set));
  FarAway scene;
  std::vector<double> warm;
  std::vector<double> live;
  std::vector<double> refreshed;
  for (int round = 0; round < rounds; ++round) {
    scene.OpenCold();
    live.push_back(scene.Prepared());
    warm.push_back(scene.MintedWarm());
    scene.Advance(absl::Hours(2));
    scene.OpenCold();
    refreshed.push_back(scene.Prepared());
  }
  std::printf("A recording token and a ZAK, in round trips of %d ms (%d rounds; quartiles)\n",
              static_cast<int>(absl::ToInt64Milliseconds(kRoundTrip)), rounds);
  Print("begun before the SDK: Mint()", warm, 1.15);
  Print("cold, with a live access token: Prepare()", live, 3.3);
  Print("cold, with a refresh: Prepare()", refreshed, 4.3);
  std::printf("\n");
  // What no machine is too slow for: that nothing is asked twice.
  CHECK(scene.zoom->Calls("token/refresh_token") == rounds);
}

}  // namespace
}  // namespace joinpass::testing
