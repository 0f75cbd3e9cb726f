#include "join/plan.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "base/status.h"

namespace joinpass::join {
namespace {

Candidate CandidateOf(std::string credential, std::string host) {
  Candidate candidate;
  candidate.credential_id = std::move(credential);
  candidate.host_user_id = std::move(host);
  return candidate;
}

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

struct Scene {
  JoinRequest request;
  Findings known;

  Scene() {
    request.link = *MeetingLink::Parse("https://zoom.us/j/98765432109?pwd=abc&tk=reg");
    Resolution resolution;
    resolution.meeting_number = 98765432109;
    resolution.candidates = {CandidateOf("cred_host", "host"), CandidateOf("cred_other", "host")};
    known.resolution = resolution;
    known.identity_owners = std::vector<Owner>{{"cred_host", "host", "account"}};
  }

  void IdentityOf(std::vector<Owner> owners, Need need) {
    request.identity = Identity::kOnBehalfOf;
    request.identity_need = need;
    known.identity_owners = std::move(owners);
  }
};

MintedPart Minted(std::string value, std::string owner = "host") {
  MintedPart part;
  part.token.value = Secret(value);
  part.owner_user_id = std::move(owner);
  return part;
}

const absl::Status kNo = base::MakeError(Reason::kLocalRecordingDisabled, "off");

TEST_SUITE("MakePlan") {
  TEST_CASE_FIXTURE(Scene, "asks the host's credentials in order") {
    const Plan plan = MakePlan(request, known);
    REQUIRE(plan.recording.size() == 2);
    CHECK(plan.recording[0].credential_id == "cred_host");
    CHECK(plan.identity.empty());
    CHECK(plan.identity_shortfall.ok());
  }

  TEST_CASE_FIXTURE(Scene, "asks for nothing that is off") {
    request.recording = Need::kOff;
    request.identity = Identity::kZak;
    request.identity_need = Need::kOff;
    const Plan plan = MakePlan(request, known);
    CHECK(plan.recording.empty());
    CHECK(plan.identity.empty());
    CHECK(plan.recording_shortfall.ok());
    CHECK(plan.identity_shortfall.ok());
  }

  TEST_CASE_FIXTURE(Scene, "the recording token gives way to a stranger's identity") {
    IdentityOf({{"cred_guest", "guest", "account"}}, Need::kRequired);
    const Plan plan = MakePlan(request, known);
    CHECK(plan.recording.empty());
    CHECK(ReasonOf(plan.recording_shortfall) == Reason::kOwnerNotHost);
    CHECK(plan.identity.size() == 1);
  }

  TEST_CASE_FIXTURE(Scene, "a required recording token keeps strangers from being asked") {
    IdentityOf({{"cred_guest", "guest", "account"}, {"cred_host", "host", "account"}},
               Need::kPreferred);
    request.recording = Need::kRequired;
    Plan plan = MakePlan(request, known);
    REQUIRE(plan.identity.size() == 1);
    CHECK(plan.identity[0].user_id == "host");
    CHECK(plan.recording.size() == 2);

    known.identity_owners = std::vector<Owner>{{"cred_guest", "guest", "account"}};
    plan = MakePlan(request, known);
    CHECK(plan.identity.empty());
    CHECK(ReasonOf(plan.identity_shortfall) == Reason::kOwnerNotHost);
    CHECK(plan.recording.size() == 2);
  }

  TEST_CASE_FIXTURE(Scene, "a required recording token from a URL keeps nobody from being asked") {
    IdentityOf({{"cred_guest", "guest", "account"}}, Need::kRequired);
    request.recording = Need::kRequired;
    request.token_urls.join_token_url = Secret("https://example.com/token");
    CHECK(MakePlan(request, known).identity.size() == 1);
    known.resolution = base::MakeError(Reason::kHostNotConnected, "nobody");
    CHECK(MakePlan(request, known).identity.size() == 1);
  }

  TEST_CASE_FIXTURE(Scene, "an unknown host is the shortfall of both, each with its own reason") {
    IdentityOf({}, Need::kPreferred);
    known.resolution = base::MakeError(Reason::kHostNotConnected, "nobody");
    known.identity_owners = base::MakeError(Reason::kCredentialUnknown, "nobody");
    const Plan plan = MakePlan(request, known);
    CHECK(ReasonOf(plan.recording_shortfall) == Reason::kHostNotConnected);
    CHECK(ReasonOf(plan.identity_shortfall) == Reason::kCredentialUnknown);
  }

  TEST_CASE_FIXTURE(Scene, "asks for both where one of several owners is the host") {
    IdentityOf({{"cred_guest", "guest", "account"}, {"cred_host", "host", "account"}},
               Need::kRequired);
    const Plan plan = MakePlan(request, known);
    CHECK(plan.identity.size() == 2);
    CHECK(plan.recording.size() == 2);
    CHECK(plan.recording_shortfall.ok());
  }

  TEST_CASE_FIXTURE(Scene, "an identity can be had where the host is unknown, if that is enough") {
    IdentityOf({{"cred_guest", "guest", "account"}}, Need::kRequired);
    known.resolution = base::MakeError(Reason::kHostNotConnected, "nobody");
    CHECK(MakePlan(request, known).identity.size() == 1);
    request.recording = Need::kRequired;
    CHECK(MakePlan(request, known).identity.empty());
  }
}

TEST_SUITE("MakePass") {
  TEST_CASE_FIXTURE(Scene, "carries both parts and all of the request") {
    IdentityOf({{"cred_host", "host", "account"}}, Need::kRequired);
    request.display_name = "Notes";
    request.customer_key = "bot-1";
    const auto pass = MakePass(request, known, {Minted("rec"), Minted("obf", "host")});
    REQUIRE(pass.ok());
    CHECK(pass->meeting_number() == 98765432109);
    CHECK(pass->passcode() == Secret("abc"));
    CHECK(pass->registrant_token() == Secret("reg"));
    CHECK(pass->display_name() == "Notes");
    CHECK(pass->customer_key() == "bot-1");
    CHECK(pass->recording_token() == Secret("rec"));
    CHECK(pass->on_behalf_token() == Secret("obf"));
    CHECK(pass->zak().empty());
    CHECK(pass->shortfalls().empty());
  }

  TEST_CASE_FIXTURE(Scene, "a part that is preferred falls short with its reason") {
    const auto pass = MakePass(request, known, {kNo, kNo});
    REQUIRE(pass.ok());
    REQUIRE(pass->shortfalls().size() == 1);
    CHECK(pass->shortfalls()[0].part == PassPart::kRecordingToken);
    CHECK(ReasonOf(pass->shortfalls()[0].why) == Reason::kLocalRecordingDisabled);
    CHECK(pass->recording_token().empty());
  }

  TEST_CASE_FIXTURE(Scene, "a part that is required fails the pass with its reason") {
    request.recording = Need::kRequired;
    CHECK(ReasonOf(MakePass(request, known, {kNo, kNo}).status()) ==
          Reason::kLocalRecordingDisabled);
    request.recording = Need::kOff;
    IdentityOf({{"cred_host", "host", "account"}}, Need::kRequired);
    CHECK_FALSE(MakePass(request, known, {Minted("rec"), kNo}).ok());
  }

  TEST_CASE_FIXTURE(Scene, "takes the recording token out beside a stranger's identity") {
    IdentityOf({{"cred_host", "host", "account"}, {"cred_guest", "guest", "account"}},
               Need::kRequired);
    const auto pass = MakePass(request, known, {Minted("rec"), Minted("obf", "guest")});
    REQUIRE(pass.ok());
    CHECK(pass->recording_token().empty());
    CHECK(pass->on_behalf_token() == Secret("obf"));
    REQUIRE(pass->shortfalls().size() == 1);
    CHECK(ReasonOf(pass->shortfalls()[0].why) == Reason::kOwnerNotHost);
  }

  TEST_CASE_FIXTURE(Scene, "takes it out where each part is of another host") {
    IdentityOf({{"cred_host", "host", "account"}}, Need::kRequired);
    const auto pass = MakePass(request, known, {Minted("rec", "old host"), Minted("obf", "host")});
    REQUIRE(pass.ok());
    CHECK(pass->recording_token().empty());
    REQUIRE(pass->shortfalls().size() == 1);
    CHECK(ReasonOf(pass->shortfalls()[0].why) == Reason::kOwnerNotHost);
  }

  TEST_CASE_FIXTURE(Scene, "a personal link takes the number of the host's PMI") {
    request.link = *MeetingLink::Parse("https://zoom.us/my/jill");
    const auto pass = MakePass(request, known, {Minted("rec"), kNo});
    REQUIRE(pass.ok());
    CHECK(pass->meeting_number() == 98765432109);
    CHECK(pass->vanity_name() == "jill");
  }
}

TEST_SUITE("NeedsHost") {
  TEST_CASE_FIXTURE(Scene, "says whether anything depends on who hosts the meeting") {
    request = JoinRequest();
    request.link = *MeetingLink::Parse("98765432109");
    CHECK(NeedsHost(request));
    request.recording = Need::kOff;
    CHECK_FALSE(NeedsHost(request));
    request.identity = Identity::kZak;
    CHECK(NeedsHost(request));
    request.identity_users = {"guest"};
    CHECK_FALSE(NeedsHost(request));
    request.recording = Need::kPreferred;
    CHECK(NeedsHost(request));
    request.token_urls.join_token_url = Secret("https://example.com/token");
    CHECK_FALSE(NeedsHost(request));
    request.link = *MeetingLink::Parse("https://zoom.us/my/jill");
    CHECK(NeedsHost(request));
  }
}

TEST_SUITE("CheckRequest") {
  TEST_CASE_FIXTURE(Scene, "names every field that is wrong, and accepts the bounds") {
    request.display_name = std::string(128, 'n');
    request.customer_key = std::string(35, 'k');
    request.identity_users.assign(16, "u");
    request.host_hints.assign(16, "u");
    CHECK(CheckRequest(request, kNow).ok());
    request.customer_key.clear();
    for (int i = 0; i < 35; ++i) request.customer_key += "\xe9\x8d\xb5";
    CHECK(CheckRequest(request, kNow).ok());
    request.patience = absl::Hours(24);
    CHECK(CheckRequest(request, kNow).ok());
    request.link = MeetingLink();
    request.patience = absl::Seconds(-1);
    request.recording = Need::kRequired;
    request.identity = Identity::kOnBehalfOf;
    request.recording_or_on_behalf_of = true;
    request.display_name += 'n';
    request.customer_key += 'k';
    request.identity_users.push_back("u");
    request.host_hints.push_back("u");
    const std::string message(CheckRequest(request, kNow).message());
    for (const char* field : {"link", "display_name", "customer_key", "identity_users",
                              "host_hints", "patience", "recording_or_on_behalf_of"}) {
      CAPTURE(field);
      CHECK(message.find(field) != std::string::npos);
    }
    request = JoinRequest{.link = *MeetingLink::Parse("98765432109")};
    request.mint_ahead_of = kNow - absl::Hours(100);
    CHECK(CheckRequest(request, kNow).ok());
    request.mint_ahead_of = kNow + absl::Hours(24);
    CHECK(CheckRequest(request, kNow).ok());
    request.mint_ahead_of = kNow + absl::Hours(24) + absl::Seconds(1);
    CHECK(CheckRequest(request, kNow).message().find("mint_ahead_of") != absl::string_view::npos);
    request.patience = absl::Hours(24) + absl::Seconds(1);
    CHECK(CheckRequest(request, kNow).message().find("patience") != absl::string_view::npos);
  }
}

}  // namespace
}  // namespace joinpass::join
