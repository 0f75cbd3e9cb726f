// Loop: the main loop of the bot's process, in which everything of the SDK happens.

#ifndef JOINPASS_BOT_ADAPTER_EXAMPLE_BOT_LOOP_H_
#define JOINPASS_BOT_ADAPTER_EXAMPLE_BOT_LOOP_H_

#include <glib.h>

#include <functional>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "joinpass/glib.h"

namespace example_bot {

// Of GLib's default context. One thread runs it; only Post() is for others, too.
class Loop {
 public:
  Loop() : loop_(g_main_loop_new(nullptr, FALSE)) {}
  virtual ~Loop() { g_main_loop_unref(loop_); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void Run() { g_main_loop_run(loop_); }
  void Quit() { g_main_loop_quit(loop_); }

  void Post(std::function<void()> work) { post_(std::move(work)); }

  // Something that will be done, unless this dies before.
  class Timer {
   public:
    virtual ~Timer() = default;
  };

  // Does `work` after `wait`.
  virtual std::unique_ptr<Timer> After(absl::Duration wait, std::function<void()> work) {
    auto timer = std::make_unique<RealTimer>();
    timer->timer.Start(wait, std::move(work));
    return timer;
  }

 private:
  struct RealTimer final : Timer {
    joinpass::GlibTimer timer;
  };

  GMainLoop* loop_;
  std::function<void(std::function<void()>)> post_ = joinpass::GlibExecutor();
};

}  // namespace example_bot

#endif  // JOINPASS_BOT_ADAPTER_EXAMPLE_BOT_LOOP_H_
