#include "fake_zoom/fake_zoom.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace joinpass::fake_zoom {
namespace {

constexpr std::string_view kQuery =
    "/oauth/authorize?response_type=code&client_id=example-client&state=s1"
    "&redirect_uri=http%3A%2F%2F127.0.0.1%3A8765%2Foauth%2Fcallback";

std::unique_ptr<FakeZoom> Start(Options options = {}) {
  options.world_file = FAKE_ZOOM_EXAMPLE_WORLD;
  auto fake = FakeZoom::Start(std::move(options));
  REQUIRE(fake.ok());
  return *std::move(fake);
}

std::string AuthorizeUrl(const FakeZoom& fake) {
  return absl::StrCat(fake.origin(), std::string(kQuery));
}

TEST_SUITE("FakeZoom") {
  TEST_CASE("lets a person consent in a browser, and decline") {
    const auto fake = Start();
    const auto allowed = Consent(*fake, AuthorizeUrl(*fake), "jill@acme.example");
    REQUIRE(allowed.ok());
    CHECK(absl::StartsWith(*allowed, "http://127.0.0.1:8765/oauth/callback?code="));
    CHECK(absl::EndsWith(*allowed, "&state=s1"));
    const auto declined =
        Consent(*fake, AuthorizeUrl(*fake), "jill@acme.example", Decision::kDecline);
    REQUIRE(declined.ok());
    CHECK(*declined == "http://127.0.0.1:8765/oauth/callback?error=access_denied&state=s1");
    CHECK(fake->Calls("oauth/*") == 4);
    CHECK(fake->Connections().handshakes == 4);
  }

  TEST_CASE("tells why a person could not consent") {
    const auto fake = Start();
    const auto nobody = Consent(*fake, AuthorizeUrl(*fake), "nobody@acme.example");
    CHECK(ReasonOf(nobody.status()) == Reason::kRequestRefused);
    CHECK(nobody.status().message() == "consent: http 400: No such active user");
    CHECK(ReasonOf(Consent(*fake, "http://127.0.0.1/", "x").status()) == Reason::kInvalidArgument);
    CHECK(ReasonOf(Consent(*fake, "https://127.0.0.1:1/", "x").status()) ==
          Reason::kNetworkUnreachable);
    CHECK(ReasonOf(Consent("/no/such/file", AuthorizeUrl(*fake), "x").status()) ==
          Reason::kTlsFailed);
  }

  TEST_CASE("shows the wrong certificate when that is asked for, and nobody trusts it") {
    for (const auto kind :
         {CertificateKind::kWrongName, CertificateKind::kExpired, CertificateKind::kSelfSigned}) {
      CAPTURE(static_cast<int>(kind));
      const auto fake = Start({.certificate = kind});
      CHECK(ReasonOf(Consent(*fake, AuthorizeUrl(*fake), "jill@acme.example").status()) ==
            Reason::kTlsFailed);
      CHECK(fake->Calls("*") == 0);
    }
  }

  TEST_CASE("holds an answer until it is released, or stopped") {
    auto fake = Start();
    REQUIRE(
        fake->SetFault({.endpoint = "oauth/authorize", .kind = FaultKind::kHold, .times = 2}).ok());
    absl::Status released;
    std::thread person(
        [&] { released = Consent(*fake, AuthorizeUrl(*fake), "jill@acme.example").status(); });
    fake->AwaitCalls("oauth/authorize", 1);
    fake->Release();
    person.join();
    CHECK(released.ok());
    const std::string url = AuthorizeUrl(*fake);
    const std::string ca = fake->ca_file();
    absl::Status stopped;
    std::thread other([&] { stopped = Consent(ca, url, "jill@acme.example").status(); });
    fake->AwaitCalls("oauth/authorize", 2);
    fake.reset();
    other.join();
    CHECK(ReasonOf(stopped) == Reason::kNetworkUnreachable);
    CHECK_FALSE(std::filesystem::exists(ca));
  }

  TEST_CASE("delays an answer by its own clock") {
    const auto fake = Start({.clock = ClockKind::kFrozen});
    REQUIRE(
        fake->SetFault(
                {.endpoint = "oauth/authorize", .kind = FaultKind::kDelay, .delay = absl::Hours(9)})
            .ok());
    absl::Status delayed;
    std::thread person(
        [&] { delayed = Consent(*fake, AuthorizeUrl(*fake), "jill@acme.example").status(); });
    fake->AwaitCalls("oauth/authorize", 1);
    fake->Advance(absl::Hours(9));
    person.join();
    CHECK(delayed.ok());
  }

  TEST_CASE("starts at the time it is told, and goes on by what it is told") {
    const absl::Time start = absl::FromUnixSeconds(1'800'000'000);
    const auto frozen = Start({.clock = ClockKind::kFrozen, .start = start});
    CHECK(frozen->Now() == start);
    frozen->Advance(absl::Seconds(5));
    frozen->Advance(-absl::Seconds(5));
    CHECK(frozen->Now() == start + absl::Seconds(5));
    const auto running = Start({.start = start});
    CHECK(running->Now() >= start);
    CHECK(running->Now() < start + absl::Minutes(10));
  }

  TEST_CASE("names what a setter does not know") {
    const auto fake = Start();
    CHECK(ReasonOf(fake->SetLocalRecording("x", Setting::kOff)) == Reason::kUserUnknown);
    CHECK(ReasonOf(fake->SetPmi("x", 1000000000)) == Reason::kUserUnknown);
    CHECK(ReasonOf(fake->SetPmi("jill@acme.example", 1)) == Reason::kInvalidArgument);
    CHECK(ReasonOf(fake->SetUserStatus("x", "active")) == Reason::kUserUnknown);
    CHECK(ReasonOf(fake->SetUserStatus("jill@acme.example", "x")) == Reason::kInvalidArgument);
    CHECK(ReasonOf(fake->SetPresent("jill@acme.example", 1, true)) == Reason::kMeetingUnknown);
    CHECK(ReasonOf(fake->DeleteMeeting(1)) == Reason::kMeetingUnknown);
    CHECK(ReasonOf(fake->SetAppSecret("x", "y")) == Reason::kAppUnknown);
    CHECK(ReasonOf(fake->RevokeConsent("example-client", "jill@acme.example")) ==
          Reason::kCredentialUnknown);
    CHECK(ReasonOf(fake->GetConsent("example-client", "jill@acme.example").status()) ==
          Reason::kCredentialUnknown);
    CHECK(ReasonOf(fake->AddMeeting({.number = 91111111111, .host_id = "x"})) ==
          Reason::kUserUnknown);
    CHECK(ReasonOf(fake->AddMeeting({.number = 97763643886, .host_id = "jill@acme.example"})) ==
          Reason::kInvalidArgument);
    CHECK(ReasonOf(fake->SetFault({})) == Reason::kInvalidArgument);
  }

  TEST_CASE("does not start in a world that is none") {
    CHECK(ReasonOf(FakeZoom::Start({}).status()) == Reason::kInvalidArgument);
    CHECK(ReasonOf(FakeZoom::Start({.world_json = "x"}).status()) == Reason::kInvalidArgument);
    CHECK(ReasonOf(FakeZoom::Start({.world_file = "/no/such/file"}).status()) ==
          Reason::kInvalidArgument);
    CHECK(ReasonOf(FakeZoom::Start({.users = 1, .port = -1}).status()) == Reason::kInvalidArgument);
  }
}

}  // namespace
}  // namespace joinpass::fake_zoom
