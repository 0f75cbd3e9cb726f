#include "join/next_step.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"
#include "join/sdk_codes.h"

namespace joinpass::join {
namespace {

// How often, how long at first and at most.
struct Patience {
  int most;
  absl::Duration first;
  absl::Duration longest;
};
constexpr int kForEver = 1 << 20;

const Patience& OfNetwork() {
  static const Patience patience = {6, absl::Seconds(2), absl::Seconds(30)};
  return patience;
}
const Patience& OfOthers() {
  static const Patience patience = {2, absl::Seconds(5), absl::Seconds(30)};
  return patience;
}
// Each try sends an e-mail to the host.
const Patience& OfOwner() {
  static const Patience patience = {kForEver, absl::Seconds(10), absl::Minutes(2)};
  return patience;
}
const Patience& OfMeeting() {
  static const Patience patience = {kForEver, absl::Seconds(30), absl::Seconds(30)};
  return patience;
}
const Patience& OfMinutes() {
  static const Patience patience = {3, absl::Minutes(1), absl::Minutes(1)};
  return patience;
}
const Patience& OfRecordingStart() {
  static const Patience patience = {5, absl::Seconds(1), absl::Seconds(4)};
  return patience;
}

// What changes nothing but the pass still gives the SDK a moment to end the attempt before.
constexpr absl::Duration kMoment = absl::Seconds(1);

// The wait before the `times`th further try: it doubles, and is up to half as long again.
absl::Duration WaitBefore(int times, const Patience& patience, double roll) {
  absl::Duration wait = patience.first;
  for (int i = 1; i < times && wait < patience.longest; ++i) wait *= 2;
  return std::min(wait, patience.longest) * (1 + roll / 2);
}

// One report on its way through the table.
class Listener {
 public:
  Listener(const JoinRequest& request, SteadyTime now, double roll, Course& course)
      : request_(request), now_(now), roll_(roll), course_(course) {}

  NextStep OfStatus(int status, int result) {
    if (status == kStatusInMeeting) return Enter();
    if (status == kStatusFailed) return EndAttempt(Failure(result), "MeetingFailCode", result);
    if (status == kStatusEnded) return EndAttempt(End(result), "MeetingEndReason", result);
    return {};
  }

  NextStep OfJoin(int error) {
    const SdkCode row = OfJoinError(error);
    return row.answer == Answer::kFine ? NextStep{} : EndAttempt(row, "SDKError of Join", error);
  }

  // A Linux SDK does so where the passcode is wrong, and so does one without network.
  NextStep OfSilence() {
    if (course_.tries.sdk == 0) {
      return EndAttempt({0, Answer::kTryAFewTimes, Reason::kSdkFailed}, "still connecting", 0);
    }
    return EndAttempt({0, Answer::kStop, Reason::kPasscodeWrong}, "still connecting", 0);
  }

  NextStep OfAuthentication(int result) {
    const SdkCode row = OfAuthResult(result);
    Say(row, "AuthResult", result);
    if (row.answer == Answer::kFine) {
      course_.tries.authentication = 0;
      if (!std::exchange(course_.joins_when_authenticated, false)) return {};
      return {Step::kJoinAgain, absl::ZeroDuration(), {}};
    }
    if (row.answer == Answer::kStop) return Stop();
    const bool is_too_often = row.reason == Reason::kRateLimited;
    return TryAgain(Step::kAuthenticateAgain, course_.tries.authentication,
                    is_too_often ? OfMinutes() : OfNetwork());
  }

  NextStep OfRecording(int error) {
    SdkCode row = OfRecordingError(error);
    // Whoever has a token and may not record shows that it was not taken.
    if (row.reason == Reason::kRecordingDenied && course_.taken.recording) {
      row.reason = Reason::kRecordingTokenRefused;
    }
    Say(row, "SDKError of recording", error);
    if (row.answer == Answer::kFine) return {};
    if (row.answer == Answer::kStop) return Stop();
    if (error == kErrorTooFrequent) {
      return TryAgain(Step::kStartRecording, course_.tries.recording_start, OfRecordingStart());
    }
    return {Step::kAskHost, absl::ZeroDuration(), why_};
  }

