// Listeners: whom an engine tells what is no answer to a call.

#ifndef JOINPASS_LIB_SERVICE_LISTENERS_H_
#define JOINPASS_LIB_SERVICE_LISTENERS_H_

#include <functional>
#include <string>
#include <utility>

#include "joinpass/credentials.h"
#include "joinpass/directory.h"
#include "joinpass/engine.h"
#include "joinpass/limits.h"

namespace joinpass::service {

// The functions are thread-safe, and may be empty.
struct Listeners {
  std::function<void(const Notice&)> on_notice = {};
  std::function<void(const HealthChange&)> on_health_change = {};
  std::function<void(const SyncProgress&)> on_sync_progress = {};
  std::function<void(const Wait&)> on_wait = {};

  void Notify(std::string name, std::string text) const {
    if (!on_notice) return;
    Notice notice;
    notice.name = std::move(name);
    notice.text = std::move(text);
    on_notice(notice);
  }

  void Tell(const Wait& wait) const {
    if (on_wait) on_wait(wait);
  }

  // Says nothing if nothing changed.
  void Tell(const HealthChange& change) const {
    if (on_health_change && change.from != change.to) on_health_change(change);
  }
};

}  // namespace joinpass::service

#endif  // JOINPASS_LIB_SERVICE_LISTENERS_H_
