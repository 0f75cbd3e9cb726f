#include "fake_zoom/telling.h"

#include <algorithm>

namespace joinpass::fake_zoom {
namespace {

bool HasConsent(const State& state, const App& app, const std::string& user_id) {
  const Grant* const grant = state.tokens.FindConsent(app.client_id, user_id);
  return grant != nullptr && grant->live;
}

bool Concerns(const State& state, const App& app, const Happening& happening) {
  if (!happening.client_id.empty()) return happening.client_id == app.client_id;
  if (app.kind == AppKind::kUser) return HasConsent(state, app, happening.user_id);
  return std::any_of(state.world.users.begin(), state.world.users.end(), [&](const auto& one) {
    return one.second.account_id == happening.account_id && HasConsent(state, app, one.first);
  });
}

}  // namespace

void Tell(State& state, const Happening& happening, absl::Time now) {
  for (const std::string& client_id : state.subscribed) {
    const App* const app = state.world.FindApp(client_id);
    if (app != nullptr && Concerns(state, *app, happening)) {
      state.webhooks.Add(*app, happening, now);
    }
  }
}

Telling::Telling(State& state, absl::Time now) : state_(state), now_(now) {
  if (!state.subscribed.empty()) before_ = state.world;
}

Telling::~Telling() {
  if (!before_) return;
  for (const Happening& one : WhatHappened(*before_, state_.world, now_, state_.event_style)) {
    Tell(state_, one, now_);
  }
}

}  // namespace joinpass::fake_zoom