  NextStep OfPrivilege(int status) {
    if (status == kPrivilegeGranted) {
      course_.tries.asked_host = 0;
      return {Step::kStartRecording, absl::ZeroDuration(), {}};
    }
    Say({status, Answer::kStop, Reason::kRecordingDenied}, "RequestLocalRecordingStatus", status);
    if (status == kPrivilegeDenied) return Stop();
    return TryAgain(Step::kAskHost, course_.tries.asked_host, OfMinutes());
  }

 private:
  bool HasOnBehalf() const { return course_.taken.identity == Identity::kOnBehalfOf; }

  // What the code says depends on what the pass held.
  SdkCode Failure(int code) const {
    const SdkCode row = OfMeetingFailCode(code);
    const SdkCode other = {code, Answer::kTryAFewTimes, Reason::kSdkFailed};
    if (code == kFailureUnknown && HasOnBehalf()) {
      return {code, Answer::kAwaitOwner, Reason::kOwnerNotPresent};
    }
    switch (row.answer) {
      case Answer::kFreshRecording:
      case Answer::kWithoutRecording:
        return course_.taken.recording ? row : other;
      case Answer::kFreshIdentity:
      case Answer::kWithoutIdentity:
        return course_.taken.identity != Identity::kNone ? row : other;
      case Answer::kAwaitOwner:
        return HasOnBehalf() ? row : other;
      default:
        return row;
    }
  }

  SdkCode End(int reason) const {
    const SdkCode row = OfMeetingEndReason(reason);
    if (row.answer != Answer::kAwaitOwner || HasOnBehalf()) return row;
    return {reason, Answer::kTryAFewTimes, Reason::kSdkFailed};
  }

  void Say(const SdkCode& row, std::string_view of, int code) {
    why_ = base::MakeError(row.reason, absl::StrCat("sdk: ", base::ToAbsl(of), " ", code));
  }

  NextStep Stop() const { return {Step::kStop, absl::ZeroDuration(), why_}; }

  // In the meeting, also after a breakout room: what went wrong before is over.
  NextStep Enter() {
    const int asked_host = course_.tries.asked_host;
    course_.tries = {};
    course_.tries.asked_host = asked_host;
    course_.waiting_since.reset();
    course_.detour.not_as = course_.refused_users;
    course_.detour.with_new_identity = false;
    course_.detour.without_recording = course_.is_recording_out_for_good;
    if (request_.recording == Need::kOff) return {};
    if (course_.taken.recording) return {Step::kStartRecording, absl::ZeroDuration(), {}};
    return {Step::kAskHost, absl::ZeroDuration(), {}};
  }

  NextStep EndAttempt(const SdkCode& row, std::string_view of, int code) {
    if (course_.end) return *course_.end;
    Say(row, of, code);
    course_.end = Answered(row.answer);
    return *course_.end;
  }

  NextStep Answered(Answer answer) {
    switch (answer) {
      case Answer::kFine:
        return {};
      case Answer::kStop:
        return Stop();
      case Answer::kTryAgain:
        return TryAgain(Step::kJoinAgain, course_.tries.network, OfNetwork());
      case Answer::kTryAFewTimes:
        return TryAgain(Step::kJoinAgain, course_.tries.sdk, OfOthers());
      case Answer::kAwaitMeeting:
        return Await(Step::kJoinAgain, course_.tries.waiting, OfMeeting());
      case Answer::kFreshRecording:
        if (course_.tries.recording++ == 0) return {Step::kJoinAgain, kMoment, why_};
        return WithoutRecording();
      case Answer::kWithoutRecording:
        course_.is_recording_out_for_good = true;
        return WithoutRecording();
      case Answer::kFreshIdentity:
        course_.detour.with_new_identity = true;
        if (course_.tries.identity++ == 0) return {Step::kJoinAgain, kMoment, why_};
        return AsNextUser();
      case Answer::kWithoutIdentity:
        return WithoutIdentity();
      case Answer::kAwaitOwner:
        return AwaitOwner();
      case Answer::kAuthenticateFirst:
        course_.joins_when_authenticated = true;
        return TryAgain(Step::kAuthenticateAgain, course_.tries.authentication, OfOthers());
    }
    return Stop();
  }

  NextStep TryAgain(Step step, int& tries, const Patience& patience) const {
    if (tries >= patience.most) return Stop();
    ++tries;
    return {step, WaitBefore(tries, patience, roll_), why_};
  }

