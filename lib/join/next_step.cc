#include "join/next_step.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"
#include "join/patience.h"
#include "join/sdk_codes.h"

namespace joinpass::join {
namespace {

// What changes nothing but the pass still gives the SDK a moment to end the attempt before.
constexpr absl::Duration kMoment = absl::Seconds(1);

// Who was in the meeting for so long has left what went wrong before behind.
constexpr absl::Duration kLongEnoughIn = absl::Minutes(1);

// One report on its way through the table.
class Listener {
 public:
  Listener(const JoinRequest& request, SteadyTime now, double roll, Course& course)
      : request_(request), now_(now), roll_(roll), course_(course) {}

  NextStep OfStatus(int status, int result) {
    if (course_.may_be_of_the_last && IsOfTheEnd(status)) return {};
    course_.may_be_of_the_last = false;
    if (status == kStatusInMeeting) return Enter();
    if (status == kStatusFailed) return EndAttempt(Failure(result), "MeetingFailCode", result);
    if (status == kStatusEnded) return EndAttempt(End(result), "MeetingEndReason", result);
    return {};
  }

  NextStep OfJoin(int error) {
    course_.may_be_of_the_last = false;
    const SdkCode row = OfJoinError(error);
    return row.answer == Answer::kFine ? NextStep{} : EndAttempt(row, "SDKError of Join", error);
  }

  // A Linux SDK does so where the passcode is wrong, and so does one without network.
  NextStep OfSilence() {
    if (course_.tries.silent == 0) {
      return EndAttempt({0, Answer::kAfterSilence, Reason::kSdkFailed}, "still connecting", 0);
    }
    return EndAttempt({0, Answer::kStop, Reason::kPasscodeWrong}, "still connecting", 0);
  }

  NextStep OfAuthentication(int result) {
    const SdkCode row = OfAuthResult(result);
    Say(row, "AuthResult", result);
    if (row.answer == Answer::kFine) {
      course_.tries.authentication = 0;  // tries.sdk bounds how often it is lost again
      if (!std::exchange(course_.joins_when_authenticated, false)) return {};
      return {Step::kJoinAgain, absl::ZeroDuration(), {}};
    }
    if (row.answer == Answer::kStop) return Stop();
    const bool is_too_often = row.reason == Reason::kRateLimited;
    return TryAgain(Step::kAuthenticateAgain, course_.tries.authentication,
                    is_too_often ? OfMinutes() : OfNetwork());
  }

  NextStep OfRecording(int error) {
    if (course_.end) return {};
    SdkCode row = OfRecordingError(error);
    // Whoever has a token and may not record shows that it was not taken.
    if (row.reason == Reason::kRecordingDenied && course_.taken.recording) {
      row.reason = Reason::kRecordingTokenRefused;
    }
    Say(row, "SDKError of recording", error);
    if (row.answer == Answer::kFine) {
      course_.tries.recording_start = 0;
      return {};
    }
    if (row.answer == Answer::kStop) return WithoutAny();
    if (error == kErrorTooFrequent) {
      return TryAgain(Step::kStartRecording, course_.tries.recording_start, OfRecordingStart());
    }
    return AskHost();
  }

  NextStep OfPrivilege(int status) {
    if (course_.end) return {};
    if (status == kPrivilegeGranted) return {Step::kStartRecording, absl::ZeroDuration(), {}};
    Say({status, Answer::kStop, Reason::kRecordingDenied}, "RequestLocalRecordingStatus", status);
    return status == kPrivilegeDenied ? WithoutAny() : AskHost();
  }

  NextStep OfPrivilegeChange(bool may_record) {
    if (course_.end || request_.recording == Need::kOff) return {};
    if (may_record) return {Step::kStartRecording, absl::ZeroDuration(), {}};
    Say({0, Answer::kStop, Reason::kRecordingDenied}, "onRecordPrivilegeChanged", 0);
    return AskHost();
  }

 private:
  bool HasOnBehalf() const { return course_.taken.identity == Identity::kOnBehalfOf; }

  // These come of every attempt that is over.
  static bool IsOfTheEnd(int status) {
    return status == kStatusEnded || status == kStatusDisconnecting || status == kStatusIdle;
  }

