#include "example_bot/bot.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "joinpass/next_step.h"
#include "joinpass/reason.h"
#include "joinpass/sdk_jwt.h"

namespace example_bot {
namespace {

using joinpass::SdkOutcome;
using joinpass::Step;

// MeetingStatus.
constexpr int kConnecting = 1;
constexpr int kInMeeting = 3;
constexpr int kFailed = 6;
constexpr int kEnded = 7;
constexpr int kJoinBreakoutRoom = 14;
constexpr int kLeaveBreakoutRoom = 15;

constexpr int kAuthTimeout = 8;  // AuthResult

absl::Status SdkError(std::string_view call, int error) {
  return joinpass::ReasonError(joinpass::Reason::kSdkFailed,
                               absl::StrCat("sdk: ", std::string(call), " returned ", error));
}

}  // namespace

Bot::Bot(joinpass::Engine& engine, Loop& loop, BotOptions options, Log log)
    : engine_(engine),
      loop_(loop),
      options_(std::move(options)),
      log_(std::move(log)),
      sdk_([&loop](std::function<void()> work) { loop.Post(std::move(work)); },
           [this](const SdkOutcome& outcome) { Hear(outcome); }) {}

Bot::Result Bot::Run(joinpass::JoinRequest request) {
  // First of all: joinpass finds the host and opens its sockets while the SDK starts.
  auto session = engine_.BeginJoin(std::move(request));
  if (!session.ok()) return {.why = session.status()};
  session_ = *std::move(session);
  if (const int error = sdk_.Start(); error != 0) return {.why = SdkError("InitSDK", error)};
  loop_.Post([this] { Authenticate(); });
  loop_.Run();
  return result_;
}

void Bot::Leave() {
  Stop(joinpass::ReasonError(joinpass::Reason::kCancelled, "bot: told to leave"));
}

void Bot::Authenticate() {
  const auto jwt = joinpass::MakeSdkJwt(options_.sdk_key, options_.sdk_secret, absl::Now());
  if (!jwt.ok()) return Stop(jwt.status());
  if (const int error = sdk_.Authenticate(*jwt); error != 0) {
    return Stop(SdkError("SDKAuth", error));
  }
  silence_ = loop_.After(options_.connect_timeout,
                         [this] { Hear(SdkOutcome::Authenticated(kAuthTimeout)); });
}

void Bot::Mint() {
  is_minting_ = true;
  session_->MintAsync(options_.mint_timeout, [self = std::weak_ptr(self_)](auto pass) {
    const auto alive = self.lock();
    if (!alive || (*alive)->is_stopping_) return;
    (*alive)->is_minting_ = false;
    if (!pass.ok()) return (*alive)->Stop(pass.status());
    (*alive)->Join(*std::move(pass));
  });
}

void Bot::Join(joinpass::JoinPass pass) {
  for (const joinpass::Shortfall& shortfall : pass.shortfalls()) {
    log_(absl::StrCat("without ", std::string(joinpass::PassPartName(shortfall.part)), ": ",
                      joinpass::Describe(shortfall.why)));
  }
  auto filled = SdkParam::Take(std::move(pass));
  if (!filled.ok()) return Stop(filled.status());
  joining_ = *std::move(filled);
  joining_->fields().isVideoOff = true;
  is_in_attempt_ = true;
  is_to_leave_ = true;
  ExpectStatus();
  const int error = sdk_.Join(joining_->param());
  if (error != 0) EndAttempt();
  Follow(session_->Report(SdkOutcome::JoinReturned(error)));
}

// What the SDK tells, in its order.
void Bot::Hear(const SdkOutcome& outcome) {
  if (session_ == nullptr) return;
  const joinpass::NextStep next = session_->Report(outcome);
  if (outcome.kind == SdkOutcome::Kind::kStatusChanged) NoteStatus(outcome.code);
  if (outcome.kind == SdkOutcome::Kind::kAuthenticated) silence_.reset();
  if (outcome.kind == SdkOutcome::Kind::kPrivilegeChanged && outcome.code == 0) {
    is_recording_ = false;
  }
  if (is_stopping_) return;
  // The first time. Later it is because Join() asked for it, and the step says so.
  const bool is_ready = outcome.kind == SdkOutcome::Kind::kAuthenticated && outcome.code == 0;
  if (is_ready && !std::exchange(has_authenticated_, true)) return Mint();
  Follow(next);
  JoinAgainIfReady();
}

void Bot::NoteStatus(int status) {
  silence_.reset();
  if (joinpass::EndsJoining(status)) joining_.reset();  // wipes what the SDK was given
  if (status == kConnecting) ExpectStatus();
  if (status == kFailed) is_to_leave_ = false;
  // In another room it begins again.
  if (status == kJoinBreakoutRoom || status == kLeaveBreakoutRoom) is_recording_ = false;
  if (status == kInMeeting && !std::exchange(result_.was_in, true)) log_("in the meeting");
  if (status != kEnded) return;
  EndAttempt();
  if (is_stopping_) loop_.Quit();
}

void Bot::ExpectStatus() {
  silence_ = loop_.After(options_.connect_timeout, [this] { Hear(SdkOutcome::ConnectTimedOut()); });
}

void Bot::EndAttempt() {
  is_in_attempt_ = false;
  is_to_leave_ = false;
  is_recording_ = false;
  joining_.reset();
  silence_.reset();
  ending_.reset();
  wait_.reset();
  host_look_.reset();
}

void Bot::Follow(const joinpass::NextStep& next) {
  if (is_stopping_) return;
  if (next.step == Step::kStop) return Stop(next.why);
  // Whoever is about to join again does nothing else: MEETING_STATUS_ENDED says again what _FAILED
  // has said, and what the SDK tells of the meeting is of one that the bot leaves.
  if (joins_again_ || is_minting_) return;
  if (joinpass::JoinsAgain(next.step)) {
    log_(absl::StrCat(std::string(joinpass::StepName(next.step)), " after ",
                      absl::FormatDuration(next.wait), ": ", joinpass::Describe(next.why)));
    return JoinAgainAfter(next.wait);
  }
  if (!next.why.ok()) log_(joinpass::Describe(next.why));
  Do(next);
}

void Bot::Do(const joinpass::NextStep& next) {
  if (next.step == Step::kGoOn && !next.why.ok()) {
    host_look_.reset();  // there is no recording to be had, whoever comes in
  } else if (next.step == Step::kStartRecording) {
    wait_ = loop_.After(next.wait, [this] { StartRecording(); });
  } else if (next.step == Step::kAskHost) {
    wait_ = loop_.After(next.wait, [this] { AskHost(); });
  } else if (next.step == Step::kAuthenticateAgain) {
    wait_ = loop_.After(next.wait, [this] { Authenticate(); });
  }
}

// The SDK joins again only once the last attempt has ended.
void Bot::JoinAgainAfter(absl::Duration wait) {
  joins_again_ = true;
  wait_.reset();
  host_look_.reset();
  silence_.reset();
  if (is_in_attempt_) {
    if (is_to_leave_) (void)sdk_.Leave();
    ending_ = loop_.After(options_.end_timeout, [this] { BeginAgain(); });
  }
  rejoin_wait_ = loop_.After(wait, [this] {
    rejoin_wait_.reset();
    JoinAgainIfReady();
  });
}

void Bot::JoinAgainIfReady() {
  if (is_stopping_ || !joins_again_ || is_in_attempt_ || rejoin_wait_ != nullptr) return;
  joins_again_ = false;
  Mint();
}

// The SDK does not say that the attempt has ended. What it says of it later must not be taken for
// something of the next one.
void Bot::BeginAgain() {
  if (const int error = sdk_.Renew(); error != 0)
    return Stop(SdkError("CreateMeetingService", error));
  EndAttempt();
  JoinAgainIfReady();
}

void Bot::StartRecording() {
  if (is_recording_) return;  // the SDK tells of one permission in more than one way
  int error = sdk_.CanStartRawRecording();
  if (error == 0) error = sdk_.StartRawRecording();
  if (error == 0) {
    is_recording_ = true;
    host_look_.reset();
    if (!std::exchange(result_.has_recorded, true)) log_("recording");
    // Subscribe to the raw audio and video here.
  }
  Follow(session_->Report(SdkOutcome::RecordingReturned(error)));
}

void Bot::AskHost() {
  int error = sdk_.IsSupportRequestLocalRecordingPrivilege();
  if (error == 0) error = sdk_.RequestLocalRecordingPrivilege();
  if (error == 0) log_("asked the host to allow the recording");
  WatchForHost(sdk_.IsHostPresent());
  if (error != 0) Follow(session_->Report(SdkOutcome::RecordingReturned(error)));
}

// The host is asked anew whenever one comes in.
void Bot::WatchForHost(bool was_present) {
  host_look_ = loop_.After(options_.host_look_every, [this, was_present] {
    const bool is_present = sdk_.IsHostPresent();
    if (is_present && !was_present) return AskHost();
    WatchForHost(is_present);
  });
}

void Bot::Stop(absl::Status why) {
  if (std::exchange(is_stopping_, true)) return;
  log_(absl::StrCat("stops: ", joinpass::Describe(why)));
  result_.why = std::move(why);
  wait_.reset();
  rejoin_wait_.reset();
  silence_.reset();
  host_look_.reset();
  if (!is_in_attempt_) return loop_.Quit();
  if (is_to_leave_) (void)sdk_.Leave();
  ending_ = loop_.After(options_.end_timeout, [this] { loop_.Quit(); });
}

}  // namespace example_bot