  // The same for somebody, as long as the request has it.
  NextStep Await(Step step, int& tries, const Patience& patience) {
    if (!course_.waiting_since) course_.waiting_since = now_;
    NextStep next = TryAgain(step, tries, patience);
    const absl::Duration waited = now_ - *course_.waiting_since;
    return waited + next.wait > request_.patience ? Stop() : next;
  }

  NextStep WithoutRecording() {
    if (request_.recording == Need::kRequired) return Stop();
    course_.detour.without_recording = true;
    return {Step::kJoinWithoutRecordingToken, kMoment, why_};
  }

  NextStep WithoutIdentity() {
    if (request_.identity_need == Need::kRequired) return Stop();
    course_.detour.without_identity = true;
    return {Step::kJoinWithoutIdentity, kMoment, why_};
  }

  bool HasNextUser() const {
    const auto& others = course_.taken.other_users;
    return std::any_of(others.begin(), others.end(), [&](const std::string& user) {
      return course_.detour.not_as.count(user) == 0;
    });
  }

  // This one's token is of no use in this meeting, for good.
  NextStep AsNextUser() {
    course_.tries.identity = 0;
    course_.refused_users.insert(course_.taken.identity_user_id);
    course_.detour.not_as.insert(course_.taken.identity_user_id);
    return HasNextUser() ? NextStep{Step::kJoinAsNextUser, kMoment, why_} : WithoutIdentity();
  }

  // One after the other at once, and then all again after a while.
  NextStep AwaitOwner() {
    course_.detour.not_as.insert(course_.taken.identity_user_id);
    if (HasNextUser()) return {Step::kJoinAsNextUser, kMoment, why_};
    course_.detour.not_as = course_.refused_users;
    return Await(Step::kAwaitOwner, course_.tries.absent, OfOwner());
  }

  const JoinRequest& request_;
  const SteadyTime now_;
  const double roll_;
  Course& course_;
  absl::Status why_ = {};
};

}  // namespace

void BeginAttempt(Taken taken, Course& course) {
  course.taken = std::move(taken);
  course.end.reset();
}

NextStep Hear(const JoinRequest& request, const SdkOutcome& outcome, SteadyTime now, double roll,
              Course& course) {
  Listener listener(request, now, roll, course);
  switch (outcome.kind) {
    case SdkOutcome::Kind::kAuthenticated:
      return listener.OfAuthentication(outcome.code);
    case SdkOutcome::Kind::kJoinReturned:
      return listener.OfJoin(outcome.code);
    case SdkOutcome::Kind::kStatusChanged:
      return listener.OfStatus(outcome.code, outcome.result);
    case SdkOutcome::Kind::kConnectTimedOut:
      return listener.OfSilence();
    case SdkOutcome::Kind::kRecordingReturned:
      return listener.OfRecording(outcome.code);
    case SdkOutcome::Kind::kPrivilegeAnswered:
      return listener.OfPrivilege(outcome.code);
  }
  return {};
}

}  // namespace joinpass::join

namespace joinpass {

std::string_view StepName(Step step) {
  switch (step) {
    case Step::kGoOn:
      return "go_on";
    case Step::kStartRecording:
      return "start_recording";
    case Step::kAskHost:
      return "ask_host";
    case Step::kJoinAgain:
      return "join_again";
    case Step::kJoinWithoutRecordingToken:
      return "join_without_recording_token";
    case Step::kJoinWithoutIdentity:
      return "join_without_identity";
    case Step::kJoinAsNextUser:
      return "join_as_next_user";
    case Step::kAwaitOwner:
      return "await_owner";
    case Step::kAuthenticateAgain:
      return "authenticate_again";
    case Step::kStop:
      return "stop";
  }
  return "unknown";
}

bool JoinsAgain(Step step) {
  switch (step) {
    case Step::kJoinAgain:
    case Step::kJoinWithoutRecordingToken:
    case Step::kJoinWithoutIdentity:
    case Step::kJoinAsNextUser:
    case Step::kAwaitOwner:
      return true;
    case Step::kGoOn:
    case Step::kStartRecording:
    case Step::kAskHost:
    case Step::kAuthenticateAgain:
    case Step::kStop:
      break;
  }
  return false;
}

}  // namespace joinpass
