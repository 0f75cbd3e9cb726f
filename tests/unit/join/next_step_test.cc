// The whole table: what each code of the SDK leads to, by what the pass held.

#include "join/next_step.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "join/sdk_codes.h"
#include "joinpass/reason.h"

namespace joinpass::join {
namespace {

constexpr int kFailed = 6;
constexpr int kEnded = 7;

SdkOutcome Failed(int code) { return SdkOutcome::StatusChanged(kFailed, code); }
SdkOutcome Ended(int reason) { return SdkOutcome::StatusChanged(kEnded, reason); }
SdkOutcome InMeeting() { return SdkOutcome::StatusChanged(3, 0); }

// A pass with whatever a row says of it.
enum class Held { kNothing, kRecording, kZak, kOnBehalf, kBoth };

struct Scene {
  JoinRequest request;
  Course course;
  SteadyTime now = SteadyTime{} + absl::Hours(1);
  double roll = 0;

  void Mint(Held held, std::vector<std::string> others = {}) {
    Taken taken;
    taken.recording = held == Held::kRecording || held == Held::kBoth;
    taken.identity = held == Held::kZak                               ? Identity::kZak
                     : held == Held::kOnBehalf || held == Held::kBoth ? Identity::kOnBehalfOf
                                                                      : Identity::kNone;
    if (taken.identity != Identity::kNone) taken.identity_user_id = "owner";
    taken.other_users = std::move(others);
    BeginAttempt(taken, course);
  }
  NextStep Report(const SdkOutcome& outcome) { return Hear(request, outcome, now, roll, course); }

