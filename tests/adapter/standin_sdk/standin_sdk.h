// StandInSdk: the hand that plays the SDK which the example bot is linked with.
//
// A test tells in its own thread, line by line, what happens: what the bot must have called by
// then, and what the SDK tells it. The bot runs in the main loop's thread.

#ifndef JOINPASS_TESTS_ADAPTER_STANDIN_SDK_STANDIN_SDK_H_
#define JOINPASS_TESTS_ADAPTER_STANDIN_SDK_STANDIN_SDK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "support/sdk_lookalike.h"

namespace joinpass::testing {

// One at a time in a process. Thread-safe.
class StandInSdk {
 public:
  // The texts of a JoinParam, as Join() found them; "-" where there was none.
  struct Joined {
    std::uint64_t meeting_number = 0;
    std::string user_name = {};
    std::string recording_token = {};
    std::string zak = {};
    std::string on_behalf_token = {};
    bool is_video_off = false;

    bool operator==(const Joined&) const = default;
  };

  StandInSdk();
  ~StandInSdk();

  // Blocks until the bot has made `call` once more than the last time this was asked for it. False
  // if the bot has ended without.
  bool Await(std::string_view call);

  // What `call` returns from now on, an SDKError; 0 until it is said.
  void Return(std::string_view call, int error);

  // As the SDK does, in the thread of the caller. Before each word the texts that Join() was given
  // are read again where they were, as long as the attempt has come to nothing: they must be what
  // they were.
  void TellAuthenticated(int result);
  void TellStatus(int status, int result = 0);
  void TellPrivilegeAnswered(int status);
  void TellPrivilegeChanged(bool may_record);
  void SetHostPresent(bool is_present);

  // The bot has come to its end: whoever waits for it waits no more.
  void End();

  // All calls so far, by their names.
  std::vector<std::string> Calls() const;
  // What each Join() was given.
  std::vector<Joined> Joins() const;
  // Whether every text was at every look what it had been.
  bool texts_have_lived() const;
  // Whether every Join() came when no attempt was under way: not between one that worked and its
  // MEETING_STATUS_ENDED, or the end of its service.
  bool joins_were_in_turn() const;
  // Whether all calls came from the thread of the first.
  bool calls_are_of_one_thread() const;

  // For the SDK's own functions.
  int Note(std::string_view call);
  int NoteJoin(sdk_6_6::JoinParam& param);
  int NoteAuthentication(const char* jwt);
  void NoteEndOfService();
  bool is_host_present() const;

 private:
  void NoteLocked(std::string_view call) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int ResultOf(std::string_view call) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReadTextsAgain(bool for_the_last_time);

  mutable base::Mutex mutex_;
  base::CondVar called_;
  std::vector<std::string> calls_;
  std::map<std::string, int, std::less<>> awaited_;
  std::map<std::string, int, std::less<>> results_;
  std::vector<Joined> joins_;
  sdk_6_6::JoinParam kept_;  // with the very pointers
  bool keeps_ = false;
  bool is_in_attempt_ = false;
  bool joins_were_in_turn_ = true;
  const char* jwt_ = nullptr;
  std::string first_jwt_;
  std::thread::id thread_;
  bool calls_are_of_one_thread_ = true;
  bool texts_have_lived_ = true;
  bool has_ended_ = false;
  bool is_host_present_ = false;
};

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_ADAPTER_STANDIN_SDK_STANDIN_SDK_H_
