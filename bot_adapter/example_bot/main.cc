// example_bot: joins a meeting, records it if it may, and says why if not.
//
//   example_bot LINK [none | zak USER... | on_behalf_of USER...]
//
// Store, keys and the app come from the environment or .env (joinpass/settings.h); the host has
// consented before. USERs are tried in this order; without one it is the host.

#include <glib-unix.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "example_bot/bot.h"
#include "example_bot/loop.h"
#include "joinpass/engine.h"
#include "joinpass/meeting_link.h"
#include "joinpass/reason.h"
#include "joinpass/settings.h"

namespace example_bot {
namespace {

void Say(std::string_view line) {
  std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
  std::fflush(stdout);
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "example_bot: %s\n", joinpass::Describe(status).c_str());
  return 1;
}

// Whether it is one of ours.
bool ReadIdentity(std::string_view word, joinpass::Identity& identity) {
  if (word == "none") identity = joinpass::Identity::kNone;
  if (word == "zak") identity = joinpass::Identity::kZak;
  if (word == "on_behalf_of") identity = joinpass::Identity::kOnBehalfOf;
  return word == "none" || word == "zak" || word == "on_behalf_of";
}

int Misused() {
  std::fprintf(stderr, "usage: example_bot LINK [none | zak USER... | on_behalf_of USER...]\n");
  return 2;
}

gboolean LeaveMeeting(gpointer bot) noexcept {
  static_cast<Bot*>(bot)->Leave();
  return G_SOURCE_CONTINUE;
}

// 0: it has recorded. 3: it was in the meeting, and has not. 1: it was not.
int Main(int argc, char** argv) {
  if (argc < 2) return Misused();
  auto settings = joinpass::ReadSettings();
  if (!settings.ok()) return Fail(settings.status());
  auto link = joinpass::MeetingLink::Parse(argv[1]);
  if (!link.ok()) return Fail(link.status());
  joinpass::JoinRequest request;
  request.link = *std::move(link);
  request.display_name = "Example bot";
  if (argc > 2 && !ReadIdentity(argv[2], request.identity)) return Misused();
  request.identity_users.assign(argv + std::min(argc, 3), argv + argc);

  Loop loop;
  joinpass::EngineOptions options = std::move(settings->engine);
  options.callback_executor = [&loop](std::function<void()> work) { loop.Post(std::move(work)); };
  options.on_notice = [](const joinpass::Notice& notice) { Say(notice.text); };
  auto engine = joinpass::Engine::Open(std::move(options));
  if (!engine.ok()) return Fail(engine.status());

  Bot bot(**engine, loop,
          {.sdk_key = settings->app.client_id, .sdk_secret = settings->app.client_secret}, &Say);
  const guint on_term = g_unix_signal_add(SIGTERM, &LeaveMeeting, &bot);
  const guint on_int = g_unix_signal_add(SIGINT, &LeaveMeeting, &bot);
  const Bot::Result result = bot.Run(std::move(request));
  g_source_remove(on_term);
  g_source_remove(on_int);
  if (!result.was_in) return Fail(result.why);
  return result.has_recorded ? 0 : 3;
}

}  // namespace
}  // namespace example_bot

int main(int argc, char** argv) { return example_bot::Main(argc, argv); }