  // "step reason"; the reason is left out where there is none.
  std::string Say(const SdkOutcome& outcome) {
    const NextStep next = Report(outcome);
    std::string text(StepName(next.step));
    if (!next.why.ok()) text += " " + std::string(ReasonName(ReasonOf(next.why)));
    return text;
  }
  // One after the other, each of an attempt of its own, until the bot is to stop. The waits, in
  // seconds.
  std::vector<double> Waits(const SdkOutcome& outcome, Held held, int most = 100) {
    std::vector<double> waits;
    for (int i = 0; i < most; ++i) {
      Mint(held);
      const NextStep next = Report(outcome);
      if (next.step == Step::kStop) break;
      waits.push_back(absl::ToDoubleSeconds(next.wait));
      now = now + next.wait;
    }
    return waits;
  }
};

TEST_SUITE("What follows from being let in") {
  TEST_CASE_FIXTURE(Scene, "nothing, for one that was told to leave before") {
    Mint(Held::kRecording);
    CHECK(Say(SdkOutcome::ConnectTimedOut()) == "join_again sdk_failed");
    CHECK(Say(InMeeting()) == "go_on");
    CHECK(Say(Ended(0)) == "join_again sdk_failed");
    Mint(Held::kRecording);
    CHECK(Say(InMeeting()) == "start_recording");
  }
}

TEST_SUITE("What follows from a failed join") {
  struct Row {
    int code;
    Held held;
    std::string next;
  };

  TEST_CASE("at first, by its code and what the pass held") {
    const std::vector<Row> rows = {
        {1, Held::kBoth, "join_again network_unreachable"},
        {2, Held::kBoth, "join_again network_unreachable"},
        {3, Held::kBoth, "join_again network_unreachable"},
        {4, Held::kBoth, "stop passcode_wrong"},
        {5, Held::kBoth, "join_again network_unreachable"},
        {6, Held::kBoth, "stop meeting_over"},
        {7, Held::kBoth, "join_again meeting_not_started"},
        {8, Held::kBoth, "stop meeting_unknown"},
        {9, Held::kBoth, "join_again meeting_full"},
        {10, Held::kBoth, "stop sdk_too_old"},
        {11, Held::kBoth, "join_again network_unreachable"},
        {12, Held::kBoth, "stop meeting_locked"},
        {13, Held::kBoth, "stop meeting_restricted"},
        {14, Held::kBoth, "join_again meeting_not_started"},
        {15, Held::kBoth, "join_again network_unreachable"},
        {16, Held::kZak, "join_again identity_refused"},
        {16, Held::kRecording, "join_again sdk_failed"},
        {17, Held::kBoth, "join_again network_unreachable"},
        {18, Held::kBoth, "join_again network_unreachable"},
        {19, Held::kNothing, "stop meeting_full"},
        {20, Held::kNothing, "stop registration_refused"},
        {21, Held::kNothing, "stop registration_refused"},
        {22, Held::kNothing, "stop registration_refused"},
        {23, Held::kNothing, "stop sign_in_required"},
        {29, Held::kNothing, "stop hosting_not_allowed"},
        {60, Held::kBoth, "stop meeting_restricted"},
        {61, Held::kBoth, "stop removed_from_meeting"},
        {62, Held::kBoth, "stop meeting_restricted"},
        {63, Held::kBoth, "stop app_not_published"},
        {64, Held::kBoth, "stop app_blocked"},
        {82, Held::kNothing, "stop sign_in_required"},
        {88, Held::kNothing, "stop meeting_unknown"},
        {89, Held::kNothing, "stop meeting_unknown"},
        {500, Held::kRecording, "join_again recording_token_refused"},
        {500, Held::kBoth, "join_again recording_token_refused"},
        {500, Held::kZak, "join_again sdk_failed"},
        {501, Held::kOnBehalf, "await_owner owner_not_present"},
        {501, Held::kZak, "join_again sdk_failed"},
        {502, Held::kOnBehalf, "stop identity_refused"},
        {502, Held::kNothing, "join_again sdk_failed"},
        {503, Held::kBoth, "join_without_recording_token recording_token_refused"},
        {503, Held::kRecording, "join_without_recording_token recording_token_refused"},
        {503, Held::kZak, "join_again sdk_failed"},
        {504, Held::kRecording, "stop identity_required"},
        {504, Held::kZak, "join_again identity_required"},
        {505, Held::kOnBehalf, "join_again identity_refused"},
        {505, Held::kRecording, "join_again sdk_failed"},
        {506, Held::kOnBehalf, "join_again identity_refused"},
        {1143, Held::kZak, "stop identity_refused"},
        {65535, Held::kOnBehalf, "await_owner owner_not_present"},
        {65535, Held::kZak, "join_again sdk_failed"},
        {65535, Held::kNothing, "join_again sdk_failed"},
        {0, Held::kBoth, "join_again sdk_failed"},
        {-1, Held::kBoth, "join_again sdk_failed"},
        {4711, Held::kBoth, "join_again sdk_failed"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.code);
      Scene scene;
      scene.request.identity = Identity::kOnBehalfOf;
      scene.Mint(row.held);
      CHECK(scene.Say(Failed(row.code)) == row.next);
      // The SDK ends every attempt; that is no news.
      CHECK(scene.Say(Ended(0)) == row.next);
      CHECK(scene.Say(Failed(row.code)) == row.next);
    }
  }

  TEST_CASE("of a meeting, by its end") {
    const std::vector<Row> rows = {
        {0, Held::kBoth, "stop cancelled"},
        {1, Held::kBoth, "stop removed_from_meeting"},
        {2, Held::kBoth, "stop meeting_over"},
        {3, Held::kBoth, "join_again meeting_not_started"},
        {4, Held::kBoth, "stop meeting_over"},
        {5, Held::kBoth, "stop meeting_over"},
        {6, Held::kBoth, "stop meeting_over"},
        {7, Held::kBoth, "join_again network_unreachable"},
        {8, Held::kBoth, "await_owner owner_not_present"},
        {8, Held::kZak, "join_again sdk_failed"},
        {99, Held::kBoth, "join_again sdk_failed"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.code);
      Scene scene;
      scene.Mint(row.held);
      (void)scene.Report(InMeeting());
      CHECK(scene.Say(Ended(row.code)) == row.next);
    }
  }

  TEST_CASE("what Join() itself returned") {
    const std::vector<Row> rows = {
        {0, Held::kBoth, "go_on"},
        {2, Held::kBoth, "stop sdk_misused"},
        {3, Held::kBoth, "stop sdk_misused"},
        {6, Held::kBoth, "join_again sdk_failed"},
        {7, Held::kBoth, "stop sdk_misused"},
        {8, Held::kBoth, "authenticate_again sdk_auth_failed"},
        {12, Held::kBoth, "stop meeting_restricted"},
        {14, Held::kBoth, "join_again sdk_failed"},
        {15, Held::kBoth, "join_again sdk_failed"},
        {18, Held::kBoth, "join_again sdk_failed"},
        {77, Held::kBoth, "join_again sdk_failed"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.code);
      Scene scene;
      scene.Mint(row.held);
      CHECK(scene.Say(SdkOutcome::JoinReturned(row.code)) == row.next);
    }
  }

  TEST_CASE_FIXTURE(Scene, "every other status goes on by itself") {
    Mint(Held::kBoth);
    for (const int status : {0, 1, 2, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, -1, 100}) {
      CAPTURE(status);
      CHECK(Say(SdkOutcome::StatusChanged(status, 500)) == "go_on");
    }
  }

  TEST_CASE_FIXTURE(Scene, "a passcode is suspected where the SDK says nothing, twice") {
    Mint(Held::kBoth);
    CHECK(Say(SdkOutcome::JoinReturned(14)) == "join_again sdk_failed");
    Mint(Held::kBoth);
    CHECK(Say(SdkOutcome::ConnectTimedOut()) == "join_again sdk_failed");
    Mint(Held::kBoth);
    CHECK(Say(SdkOutcome::ConnectTimedOut()) == "stop passcode_wrong");
  }

  TEST_CASE("each stop and each wait tells the code, and has advice") {
    for (int code = 0; code < 1200; ++code) {
      Scene scene;
      scene.Mint(Held::kBoth);
      const NextStep next = scene.Report(Failed(code));
      CAPTURE(code);
      REQUIRE_FALSE(next.why.ok());
      const std::string text = Describe(next.why);
      CHECK(text.find("MeetingFailCode " + std::to_string(code)) != std::string::npos);
      CHECK(next.wait <= absl::Seconds(45));
      // The SDK has a moment to end the attempt before.
      if (JoinsAgain(next.step)) CHECK(next.wait >= absl::Seconds(1));
    }
  }
}

TEST_SUITE("A recording token that is refused") {
  TEST_CASE_FIXTURE(Scene, "is minted once more, then left out, and the host is asked") {
    Mint(Held::kRecording);
    CHECK(Say(Failed(500)) == "join_again recording_token_refused");
    CHECK_FALSE(course.detour.without_recording);
    Mint(Held::kRecording);
    CHECK(Say(Failed(500)) == "join_without_recording_token recording_token_refused");
    CHECK(course.detour.without_recording);
    Mint(Held::kNothing);
    CHECK(Say(InMeeting()) == "ask_host");
    // Once inside, the next one may be good again: this one was perhaps too late.
    CHECK_FALSE(course.detour.without_recording);
  }

  TEST_CASE_FIXTURE(Scene, "beside a stranger is left out from then on") {
    Mint(Held::kBoth);
    CHECK(Say(Failed(503)) == "join_without_recording_token recording_token_refused");
    CHECK(course.detour.no_recording_beside == std::set<std::string>{"owner"});
    Mint(Held::kOnBehalf);
    CHECK(Say(InMeeting()) == "ask_host");
    CHECK(course.detour.no_recording_beside.size() == 1);
    CHECK_FALSE(course.detour.without_recording);
    // If it was in a pass all the same, trying again would help nobody.
    Mint(Held::kBoth);
    CHECK(Say(Failed(503)) == "stop recording_token_refused");
  }

  TEST_CASE_FIXTURE(Scene, "without any identity is left out for good") {
    Mint(Held::kRecording);
    CHECK(Say(Failed(503)) == "join_without_recording_token recording_token_refused");
    Mint(Held::kNothing);
    CHECK(Say(InMeeting()) == "ask_host");
    CHECK(course.detour.without_recording);
  }

  TEST_CASE_FIXTURE(Scene, "beside a stranger, and required, is tried beside the next user") {
    request.recording = Need::kRequired;
    Mint(Held::kBoth, {"host"});
    CHECK(Say(Failed(503)) == "join_as_next_user recording_token_refused");
    Mint(Held::kBoth, {"host"});
    CHECK(Say(Failed(503)) == "stop recording_token_refused");
  }

  TEST_CASE_FIXTURE(Scene, "and is required ends the join") {
    request.recording = Need::kRequired;
    Mint(Held::kRecording);
    CHECK(Say(Failed(500)) == "join_again recording_token_refused");
    Mint(Held::kRecording);
    CHECK(Say(Failed(500)) == "stop recording_token_refused");
    Mint(Held::kBoth);
    CHECK(Say(Failed(503)) == "stop recording_token_refused");
    CHECK_FALSE(course.detour.without_recording);
  }
}

TEST_SUITE("An identity that is refused") {
  TEST_CASE_FIXTURE(Scene, "is minted once more, then another user's") {
    request.identity = Identity::kOnBehalfOf;
    Mint(Held::kOnBehalf, {"second"});
    CHECK(Say(Failed(505)) == "join_again identity_refused");
    CHECK(course.is_identity_refused);
    Mint(Held::kOnBehalf, {"second"});
    CHECK_FALSE(course.is_identity_refused);
    CHECK(Say(Failed(506)) == "join_as_next_user identity_refused");
    CHECK(course.detour.refused_users == std::set<std::string>{"owner"});
    BeginAttempt({false, Identity::kOnBehalfOf, "second", {"owner"}}, course);
    // What happens in between is another matter.
    CHECK(Say(Failed(501)) == "await_owner owner_not_present");
    CHECK(course.detour.refused_users == std::set<std::string>{"owner"});
    BeginAttempt({false, Identity::kOnBehalfOf, "second", {"owner"}}, course);
    CHECK(Say(Failed(505)) == "join_again identity_refused");
    BeginAttempt({false, Identity::kOnBehalfOf, "second", {"owner"}}, course);
    CHECK(Say(Failed(505)) == "stop identity_refused");
  }

  TEST_CASE_FIXTURE(Scene, "is left out where it is only preferred") {
    request.identity_need = Need::kPreferred;
    Mint(Held::kOnBehalf);
    CHECK(Say(Failed(502)) == "join_without_identity identity_refused");
    CHECK(course.detour.without_identity);
    Mint(Held::kZak);
    CHECK(Say(Failed(16)) == "join_again identity_refused");
    Mint(Held::kZak);
    CHECK(Say(Failed(16)) == "join_without_identity identity_refused");
  }
}

TEST_SUITE("An owner who is not in the meeting") {
  TEST_CASE_FIXTURE(Scene, "gives way to the next at once; then all are tried again") {
    Mint(Held::kOnBehalf, {"second"});
    const NextStep next = Report(Failed(501));
    CHECK(next.step == Step::kJoinAsNextUser);
    CHECK(next.wait == absl::Seconds(1));
    CHECK(course.detour.absent_users == std::set<std::string>{"owner"});
    BeginAttempt({false, Identity::kOnBehalfOf, "second", {"owner"}}, course);
    CHECK(Say(Failed(65535)) == "await_owner owner_not_present");
    CHECK(course.detour.absent_users.empty());
  }

  TEST_CASE_FIXTURE(Scene, "is waited for in growing steps, as long as the request says") {
    const std::vector<double> waits = Waits(Failed(501), Held::kOnBehalf);
    CHECK(waits == std::vector<double>{10, 20, 40, 80, 120, 120, 120, 90});  // 600 s
    CHECK(ReasonOf(Report(Failed(501)).why) == Reason::kOwnerNotPresent);
  }

  TEST_CASE_FIXTURE(Scene, "is waited for no longer than the patience, also none") {
    request.patience = absl::Seconds(25);
    CHECK(Waits(Failed(501), Held::kOnBehalf) == std::vector<double>{10, 15});
    course = {};
    request.patience = absl::ZeroDuration();
    CHECK(Waits(Failed(501), Held::kOnBehalf).empty());
    request.identity_need = Need::kPreferred;
    Mint(Held::kOnBehalf);
    CHECK(Say(Failed(501)) == "join_without_identity owner_not_present");
  }

  TEST_CASE_FIXTURE(Scene, "is waited for although the network fails now and then") {
    request.patience = absl::Hours(24);
    Mint(Held::kOnBehalf);
    for (int i = 0; i < 50; ++i) {
      CHECK(Say(Failed(i % 5 == 4 ? 1 : 501)).find("stop") == std::string::npos);
      now = now + absl::Minutes(5);
      Mint(Held::kOnBehalf);
    }
  }

  TEST_CASE_FIXTURE(Scene, "who came and left is waited for anew") {
    request.patience = absl::Minutes(1);
    CHECK(Waits(Failed(501), Held::kOnBehalf) == std::vector<double>{10, 20, 30});
    Mint(Held::kOnBehalf);
    (void)Report(InMeeting());
    now = now + absl::Hours(1);
    CHECK(Report(Ended(8)).wait == absl::Seconds(10));
  }

  TEST_CASE_FIXTURE(Scene, "of a token from a URL is waited for, too") {
    BeginAttempt({false, Identity::kOnBehalfOf, "", {}}, course);
    CHECK(Say(Failed(501)) == "await_owner owner_not_present");
  }
}

TEST_SUITE("Waits") {
  TEST_CASE_FIXTURE(Scene, "grow, are bounded, and are spread by chance") {
    CHECK(Waits(Failed(1), Held::kBoth) == std::vector<double>{2, 4, 8, 16, 30, 30});
    course = {};
    CHECK(Waits(Failed(4711), Held::kBoth) == std::vector<double>{5, 10});
    course = {};
    CHECK(Waits(Failed(7), Held::kBoth) ==
          std::vector<double>{15, 30, 60, 60, 60, 60, 60, 60, 60, 60, 60, 15});
    course = {};
    roll = 0.999;
    CHECK(Waits(Failed(1), Held::kBoth, 1)[0] > 2.9);
  }

  TEST_CASE_FIXTURE(Scene, "begin anew once the bot was in the meeting") {
    CHECK(Waits(Failed(1), Held::kBoth, 4).back() == 16);
    Mint(Held::kBoth);
    (void)Report(InMeeting());
    now = now + absl::Seconds(59);
    CHECK(Report(Ended(7)).wait == absl::Seconds(30));  // for a moment only
    Mint(Held::kBoth);
    (void)Report(InMeeting());
    now = now + absl::Minutes(1);
    CHECK(Report(Ended(7)).wait == absl::Seconds(2));
  }

  TEST_CASE_FIXTURE(Scene, "end where a bot is in for a moment only, again and again") {
    for (const SdkOutcome& end : {Ended(7), Ended(8)}) {
      course = {};
      int joins = 0;
      for (; joins < 100; ++joins) {
        Mint(Held::kBoth);
        (void)Report(InMeeting());
        const NextStep next = Report(end);
        if (next.step == Step::kStop) break;
        now = now + next.wait;
      }
      CHECK(joins < 10);
    }
  }
}

TEST_SUITE("In the meeting") {
  TEST_CASE_FIXTURE(Scene, "a bot with a recording token records, one without asks the host") {
    Mint(Held::kRecording);
    CHECK(Say(InMeeting()) == "start_recording");
    CHECK(Say(SdkOutcome::RecordingReturned(0)) == "go_on");
    CHECK(Say(SdkOutcome::StatusChanged(14, 0)) == "go_on");
    CHECK(Say(InMeeting()) == "start_recording");  // in a breakout room
    Mint(Held::kZak);
    CHECK(Say(InMeeting()) == "ask_host");
    request.recording = Need::kOff;
    CHECK(Say(InMeeting()) == "go_on");
  }

  TEST_CASE_FIXTURE(Scene, "whoever may not record asks the host, or hears why he cannot") {
    Mint(Held::kRecording);
    (void)Report(InMeeting());
    CHECK(Say(SdkOutcome::RecordingReturned(12)) == "ask_host recording_token_refused");
    CHECK(Say(SdkOutcome::RecordingReturned(6)) == "ask_host recording_token_refused");
    course.taken.recording = false;
    CHECK(Say(SdkOutcome::RecordingReturned(12)) == "ask_host recording_denied");
    CHECK(Say(SdkOutcome::RecordingReturned(28)) == "ask_host sdk_failed");
    CHECK(Say(SdkOutcome::RecordingReturned(31)) == "go_on");
    for (int i = 0; i < 5; ++i) {
      CHECK(Say(SdkOutcome::RecordingReturned(18)) == "start_recording sdk_failed");
    }
    CHECK(Say(SdkOutcome::RecordingReturned(18)) == "stop sdk_failed");
    CHECK(Say(SdkOutcome::RecordingReturned(0)) == "go_on");
    CHECK(Say(SdkOutcome::RecordingReturned(18)) == "start_recording sdk_failed");
    // Only preferred, it is no reason to leave; none of that ends the attempt.
    CHECK(Say(SdkOutcome::RecordingReturned(20)) == "go_on recording_not_supported");
    CHECK(Say(SdkOutcome::RecordingReturned(7)) == "go_on sdk_misused");
    request.recording = Need::kRequired;
    CHECK(Say(SdkOutcome::RecordingReturned(20)) == "stop recording_not_supported");
    CHECK(Say(SdkOutcome::RecordingReturned(7)) == "stop sdk_misused");
    CHECK(Say(Ended(2)) == "stop meeting_over");
    // What comes late is no news.
    CHECK(Say(SdkOutcome::RecordingReturned(20)) == "go_on");
    CHECK(Say(SdkOutcome::PrivilegeAnswered(1)) == "go_on");
    CHECK(Say(SdkOutcome::PrivilegeChanged(true)) == "go_on");
  }

  TEST_CASE_FIXTURE(Scene, "nobody is asked for a recording that is off") {
    request.recording = Need::kOff;
    Mint(Held::kZak);
    CHECK(Say(InMeeting()) == "go_on");
    CHECK(Say(SdkOutcome::RecordingReturned(12)) == "go_on");
    CHECK(Say(SdkOutcome::PrivilegeAnswered(2)) == "go_on");
    CHECK(Say(SdkOutcome::PrivilegeChanged(true)) == "go_on");
    CHECK(Say(SdkOutcome::PrivilegeAnswered(1)) == "go_on recording_denied");
  }

  TEST_CASE_FIXTURE(Scene, "the host's answer counts") {
    Mint(Held::kNothing);
    (void)Report(InMeeting());
    CHECK(Say(SdkOutcome::PrivilegeAnswered(0)) == "start_recording");
    CHECK(Say(SdkOutcome::PrivilegeAnswered(1)) == "go_on recording_denied");
    CHECK(Say(SdkOutcome::PrivilegeChanged(true)) == "start_recording");
    CHECK(Say(SdkOutcome::PrivilegeChanged(false)) == "ask_host recording_denied");
    request.recording = Need::kRequired;
    CHECK(Say(SdkOutcome::PrivilegeAnswered(1)) == "stop recording_denied");
    CHECK(Say(SdkOutcome::PrivilegeAnswered(0)) == "start_recording");
  }

  TEST_CASE_FIXTURE(Scene, "a host who does not answer is asked again, later and later") {
    request.recording = Need::kRequired;
    Mint(Held::kNothing);
    (void)Report(InMeeting());
    std::vector<double> waits;
    for (;;) {
      const NextStep next = Report(SdkOutcome::PrivilegeAnswered(2));
      if (next.step == Step::kStop) break;
      REQUIRE(next.step == Step::kAskHost);
      waits.push_back(absl::ToDoubleMinutes(next.wait));
      (void)Report(InMeeting());                       // a breakout room is no reason to ask more
      (void)Report(SdkOutcome::PrivilegeAnswered(0));  // nor is a grant that does not hold
      (void)Report(SdkOutcome::RecordingReturned(12));
    }
    REQUIRE(waits.size() == 15);
    CHECK(waits[0] == 0);
    CHECK(waits[1] == 2);
    CHECK(waits[14] == 5);
  }
}

TEST_SUITE("The SDK's own authentication") {
  TEST_CASE("is tried again, or not, by its result") {
    const std::vector<std::pair<int, std::string>> rows = {
        {0, "go_on"},
        {1, "stop sdk_auth_failed"},
        {2, "stop sdk_auth_failed"},
        {3, "stop sdk_auth_failed"},
        {4, "stop sdk_auth_failed"},
        {5, "authenticate_again sdk_failed"},
        {6, "authenticate_again sdk_failed"},
        {8, "authenticate_again sdk_failed"},
        {9, "authenticate_again sdk_failed"},
        {10, "stop sdk_too_old"},
        {11, "stop sdk_auth_failed"},
        {12, "authenticate_again rate_limited"},
        {99, "authenticate_again sdk_failed"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.first);
      Scene scene;
      CHECK(scene.Say(SdkOutcome::Authenticated(row.first)) == row.second);
    }
  }

  TEST_CASE_FIXTURE(Scene, "that has run out leads back to the join") {
    Mint(Held::kBoth);
    CHECK(Say(SdkOutcome::JoinReturned(8)) == "authenticate_again sdk_auth_failed");
    CHECK(Say(SdkOutcome::Authenticated(9)) == "authenticate_again sdk_failed");
    CHECK(Say(SdkOutcome::Authenticated(0)) == "join_again");
    CHECK(Say(SdkOutcome::Authenticated(0)) == "go_on");
  }

  TEST_CASE_FIXTURE(Scene, "that is lost again and again ends the join") {
    int joins = 0;
    for (; joins < 100; ++joins) {
      Mint(Held::kBoth);
      if (Report(SdkOutcome::JoinReturned(8)).step == Step::kStop) break;
      CHECK(Say(SdkOutcome::Authenticated(0)) == "join_again");
    }
    CHECK(joins == 2);
    CHECK(Say(SdkOutcome::Authenticated(0)) == "go_on");
  }

  TEST_CASE_FIXTURE(Scene, "that is only renewed changes nothing") {
    Mint(Held::kBoth);
    CHECK(Say(SdkOutcome::JoinReturned(8)) == "authenticate_again sdk_auth_failed");
    Mint(Held::kBoth);
    (void)Report(InMeeting());
    CHECK(Say(SdkOutcome::Authenticated(0)) == "go_on");
  }

  TEST_CASE_FIXTURE(Scene, "waits a minute where Zoom says that it is asked too often") {
    CHECK(Report(SdkOutcome::Authenticated(12)).wait == absl::Minutes(1));
  }

  TEST_CASE_FIXTURE(Scene, "is not tried for ever") {
    int times = 0;
    while (Report(SdkOutcome::Authenticated(9)).step == Step::kAuthenticateAgain) ++times;
    CHECK(times == 6);
  }
}

TEST_SUITE("The end of the attempt before") {
  TEST_CASE_FIXTURE(Scene, "is no news once the next pass is minted") {
    Mint(Held::kRecording);
    CHECK(Say(Failed(500)) == "join_again recording_token_refused");
    Mint(Held::kRecording);
    CHECK(Say(SdkOutcome::StatusChanged(4, 0)) == "go_on");
    CHECK(Say(Ended(0)) == "go_on");
    CHECK(Say(SdkOutcome::StatusChanged(0, 0)) == "go_on");
    CHECK(Say(SdkOutcome::JoinReturned(0)) == "go_on");
    CHECK(Say(SdkOutcome::StatusChanged(1, 0)) == "go_on");
    CHECK(Say(Ended(2)) == "stop meeting_over");
  }

  TEST_CASE_FIXTURE(Scene, "is not taken for one that failed at once") {
    Mint(Held::kRecording);
    (void)Report(Failed(1));
    Mint(Held::kRecording);
    CHECK(Say(Failed(4)) == "stop passcode_wrong");
  }
}

TEST_SUITE("Any sequence of reports") {
  // Whatever the SDK tells, in whatever order: every join ends if nobody gets into the meeting.
  TEST_CASE("ends in bounded time, and never without a reason") {
    std::uint32_t seed = 1;
    const auto next_of = [&seed](std::uint32_t bound) {
      seed = seed * 1'664'525 + 1'013'904'223;
      return static_cast<int>((seed >> 8) % bound);
    };
    const std::vector<int> codes = {0,   1,   4,   7,   9,   14,  16, 500,   501,
                                    502, 503, 504, 505, 506, 999, 8,  65535, -5};
    for (int round = 0; round < 2000; ++round) {
      Scene scene;
      scene.request.identity = Identity::kOnBehalfOf;
      scene.request.identity_need = next_of(2) == 0 ? Need::kPreferred : Need::kRequired;
      scene.request.recording = next_of(2) == 0 ? Need::kPreferred : Need::kRequired;
      const SteadyTime begun = scene.now;
      int attempts = 0;
      for (;; ++attempts) {
        REQUIRE(attempts < 1000);
        scene.Mint(static_cast<Held>(next_of(5)), {"a", "b"});
        (void)scene.Report(SdkOutcome::JoinReturned(0));
        const int code = codes[static_cast<std::size_t>(next_of(18))];
        const NextStep next = scene.Report(next_of(4) == 0 ? Ended(code) : Failed(code));
        REQUIRE_FALSE(next.why.ok());
        if (next.step == Step::kStop || next.step == Step::kAuthenticateAgain) break;
        CHECK(JoinsAgain(next.step));
        scene.now = scene.now + next.wait;
      }
      CHECK(scene.now - begun < absl::Minutes(30));
    }
  }
}

TEST_CASE("Each step has a name of its own") {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Step::kStop); ++i) {
    CHECK(names.insert(StepName(static_cast<Step>(i))).second);
  }
  CHECK(names.count("unknown") == 0);
}

}  // namespace
}  // namespace joinpass::join
