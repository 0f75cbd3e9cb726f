// Several addresses: one that is dead costs little.

#include "http/race.h"

#include <doctest/doctest.h>

#include <future>

#include "client_fixture.h"

namespace joinpass::http {
namespace {

using testing::BlackHole;
using testing::ClosedPort;
using testing::TlsServer;

Address Local(int port) {
  Address address;
  REQUIRE(ReadNumeric("127.0.0.1", static_cast<std::uint16_t>(port), address));
  return address;
}

struct RaceFixture {
  std::unique_ptr<IoLoop> loop = MakeIoLoop(base::SystemClock());
  std::shared_ptr<Race> race;

  // Whether somebody won, and how long it took.
  std::pair<bool, absl::Duration> Run(Addresses addresses) {
    const SteadyTime start = SteadyNow();
    auto won = std::make_shared<std::promise<bool>>();
    loop->Post([&, won] {
      race = std::make_shared<Race>(*loop, base::SystemClock(), addresses);
      race->Start([won](Winner winner) {
        if (winner.stream) winner.stream->Close();
        won->set_value(winner.stream != nullptr);
      });
    });
    const bool somebody = won->get_future().get();
    return {somebody, SteadyNow() - start};
  }
};

TEST_SUITE("A race of addresses") {
  TEST_CASE_FIXTURE(RaceFixture, "is won at once if the first answers, or refuses") {
    TlsServer server(Answers);
    const auto [first, took] = Run({Local(server.port())});
    CHECK(first);
    CHECK(took < kConnectHeadStart);
    const auto [second, took_again] = Run({Local(ClosedPort()), Local(server.port())});
    CHECK(second);
    CHECK(took_again < kConnectHeadStart);
  }

  TEST_CASE_FIXTURE(RaceFixture, "waits a quarter second for one that says nothing") {
    BlackHole nobody;
    TlsServer server(Answers);
    const auto [won, took] = Run({Local(nobody.port()), Local(server.port())});
    CHECK(won);
    CHECK(took >= kConnectHeadStart);
    CHECK(took < kConnectHeadStart + absl::Milliseconds(200));
  }

  TEST_CASE_FIXTURE(RaceFixture, "is lost when all refuse") {
    const auto [won, took] = Run({Local(ClosedPort()), Local(ClosedPort())});
    CHECK_FALSE(won);
    CHECK(took < kConnectHeadStart);
  }

  TEST_CASE_FIXTURE(RaceFixture, "ends when it is stopped") {
    BlackHole nobody;
    std::promise<bool> stopped;
    loop->Post([&] {
      auto stopping = std::make_shared<Race>(*loop, base::SystemClock(),
                                             Addresses{Local(nobody.port()), Local(nobody.port())});
      stopping->Start([&](Winner winner) { stopped.set_value(winner.stream == nullptr); });
      stopping->Stop();
    });
    CHECK(stopped.get_future().get());
  }
}

}  // namespace
}  // namespace joinpass::http