  // What the code says depends on what the pass held.
  SdkCode Failure(int code) const {
    const SdkCode row = OfMeetingFailCode(code);
    const SdkCode other = {code, Answer::kTryAFewTimes, Reason::kSdkFailed};
    if (code == kFailureUnknown && HasOnBehalf()) {
      return {code, Answer::kAwaitOwner, Reason::kOwnerNotPresent};
    }
    // Where there is an identity it is not good enough.
    if (row.reason == Reason::kIdentityRequired && course_.taken.identity != Identity::kNone) {
      return {code, Answer::kFreshIdentity, row.reason};
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

  // A recording can not be had in this meeting.
  NextStep WithoutAny() const {
    if (request_.recording == Need::kRequired) return Stop();
    return {Step::kGoOn, absl::ZeroDuration(), why_};
  }

  // The first time at once.
  NextStep AskHost() {
    if (request_.recording == Need::kOff) return {};
    if (course_.tries.asked_host++ == 0) return {Step::kAskHost, absl::ZeroDuration(), why_};
    if (course_.tries.asked_host > OfHost().most) return WithoutAny();
    return {Step::kAskHost, WaitBefore(course_.tries.asked_host - 1, OfHost(), roll_), why_};
  }

  // In the meeting, also after a breakout room.
  NextStep Enter() {
    // The bot has been told to leave: it was let in all the same, and goes on leaving.
    if (course_.end) return {};
    if (!course_.entered_at) course_.entered_at = now_;
    course_.joins_when_authenticated = false;
    course_.detour.absent_users.clear();
    course_.detour.without_recording = course_.is_recording_out_for_good;
    if (request_.recording == Need::kOff) return {};
    if (course_.taken.recording) return {Step::kStartRecording, absl::ZeroDuration(), {}};
    return {Step::kAskHost, absl::ZeroDuration(), {}};
  }

  // What went wrong before is over; but who is in for a moment only has gained nothing.
  void ForgetTries() {
    if (!course_.entered_at || now_ - *course_.entered_at < kLongEnoughIn) return;
    course_.tries = {};
    course_.waiting_since.reset();
  }

  NextStep EndAttempt(const SdkCode& row, std::string_view of, int code) {
    if (course_.end) return *course_.end;
    ForgetTries();
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
      case Answer::kAfterSilence:
        return TryAgain(Step::kJoinAgain, course_.tries.silent, OfOthers());
      case Answer::kAwaitMeeting:
        return Await(Step::kJoinAgain, course_.tries.waiting, OfMeeting());
      case Answer::kFreshRecording:
        if (course_.tries.recording++ == 0) return {Step::kJoinAgain, kMoment, why_};
        return WithoutRecording();
      case Answer::kWithoutRecording:
        return WithoutRecordingBeside();
      case Answer::kFreshIdentity:
        course_.is_identity_refused = true;
        if (course_.tries.identity++ == 0) return {Step::kJoinAgain, kMoment, why_};
        return AsNextUser();
      case Answer::kWithoutIdentity:
        return WithoutIdentity();
      case Answer::kAwaitOwner:
        return AwaitOwner();
      case Answer::kAuthenticateFirst:
        return AuthenticateFirst();
    }
    return Stop();
  }

  NextStep TryAgain(Step step, int& tries, const Patience& patience) const {
    if (tries >= patience.most) return Stop();
    ++tries;
    return {step, WaitBefore(tries, patience, roll_), why_};
  }

  // The same for somebody, as long as the request has it. Whoever waits for somebody has
  // reached Zoom, and with an identity that it takes.
  NextStep Await(Step step, int& tries, const Patience& patience) {
    course_.tries.network = 0;
    course_.tries.sdk = 0;
    course_.tries.identity = 0;
    if (!course_.waiting_since) course_.waiting_since = now_;
    const absl::Duration left = request_.patience - (now_ - *course_.waiting_since);
    NextStep next = TryAgain(step, tries, patience);
    if (next.step == Step::kStop || left < kMoment) return Stop();
    next.wait = std::min(next.wait, left);
    return next;
  }

  NextStep AuthenticateFirst() {
    const NextStep next = TryAgain(Step::kAuthenticateAgain, course_.tries.sdk, OfOthers());
    course_.joins_when_authenticated = next.step != Step::kStop;
    return next;
  }

  // Beside another's identity it may do, or beside none.
  NextStep WithoutRecordingBeside() {
    if (course_.taken.identity == Identity::kNone) {
      course_.is_recording_out_for_good = true;
      return WithoutRecording();
    }
    const bool is_new =
        course_.detour.no_recording_beside.insert(course_.taken.identity_user_id).second;
    if (!is_new) return Stop();
    if (request_.recording != Need::kRequired) {
      return {Step::kJoinWithoutRecordingToken, kMoment, why_};
    }
    return HasNextUser() ? NextStep{Step::kJoinAsNextUser, kMoment, why_} : Stop();
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
      return course_.detour.absent_users.count(user) == 0 &&
             course_.detour.refused_users.count(user) == 0;
    });
  }

  // This one's token is of no use in this meeting, for good.
  NextStep AsNextUser() {
    course_.tries.identity = 0;
    const bool is_new = course_.detour.refused_users.insert(course_.taken.identity_user_id).second;
    return is_new && HasNextUser() ? NextStep{Step::kJoinAsNextUser, kMoment, why_}
                                   : WithoutIdentity();
  }

  // One after the other at once, and then all again after a while.
  NextStep AwaitOwner() {
    const bool is_new = course_.detour.absent_users.insert(course_.taken.identity_user_id).second;
    if (is_new && HasNextUser()) return {Step::kJoinAsNextUser, kMoment, why_};
    course_.detour.absent_users.clear();
    const NextStep next = Await(Step::kAwaitOwner, course_.tries.absent, OfOwner());
    return next.step == Step::kStop ? WithoutIdentity() : next;
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
  course.may_be_of_the_last = course.end.has_value();
  course.end.reset();
  course.entered_at.reset();
  course.is_identity_refused = false;
  course.joins_when_authenticated = false;
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
    case SdkOutcome::Kind::kPrivilegeChanged:
      return listener.OfPrivilegeChange(outcome.code != 0);
  }
  return {};
}

}  // namespace joinpass::join
