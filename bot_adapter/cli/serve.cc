#include "cli/serve.h"

#include <signal.h>

#include <cstdio>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/random.h"
#include "base/status.h"
#include "base/text.h"
#include "base/thread.h"
#include "joinpass/engine.h"
#include "keeper/routes.h"
#include "keeper/server.h"

namespace joinpass::cli {
namespace {

constexpr absl::Duration kBetweenUpkeeps = absl::Hours(1);
constexpr absl::Duration kUpkeep = absl::Minutes(5);
constexpr absl::Duration kAnswering = absl::Seconds(10);
constexpr absl::Duration kClosing = absl::Seconds(40);

// Thread-safe: one line is one write.
void Say(const std::string& line) {
  const std::string now = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::Now(), absl::UTCTimeZone());
  const std::string whole = absl::StrCat(now, " ", line, "\n");
  std::fwrite(whole.data(), 1, whole.size(), stderr);
}

sigset_t Ends() {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  return ends;
}

// Before any thread is made, which inherits it.
void BlockSignals() {
  sigset_t blocked = Ends();
  sigaddset(&blocked, SIGPIPE);  // whoever reads our lines may go before us
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
}

// Until somebody wants an end.
void AwaitEnd() {
  const sigset_t ends = Ends();
  int signal = 0;
  while (sigwait(&ends, &signal) != 0) {
  }
}

// Has the app of the settings there: makes it, or gives it the secrets that stand there now.
// Settings without a secret token leave an app that has one as it is.
absl::Status KeepApp(Engine& engine, const AppSettings& settings) {
  JOINPASS_ASSIGN_OR_RETURN(const std::vector<App> apps, engine.apps().List());
  for (const App& app : apps) {
    if (app.client_id != settings.client_id) continue;
    const bool would_lose = settings.webhook_secrets.empty() && app.webhook_secrets > 0;
    return would_lose ? absl::OkStatus() : engine.apps().Update(app.id, settings);
  }
  return engine.apps().Create(settings).status();
}

std::string ListeningAt(const ServeOptions& options, int port) {
  const bool is_v6 = options.address.find(':') != std::string::npos;
  const std::string host = is_v6 ? absl::StrCat("[", options.address, "]") : options.address;
  return absl::StrCat(options.certificate_file.empty() ? "http://" : "https://", host, ":", port);
}

void SayWhereToConnect(const std::string& url, const std::vector<App>& apps) {
  for (const App& app : apps) {
    Say(absl::StrCat("webhooks of ", app.client_id, ": ", url, "/zoom/webhooks/", app.id,
                     app.webhook_secrets == 0 ? " (it has no secret token yet)" : ""));
    Say(absl::StrCat("consents to ", app.client_id, ": ", url, "/connect/", app.id));
  }
}

EngineOptions Listening(EngineOptions options) {
  options.on_notice = [](const Notice& notice) {
    Say(absl::StrCat(notice.name, ": ", notice.text));
  };
  options.on_health_change = [](const HealthChange& change) {
    Say(absl::StrCat("credential ", change.credential_id, ": ",
                     base::ToAbsl(HealthName(change.from)), " > ",
                     base::ToAbsl(HealthName(change.to))));
  };
  return options;
}

// Keeps credentials alive that nobody uses, beside all else, until its end.
class Upkeeper {
 public:
  explicit Upkeeper(Engine& engine)
      : engine_(engine), thread_(base::StartThread("joinpass-upkeep", [this] { Run(); })) {}
  // What it waits for is ended by the engine's Close().
  ~Upkeeper() { thread_.join(); }
  void End() {
    base::MutexLock lock(mutex_);
    ended_ = true;
    changed_.NotifyAll();
  }

 private:
  void Run() {
    do {
      const auto report = engine_.Upkeep(kUpkeep);
      if (!report.ok()) Say(absl::StrCat("upkeep: ", Describe(report.status())));
    } while (!EndsWithin(kBetweenUpkeeps));
  }

  // Or for nothing at all, now and then: one more upkeep does no harm.
  bool EndsWithin(absl::Duration time) {
    base::MutexLock lock(mutex_);
    if (!ended_) changed_.WaitFor(mutex_, time);
    return ended_;
  }

  Engine& engine_;
  base::Mutex mutex_;
  base::CondVar changed_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace

absl::Status Serve(const ServeOptions& options) {
  BlockSignals();
  JOINPASS_ASSIGN_OR_RETURN(const std::unique_ptr<Engine> engine,
                            Engine::Open(Listening(options.settings.engine)));
  if (!options.settings.app.client_id.empty()) {
    JOINPASS_RETURN_IF_ERROR(KeepApp(*engine, options.settings.app));
  }
  std::optional<keeper::Routes> routes;  // outlives the server, whose handlers use it
  JOINPASS_ASSIGN_OR_RETURN(const std::unique_ptr<keeper::Server> server,
                            keeper::Server::Listen({.address = options.address,
                                                    .port = options.port,
                                                    .certificate_file = options.certificate_file,
                                                    .key_file = options.key_file}));
  // Its URL, where nobody gave one, has the port that it got.
  const std::string at = ListeningAt(options, server->port());
  const std::string url = options.public_url.empty() ? at : options.public_url;
  routes.emplace(*engine, base::SystemClock(), base::SystemRandom(),
                 keeper::RouteOptions{.public_url = url, .log = Say});
  JOINPASS_RETURN_IF_ERROR(
      server->Serve([&routes](const keeper::Request& request) { return routes->Handle(request); }));
  Say(absl::StrCat("listening at ", at));
  JOINPASS_ASSIGN_OR_RETURN(const std::vector<App> apps, engine->apps().List());
  SayWhereToConnect(url, apps);
  Upkeeper upkeeper(*engine);
  AwaitEnd();
  Say("ending");
  upkeeper.End();
  const absl::Status answered = server->Stop(kAnswering);
  const absl::Status closed = engine->Close(kClosing);
  if (!answered.ok()) Say(Describe(answered));
  Say("ended");
  return closed;
}

}  // namespace joinpass::cli
