// Bot: one bot in one meeting, from its link to the end.
//
// What a bot of your own begins with. joinpass says what to join with and what to do next; here
// it is done.

#ifndef JOINPASS_BOT_ADAPTER_EXAMPLE_BOT_BOT_H_
#define JOINPASS_BOT_ADAPTER_EXAMPLE_BOT_BOT_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "example_bot/loop.h"
#include "example_bot/sdk.h"
#include "joinpass/engine.h"
#include "joinpass/zoom_sdk.h"

namespace example_bot {

struct BotOptions {
  // The SDK app's client id and secret.
  std::string sdk_key = {};
  joinpass::Secret sdk_secret = {};

  absl::Duration mint_timeout = absl::Seconds(10);

  // How long the SDK may say nothing, or MEETING_STATUS_CONNECTING: with a wrong passcode it does for
  // ever.
  absl::Duration connect_timeout = absl::Seconds(60);

  // How long it may take from leaving to MEETING_STATUS_ENDED.
  absl::Duration end_timeout = absl::Seconds(10);

  // How often to look whether a host has come in who could allow the bot to record.
  absl::Duration host_look_every = absl::Seconds(5);
};

// Use it in the thread of `loop` only. What it is given must outlive it; `engine` must have been
// opened with a callback_executor that posts to `loop`.
class Bot {
 public:
  // A line for whoever reads the bot's log; never a secret.
  using Log = std::function<void(std::string_view line)>;

  Bot(joinpass::Engine& engine, Loop& loop, BotOptions options, Log log);

  struct Result {
    bool was_in = false;  // the meeting
    bool has_recorded = false;
    absl::Status why = {};  // why it ended
  };

  // Joins, and comes back when there is nothing left to do: runs the loop meanwhile.
  Result Run(joinpass::JoinRequest request);

  // Leaves the meeting; Run() comes back soon after. For signals, in the loop.
  void Leave();

 private:
  using SdkParam = joinpass::SdkJoinParam<ZOOMSDK::JoinParam>;

  void Authenticate();
  void Mint();
  void Join(joinpass::JoinPass pass);
  void StartRecording();
  void AskHost();
  void WatchForHost(bool was_present);

  void Hear(const joinpass::SdkOutcome& outcome);
  void NoteStatus(int status);
  void Follow(const joinpass::NextStep& next);
  void Do(const joinpass::NextStep& next);
  void JoinAgainAfter(absl::Duration wait);
  void JoinAgainIfReady();
  void BeginAgain();
  void ExpectStatus();
  void EndAttempt();
  void Stop(absl::Status why);

  joinpass::Engine& engine_;
  Loop& loop_;
  const BotOptions options_;
  const Log log_;

  // What the SDK reads until the attempt has come to something: it outlives the SDK.
  std::optional<SdkParam> joining_;

  MeetingSdk sdk_;
  std::unique_ptr<joinpass::JoinSession> session_;
  Result result_;

  bool has_authenticated_ = false;
  bool is_minting_ = false;
  bool is_in_attempt_ = false;  // from Join() to MEETING_STATUS_ENDED
  bool is_to_leave_ = false;    // likewise, but for one that has failed
  bool is_recording_ = false;
  bool joins_again_ = false;  // once the wait is over, and the last attempt, too
  bool is_stopping_ = false;

  // Before the next step in the meeting, or to authenticate.
  std::unique_ptr<Loop::Timer> wait_;
  std::unique_ptr<Loop::Timer> rejoin_wait_;
  std::unique_ptr<Loop::Timer> silence_;  // of the SDK, where it should say something
  std::unique_ptr<Loop::Timer> ending_;
  std::unique_ptr<Loop::Timer> host_look_;

  // Of callbacks that come when the bot is gone.
  std::shared_ptr<Bot*> self_ = std::make_shared<Bot*>(this);
};

}  // namespace example_bot

#endif  // JOINPASS_BOT_ADAPTER_EXAMPLE_BOT_BOT_H_
