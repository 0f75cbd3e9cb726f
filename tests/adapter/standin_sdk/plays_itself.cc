// For a program: the bot gets into the meeting, and the host ends it when the bot records.

#include <thread>

#include "adapter/standin_sdk/standin_sdk.h"

namespace joinpass::testing {
namespace {

struct Player {
  StandInSdk sdk;
  std::thread thread{[this] { Play(); }};

  void Play() {
    constexpr int kConnecting = 1;
    constexpr int kInMeeting = 3;
    constexpr int kEnded = 7;
    constexpr int kEndedByHost = 2;
    if (!sdk.Await("SDKAuth")) return;
    sdk.TellAuthenticated(0);
    if (!sdk.Await("Join")) return;
    sdk.TellStatus(kConnecting);
    sdk.TellStatus(kInMeeting);
    if (!sdk.Await("StartRawRecording")) return;
    sdk.TellStatus(kEnded, kEndedByHost);
  }

  ~Player() {
    sdk.End();
    thread.join();
  }
} player;

}  // namespace
}  // namespace joinpass::testing
