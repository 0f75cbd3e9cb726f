// GlibExecutor and GlibTimer: joinpass and a bot's own waits in a GLib main loop.
//
//   joinpass::EngineOptions options;
//   options.callback_executor = joinpass::GlibExecutor();  // the default main context
//
// The Meeting SDK for Linux calls back only while such a loop runs, and is to be called from its
// thread. Header-only: needs GLib 2.32 of whoever includes it, and nothing of the library.

#ifndef JOINPASS_GLIB_H_
#define JOINPASS_GLIB_H_

#include <glib.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "absl/time/time.h"

namespace joinpass {
namespace glib_internal {

using Work = std::function<void()>;

inline gboolean Run(gpointer work) noexcept {
  (*static_cast<Work*>(work))();
  return G_SOURCE_REMOVE;
}
inline void Delete(gpointer work) noexcept { delete static_cast<Work*>(work); }

// Takes `source` over; `work` runs once. It dies with the source, which the context owns.
inline void Attach(GSource* source, GMainContext* context, Work work) {
  g_source_set_priority(source, G_PRIORITY_DEFAULT);
  g_source_set_callback(source, &Run, new Work(std::move(work)), &Delete);
  g_source_attach(source, context);
}

}  // namespace glib_internal

// Runs what it is given in the main loop of `context` (null: the default one), in order, and never
// inside the call: g_main_context_invoke() would run it in the calling thread where no loop runs
// yet. May be called from any thread. Work that the loop never comes to is destroyed with the
// context, so that whatever it owns is let go; the executor itself keeps the context, and the default
// one never goes: run the loop until what was posted is done. Exceptions of the work end the process.
inline std::function<void(std::function<void()>)> GlibExecutor(GMainContext* context = nullptr) {
  std::shared_ptr<GMainContext> held(
      g_main_context_ref(context == nullptr ? g_main_context_default() : context),
      &g_main_context_unref);
  return [held = std::move(held)](std::function<void()> work) {
    GSource* source = g_idle_source_new();
    glib_internal::Attach(source, held.get(), std::move(work));
    g_source_unref(source);
  };
}

// Runs something later in a main loop, once. Use it in the thread of that loop only: then nothing
// runs any more after Stop() or the destructor.
class GlibTimer {
 public:
  // Of `context`; null: the default one.
  explicit GlibTimer(GMainContext* context = nullptr)
      : context_(g_main_context_ref(context == nullptr ? g_main_context_default() : context)) {}
  ~GlibTimer() {
    Stop();
    g_main_context_unref(context_);
  }
  GlibTimer(const GlibTimer&) = delete;
  GlibTimer& operator=(const GlibTimer&) = delete;

  // `work` may start or stop this timer, and destroy it. What was started before does not run.
  void Start(absl::Duration wait, std::function<void()> work) {
    Stop();
    // Never too early, and at most GLib's longest, 49 days.
    const absl::Duration whole = absl::Ceil(wait, absl::Milliseconds(1));
    const auto milliseconds =
        static_cast<guint>(std::clamp(whole / absl::Milliseconds(1), static_cast<std::int64_t>(0),
                                      static_cast<std::int64_t>(G_MAXUINT)));
    source_ = g_timeout_source_new(milliseconds);
    glib_internal::Attach(source_, context_, [this, work = std::move(work)] {
      Forget();
      work();  // may destroy this timer; itself it is the source's, which GLib holds meanwhile
    });
  }

  void Stop() {
    if (source_ != nullptr) g_source_destroy(source_);
    Forget();
  }

  bool is_running() const { return source_ != nullptr; }

 private:
  void Forget() {
    if (source_ != nullptr) g_source_unref(std::exchange(source_, nullptr));
  }

  GMainContext* context_;
  GSource* source_ = nullptr;
};

}  // namespace joinpass

#endif  // JOINPASS_GLIB_H_
