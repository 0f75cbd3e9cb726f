#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

// With something in each field.
LoggedPass FullPass(const std::string& id, absl::Time at = kNow) {
  ErrorInfo info;
  info.reason = Reason::kScopeMissing;
  info.cause = Cause::kAnswerLost;
  info.http_status = 400;
  info.zoom_code = 4711;
  info.tracking_id = "track-1";
  info.server_text = "Invalid access token";
  info.missing_scopes = {"user:read:zak", "user:read:zak:admin"};
  info.retry_at = kNow + absl::Minutes(1);
  LoggedPass pass;
  pass.id = id;
  pass.join_id = "join_1";
  pass.attempt = 3;
  pass.at = at;
  pass.meeting_number = 98'765'432'109;
  pass.vanity_name = "jill";
  pass.host_user_id = "user-1";
  pass.minted_ahead = true;
  pass.recording = {.wanted = true,
                    .held = true,
                    .credential_id = "cred_1",
                    .expires_at = kNow + absl::Minutes(2)};
  pass.identity_kind = Identity::kOnBehalfOf;
  pass.identity.wanted = true;
  pass.identity.why_not = base::MakeError(info, "zoom: a scope is missing");
  pass.error = base::MakeError(Reason::kDeadlineExceeded, "join: too late");
  LoggedOutcome outcome;
  outcome.at = kNow + absl::Seconds(3);
  outcome.outcome = SdkOutcome::StatusChanged(6, -500);
  outcome.next = {Step::kAwaitOwner, absl::Milliseconds(1500),
                  base::MakeError(Reason::kOwnerNotPresent, "sdk: 501")};
  pass.outcomes = {outcome, {.at = kNow, .outcome = SdkOutcome::PrivilegeChanged(true)}};
  return pass;
}

bool IsSame(const absl::Status& a, const absl::Status& b) {
  return a.message() == b.message() && Describe(a) == Describe(b);
}

struct Passes : StoreFixture {
  void Put(const LoggedPass& pass, bool is_new = true, absl::Time now = kNow) {
    const Records::NotedPass noted = {pass, is_new};
    REQUIRE(records.PutPasses(std::array{noted}, now).ok());
  }
  std::string Ids(int most = 1'000) {
    std::string ids;
    for (const LoggedPass& pass : Must(records.ListPasses(most, kNow))) ids += pass.id + " ";
    return ids;
  }
};

