#include "joinpass/glib.h"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace joinpass {
namespace {

struct Context {
  GMainContext* context = g_main_context_new();
  ~Context() {
    if (context != nullptr) g_main_context_unref(context);
  }
  // Does what is ready, and says whether there was anything.
  bool RunOnce() { return g_main_context_iteration(context, FALSE); }
  // Does the next thing, whenever it is ready.
  void RunNext() { g_main_context_iteration(context, TRUE); }
};

TEST_SUITE("GlibExecutor") {
  TEST_CASE_FIXTURE(Context, "runs work in the loop, in order, and never inside the call") {
    std::string order;
    const auto post = GlibExecutor(context);
    post([&] {
      order += "1";
      post([&] { order += "3"; });
      order += "2";
    });
    CHECK(order.empty());
    while (RunOnce()) {
    }
    CHECK(order == "123");
  }

  TEST_CASE_FIXTURE(Context, "takes work from any thread to the thread of the loop") {
    const auto here = std::this_thread::get_id();
    std::thread::id there;
    std::thread([&, post = GlibExecutor(context)] {
      post([&] { there = std::this_thread::get_id(); });
    }).join();
    RunNext();
    CHECK(there == here);
  }

  TEST_CASE_FIXTURE(Context, "destroys work that the loop never comes to") {
    const auto owned = std::make_shared<int>(1);
    {
      const auto post = GlibExecutor(context);
      post([owned] {});
    }
    CHECK(owned.use_count() == 2);
    g_main_context_unref(std::exchange(context, nullptr));
    CHECK(owned.use_count() == 1);
  }

  TEST_CASE("without a context means the default one") {
    bool has_run = false;
    GlibExecutor()([&] { has_run = true; });
    while (g_main_context_iteration(nullptr, FALSE)) {
    }
    CHECK(has_run);
  }
}

TEST_SUITE("GlibTimer") {
  TEST_CASE_FIXTURE(Context, "runs its work once, and no earlier than it should") {
    int runs = 0;
    GlibTimer timer(context);
    const gint64 begin = g_get_monotonic_time();
    timer.Start(absl::Milliseconds(20), [&] { ++runs; });
    CHECK(timer.is_running());
    while (runs == 0) RunNext();
    CHECK(g_get_monotonic_time() - begin >= 20'000);
    CHECK_FALSE(timer.is_running());
    CHECK_FALSE(RunOnce());
    CHECK(runs == 1);
  }

  TEST_CASE_FIXTURE(Context, "runs nothing once it is stopped, started anew or gone") {
    std::string order;
    {
      GlibTimer stopped(context);
      stopped.Start(absl::ZeroDuration(), [&] { order += "stopped"; });
      stopped.Stop();
      stopped.Stop();
      GlibTimer gone(context);
      gone.Start(absl::ZeroDuration(), [&] { order += "gone"; });
    }
    GlibTimer anew(context);
    anew.Start(absl::ZeroDuration(), [&] { order += "first"; });
    anew.Start(absl::ZeroDuration(), [&] { order += "second"; });
    while (order.empty()) RunNext();
    while (RunOnce()) {
    }
    CHECK(order == "second");
  }

  TEST_CASE_FIXTURE(Context, "may be started and destroyed by its own work") {
    std::string order;
    auto timer = std::make_unique<GlibTimer>(context);
    timer->Start(absl::ZeroDuration(), [&, text = std::string("a work of its own")] {
      timer->Start(absl::ZeroDuration(), [&, text] {
        timer.reset();
        order += "2" + text;
      });
      order += "1" + text;
    });
    while (timer != nullptr) RunNext();
    CHECK(order == "1a work of its own2a work of its own");
  }

  TEST_CASE_FIXTURE(Context, "takes a wait that is no wait, or one without end") {
    bool has_run = false;
    GlibTimer timer(context);
    timer.Start(absl::InfiniteDuration(), [&] { has_run = true; });
    CHECK_FALSE(RunOnce());
    timer.Start(-absl::Seconds(1), [&] { has_run = true; });
    while (!has_run) RunNext();
  }
}

}  // namespace
}  // namespace joinpass
