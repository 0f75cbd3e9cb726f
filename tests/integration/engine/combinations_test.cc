// Every combination of what a bot may ask for, and of who hosts and who lends his identity, in front
// of a Zoom that takes the pass or does not.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "integration/engine/engine_scene.h"

namespace joinpass::testing {
namespace {

enum class Host { kInAccount, kElsewhere, kUnconnected };
enum class Lender { kHost, kStranger, kNobody };

struct Asked {
  Need recording = Need::kOff;
  Identity identity = Identity::kNone;
  Need identity_need = Need::kOff;
  Host host = Host::kInAccount;
  Lender lender = Lender::kHost;

  bool wants_recording() const { return recording != Need::kOff; }
  bool wants_identity() const { return identity != Identity::kNone && identity_need != Need::kOff; }
};

// What must come of it, by the rules of Zoom and of join.h, told without the plan.
struct Expected {
  bool pass = true;
  bool recording = false;
  bool identity = false;
  bool joins = false;
};

Expected ExpectedOf(const Asked& asked) {
  Expected expected;
  const bool host_consents = asked.host != Host::kUnconnected;
  const bool lends =
      asked.lender == Lender::kStranger || (asked.lender == Lender::kHost && host_consents);
  expected.recording = asked.wants_recording() && host_consents;
  expected.identity = asked.wants_identity() && lends;
  // Of a user's consent the recording token stands beside the host's identity only.
  if (expected.recording && expected.identity && asked.lender == Lender::kStranger) {
    (asked.recording == Need::kRequired ? expected.identity : expected.recording) = false;
  }
  if (asked.recording == Need::kRequired && !expected.recording) expected.pass = false;
  if (asked.wants_identity() && asked.identity_need == Need::kRequired && !expected.identity) {
    expected.pass = false;
  }
  expected.joins = asked.host == Host::kInAccount || expected.identity;
  return expected;
}

std::vector<Asked> AllAsked() {
  std::vector<Asked> all;
  for (const Need recording : {Need::kOff, Need::kPreferred, Need::kRequired}) {
    for (const Identity identity : {Identity::kNone, Identity::kZak, Identity::kOnBehalfOf}) {
      for (const Need need : {Need::kOff, Need::kPreferred, Need::kRequired}) {
        for (const Host host : {Host::kInAccount, Host::kElsewhere, Host::kUnconnected}) {
          for (const Lender lender : {Lender::kHost, Lender::kStranger, Lender::kNobody}) {
            all.push_back({recording, identity, need, host, lender});
          }
        }
      }
    }
  }
  return all;
}

const char* LinkOf(Host host) {
  if (host == Host::kInAccount) return kJillsMeeting;
  return host == Host::kElsewhere ? kHanksMeeting : kNorasMeeting;
}

struct Combinations : EngineScene {
  Combinations() {
    Connect(kJill);
    Connect(kHank);
    for (const char* user : {kJill, kHank}) {
      for (const Host host : {Host::kInAccount, Host::kElsewhere, Host::kUnconnected}) {
        const std::uint64_t number = MeetingLink::Parse(LinkOf(host))->number();
        REQUIRE(zoom->SetPresent(user, static_cast<std::int64_t>(number), true).ok());
      }
    }
  }
  static JoinRequest RequestOf(const Asked& asked) {
    JoinRequest request = RequestFor(LinkOf(asked.host), asked.recording);
    request.identity = asked.identity;
    request.identity_need = asked.identity_need;
    const char* stranger = asked.host == Host::kElsewhere ? kJill : kHank;
    if (asked.lender == Lender::kStranger) request.identity_users = {stranger};
    if (asked.lender == Lender::kNobody) request.identity_users = {"nobody@nowhere.example"};
    return request;
  }
};

TEST_SUITE("Every combination of need, identity, host and owner") {
  TEST_CASE_FIXTURE(Combinations, "gives the pass that Zoom takes, or says why there is none") {
    int passes = 0;
    for (const Asked& asked : AllAsked()) {
      CAPTURE(static_cast<int>(asked.recording));
      CAPTURE(static_cast<int>(asked.identity));
      CAPTURE(static_cast<int>(asked.identity_need));
      CAPTURE(static_cast<int>(asked.host));
      CAPTURE(static_cast<int>(asked.lender));
      const Expected expected = ExpectedOf(asked);
      zoom->ResetCalls();
      const auto pass = Prepare(RequestOf(asked));
      // One round trip: of each part that is wanted one request, and no other.
      CHECK(zoom->Calls("*") <=
            (asked.wants_recording() ? 1 : 0) + (asked.wants_identity() ? 1 : 0));
      REQUIRE(pass.ok() == expected.pass);
      if (!pass.ok()) continue;
      ++passes;
      CHECK(pass->recording_token().empty() != expected.recording);
      CHECK(pass->identity_token().value.empty() != expected.identity);
      // What was wanted and is not there has its reason.
      std::size_t lacks = 0;
      if (asked.wants_recording() && !expected.recording) ++lacks;
      if (asked.wants_identity() && !expected.identity) ++lacks;
      CHECK(pass->shortfalls().size() == lacks);
      const fake_zoom::RedeemAnswer answer = Redeem(*pass);
      CHECK(answer.joined == expected.joins);
      CHECK(answer.may_record == (expected.joins && expected.recording));
    }
    CHECK(passes > 100);
  }

  TEST_CASE_FIXTURE(Combinations,
                    "is minted ahead as it is at the join, which asks for nothing then") {
    MintAheadEarly();
    std::vector<Asked> all;
    std::vector<std::unique_ptr<JoinSession>> sessions;
    for (const Asked& asked : AllAsked()) {
      const Expected expected = ExpectedOf(asked);
      // Of others Mint() tries again what was lacking.
      const bool lacks = (asked.wants_recording() && !expected.recording) ||
                         (asked.wants_identity() && !expected.identity);
      if (!expected.pass || lacks) continue;
      JoinRequest request = RequestOf(asked);
      request.mint_ahead_of = clock.Now() + absl::Minutes(10);
      auto session = engine->BeginJoin(request);
      REQUIRE(NameOf(session) == "ok");
      REQUIRE(NameOf((*session)->AwaitResolution(absl::Seconds(20))) != "deadline_exceeded");
      all.push_back(asked);
      sessions.push_back(*std::move(session));
    }
    REQUIRE(all.size() > 40);
    zoom->ResetCalls();
    int wanted = 0;
    for (const Asked& asked : all) wanted += asked.wants_recording() ? 1 : 0;
    Advance(absl::Minutes(10) - absl::Seconds(49));
    // The loop sees by whatever comes that the clock was moved.
    (void)engine->directory().LookUp(*MeetingLink::Parse("11122233344"), {kHank}, absl::Seconds(5));
    zoom->AwaitCalls("meetings/jointoken", wanted);
    for (const auto& session : sessions) {
      // Whoever is still minting ahead is waited for.
      const auto pass = session->Mint(absl::Seconds(20));
      REQUIRE(NameOf(pass) == "ok");
      CHECK(Redeem(*pass).reason != "");
    }
    CHECK(zoom->Calls("meetings/jointoken") == wanted);
    const auto log = engine->PassLog(static_cast<int>(sessions.size()));
    REQUIRE(NameOf(log) == "ok");
    for (const LoggedPass& logged : *log) CHECK(logged.minted_ahead);
  }
}

}  // namespace
}  // namespace joinpass::testing