TEST_SUITE("Logged passes in the store") {
  TEST_CASE_FIXTURE(Passes, "are read as they were written") {
    const LoggedPass pass = FullPass("pass_1");
    Put(pass);
    const LoggedPass read = Must(records.ListPasses(1, kNow)).at(0);
    CHECK(read.id == "pass_1");
    CHECK(read.join_id == "join_1");
    CHECK(read.attempt == 3);
    CHECK(read.at == kNow);
    CHECK(read.meeting_number == pass.meeting_number);
    CHECK(read.vanity_name == "jill");
    CHECK(read.host_user_id == "user-1");
    CHECK(read.minted_ahead);
    CHECK(read.recording.credential_id == "cred_1");
    CHECK(read.recording.held);
    CHECK(read.recording.wanted);
    CHECK(read.recording.expires_at == pass.recording.expires_at);
    CHECK_FALSE(read.identity.held);
    CHECK(IsSame(read.identity.why_not, pass.identity.why_not));
    CHECK(GetErrorInfo(read.identity.why_not)->server_text == "Invalid access token");
    CHECK(IsSame(read.error, pass.error));
    REQUIRE(read.outcomes.size() == 2);
    CHECK(read.outcomes[0].outcome.result == -500);
    CHECK(read.outcomes[0].next.wait == absl::Milliseconds(1500));
    CHECK(IsSame(read.outcomes[0].next.why, pass.outcomes[0].next.why));
    CHECK(read.outcomes[1].outcome.kind == SdkOutcome::Kind::kPrivilegeChanged);
    CHECK(read.outcomes[1].next.why.ok());
  }

  // Their numbers stand in the files.
  TEST_CASE_FIXTURE(Passes, "have every kind of outcome, step and identity") {
    using Kind = SdkOutcome::Kind;
    LoggedPass pass = FullPass("pass_1");
    for (const Kind kind :
         {Kind::kAuthenticated, Kind::kJoinReturned, Kind::kStatusChanged, Kind::kConnectTimedOut,
          Kind::kRecordingReturned, Kind::kPrivilegeAnswered, Kind::kPrivilegeChanged}) {
      for (const Step step :
           {Step::kGoOn, Step::kStartRecording, Step::kAskHost, Step::kJoinAgain,
            Step::kJoinWithoutRecordingToken, Step::kJoinWithoutIdentity, Step::kJoinAsNextUser,
            Step::kAwaitOwner, Step::kAuthenticateAgain, Step::kStop}) {
        pass.outcomes = {{.at = kNow, .outcome = {kind, 1, 2}, .next = {step, {}, {}}}};
        Put(pass);
        const LoggedOutcome read = Must(records.ListPasses(1, kNow)).at(0).outcomes.at(0);
        CHECK(read.outcome.kind == kind);
        CHECK(read.next.step == step);
      }
    }
    for (const Identity identity : {Identity::kNone, Identity::kZak, Identity::kOnBehalfOf}) {
      pass.identity_kind = identity;
      Put(pass);
      CHECK(Must(records.ListPasses(1, kNow)).at(0).identity_kind == identity);
    }
  }

  TEST_CASE_FIXTURE(Passes, "come newest first, at most the last thousand") {
    for (int batch = 0; batch < 11; ++batch) {
      std::vector<Records::NotedPass> noted;
      for (int i = 0; i < 100; ++i) {
        noted.push_back({.pass = {.id = std::to_string(batch * 100 + i), .at = kNow}});
      }
      REQUIRE(records.PutPasses(noted, kNow).ok());
    }
    Put({.id = "last", .at = kNow});
    CHECK(Ids(3) == "last 1099 1098 ");
    CHECK(Ids(0).empty());
    const auto all = Must(records.ListPasses(5'000, kNow));
    CHECK(all.size() == 1'000);
    CHECK(all.back().id == "101");
  }

  TEST_CASE_FIXTURE(Passes, "are forgotten after thirty days") {
    Put({.id = "a", .at = kNow});
    Put({.id = "b", .at = kNow + absl::Hours(1)}, true, kNow + absl::Hours(720));
    CHECK(Ids() == "b a ");
    Put({.id = "c", .at = kNow + absl::Hours(1)}, true, kNow + absl::Hours(720) + absl::Seconds(1));
    CHECK(Ids() == "c b ");
  }

  TEST_CASE_FIXTURE(Passes, "take what came of them in their place, if they are still there") {
    LoggedPass pass = FullPass("a");
    Put(pass);
    Put({.id = "b", .at = kNow});
    pass.attempt = 4;
    Put(pass, false);
    CHECK(Ids() == "b a ");
    CHECK(Must(records.ListPasses(2, kNow)).at(1).attempt == 4);
    REQUIRE(opened.store->passes().RemoveOf("cred_1").ok());
    Put(pass, false);
    CHECK(Ids() == "b ");
  }

  TEST_CASE_FIXTURE(Passes, "go with the credential that they were had through") {
    Must(records.PutConsented(CredentialOf("app_1", "bob", "cred_2")));
    Put({.id = "by both",
         .at = kNow,
         .recording = {.credential_id = "cred_2"},
         .identity = {.credential_id = "cred_1"}});
    Put({.id = "of nobody", .at = kNow});
    Put({.id = "of bob", .at = kNow, .identity = {.credential_id = "cred_2"}});
    Put({.id = "of ann", .at = kNow, .recording = {.credential_id = "cred_1"}});
    REQUIRE(Must(records.BeginDisconnect("cred_1", kNow)));
    CHECK(Ids() == "of ann of bob of nobody by both ");
    REQUIRE(Must(records.RemoveCredential(Ann())));
    CHECK(Ids() == "of bob of nobody ");
    // One that is on its way out leaves nothing any more, nor does one that never was.
    REQUIRE(Must(records.BeginDisconnect("cred_2", kNow)));
    Put({.id = "late", .at = kNow, .recording = {.credential_id = "cred_2"}});
    CHECK(Ids() == "of nobody ");
    Put({.id = "lost", .at = kNow, .recording = {.credential_id = "cred_9"}});
    CHECK(Ids() == "of nobody ");
  }
}

}  // namespace
}  // namespace joinpass::store
