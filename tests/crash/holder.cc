// A process that refreshes a credential, and dies, stops or is asked to end at a
// certain step of it. Started by the tests of this folder; tells them by lines on
// its standard output what happened.
//
//   holder store=DIR origin=URL ca=FILE page=FILE credential=ID mode=MODE [KEY=VALUE]...
//
// Modes: `once` asks for an access token once; `loop` expires and asks for ever,
// with `threads` threads; `settle` does one round of upkeep; `consent` ends the consent
// that came back with `redirect`; `rounds` asks with `threads` threads, for the
// credentials (with commas) in turn, whenever the page's round goes up, until it is
// negative.
// With step=N and signal=KILL|TERM|STOP it sends itself that signal at the N-th
// step of what it does, on the network or on the disk; vfs=plain|drop|off says how its disk works.

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "base/random.h"
#include "crypto/key_file_source.h"
#include "engine/face.h"
#include "engine/house.h"
#include "http/client.h"
#include "joinpass/reason.h"
#include "shared_clock.h"
#include "store/sqlite/sqlite_store.h"
#include "support/fault_vfs.h"

namespace joinpass::testing {
namespace {

using Arguments = std::map<std::string, std::string>;

// One line, whole, whoever else speaks.
void Say(const std::string& line) {
  const std::string text = line + "\n";
  if (write(STDOUT_FILENO, text.data(), text.size()) < 0) _exit(4);
}

// Counts the steps of what the process does, once it is armed, and acts at one of them.
class Steps {
 public:
  Steps(int at, int signal) : at_(at), signal_(signal) {}

  void Arm() { armed_ = true; }
  int count() const { return count_; }

  void Step() {
    if (!armed_ || ++count_ != at_) return;
    // This thread goes no step further; the end in order is the waiting thread's.
    signal_ == SIGTERM ? kill(getpid(), signal_) : raise(signal_);
  }

 private:
  const int at_;
  const int signal_;
  std::atomic<bool> armed_ = false;
  std::atomic<int> count_ = 0;
};

// Two moments of a refresh, to tell how long the answer is in memory only.
struct Stamps {
  std::atomic<std::int64_t> answered_ns = 0;
  std::atomic<std::int64_t> synced_ns = 0;
};

std::int64_t NanosNow() {
  return absl::ToInt64Nanoseconds(base::SystemClock().SteadyNow().SinceBoot());
}

class StepClient final : public http::Client {
 public:
  StepClient(std::unique_ptr<http::Client> inner, Steps& steps, Stamps& stamps)
      : inner_(std::move(inner)), steps_(steps), stamps_(stamps) {}

  base::Task<absl::StatusOr<message::Response>> Send(message::Request request,
                                                     SteadyTime deadline) override {
    const bool refreshes = request.target.starts_with("/oauth/token");
    steps_.Step();
    absl::StatusOr<message::Response> response =
        co_await inner_->Send(std::move(request), deadline);
    if (refreshes) stamps_.answered_ns = NanosNow();
    steps_.Step();
    co_return response;
  }
  base::Task<absl::Status> Warm(message::Origin origin, int sockets, SteadyTime deadline) override {
    return inner_->Warm(std::move(origin), sockets, deadline);
  }
  void Close() override { inner_->Close(); }

 private:
  const std::unique_ptr<http::Client> inner_;
  Steps& steps_;
  Stamps& stamps_;
};

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  Say("broken " + Describe(value.status()));
  _exit(3);
}

std::string NameOf(const absl::Status& status) {
  if (status.ok()) return "ok";
  const ErrorInfo info = GetErrorInfo(status).value_or(ErrorInfo());
  std::string name(ReasonName(info.reason));
  return info.cause == Cause::kNone ? name : name + "/" + std::string(CauseName(info.cause));
}

// A store whose keys, clock, disk and client are those of the test.
std::unique_ptr<Engine> OpenEngine(const Arguments& arguments, base::Clock& clock, Steps& steps,
                                   Stamps& stamps) {
  EngineOptions options;
  options.store_folder = arguments.at("store");
  options.oauth_origin = arguments.at("origin");
  options.api_origin = arguments.at("origin");
  options.ca_file = arguments.at("ca");
  options.on_health_change = [](const HealthChange& change) {
    Say("heard " + std::string(HealthName(change.from)) + " " + std::string(HealthName(change.to)));
  };
  options.on_notice = [](const Notice& notice) { Say("noticed " + notice.name); };
  auto loop = http::MakeIoLoop(clock);
  http::ClientOptions client_options;
  client_options.ca_file = options.ca_file;
  auto client = Must(http::OpenClient(client_options, *loop, clock));
  const store::Folder folder = Must(store::PrepareFolder(options.store_folder));
  auto keys = Must(crypto::KeyFileSource::Open(folder.path + "/joinpass.key"));
  auto store = Must(store::OpenSqliteStore(folder, *keys, base::SystemRandom()));
  engine::Parts parts{clock,
                      base::SystemRandom(),
                      {Must(message::ReadOrigin(options.oauth_origin)),
                       Must(message::ReadOrigin(options.api_origin))},
                      std::move(keys),
                      std::move(store),
                      std::move(loop),
                      std::make_unique<StepClient>(std::move(client), steps, stamps)};
  return std::make_unique<engine::Face>(
      std::make_unique<engine::House>(std::move(options), std::move(parts)));
}

void Ask(Engine& engine, const std::string& credential, absl::Duration timeout) {
  const auto token = engine.credentials().GetAccessToken(credential, timeout);
  if (token.ok()) {
    Say("given " + std::string(token->value.Reveal()));
  } else {
    Say("refused " + NameOf(token.status()));
  }
}

void AskInRounds(Engine& engine, SharedPage& page, const std::vector<std::string>& credentials,
                 int threads) {
  std::vector<std::thread> askers;
  for (int i = 0; i < threads; ++i) {
    const std::string& credential = credentials[static_cast<std::size_t>(i) % credentials.size()];
    askers.emplace_back([&] {
      for (std::int64_t seen = 0;;) {
        const std::int64_t round = page.round.load();
        if (round < 0) return;
        if (round == seen) {
          usleep(200);
          continue;
        }
        seen = round;
        ++page.asked;
        const auto token = engine.credentials().GetAccessToken(credential, absl::Seconds(60));
        if (!token.ok()) Say("refused " + NameOf(token.status()));
        ++page.finished;
      }
    });
  }
  Say("ready");
  for (std::thread& asker : askers) asker.join();
}

// Each thread expires the token and asks for another one.
void AskForEver(Engine& engine, SharedClock& clock, const std::string& credential, int threads) {
  std::vector<std::thread> askers;
  for (int i = 0; i < threads; ++i) {
    askers.emplace_back([&] {
      while (true) {
        clock.Advance(absl::Hours(2));
        Ask(engine, credential, absl::Seconds(20));
      }
    });
  }
  for (std::thread& asker : askers) asker.join();
}

// Whoever comes first closes: the other one waits for the end of the process.
std::atomic<bool> closing = false;

int CloseOnce(Engine& engine) {
  if (closing.exchange(true)) {
    while (true) pause();
  }
  Say("closed " + NameOf(engine.Close(absl::Seconds(20))));
  _exit(0);
}

// As a good bot does: SIGTERM closes the engine, which lets a refresh end.
void CloseAtTerm(Engine& engine) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  std::thread([&engine, signals] {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) return;
    CloseOnce(engine);
  }).detach();
}

int Run(const Arguments& arguments) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const auto option = [&](const std::string& name, const std::string& otherwise) {
    const auto it = arguments.find(name);
    return it == arguments.end() ? otherwise : it->second;
  };
  const std::map<std::string, int> by_name = {
      {"KILL", SIGKILL}, {"TERM", SIGTERM}, {"STOP", SIGSTOP}};
  Steps steps(std::stoi(option("step", "0")), by_name.at(option("signal", "KILL")));
  Stamps stamps;
  FaultVfsOptions disk;
  disk.drop_unsynced = option("vfs", "plain") != "plain";
  disk.ignore_syncs = option("vfs", "plain") == "off";
  disk.on_step = [&] {
    stamps.synced_ns = NanosNow();
    steps.Step();
  };
  InstallFaultVfs(disk);

  SharedPage& page = MapSharedPage(arguments.at("page"));
  SharedClock clock(page);
  const auto engine = OpenEngine(arguments, clock, steps, stamps);
  CloseAtTerm(*engine);
  const std::string mode = option("mode", "once");
  const std::string credential = arguments.at("credential");
  Say("opened");
  steps.Arm();
  if (mode == "settle") {
    Say("upkeep " + NameOf(engine->Upkeep(absl::Seconds(30)).status()));
  } else if (mode == "rounds") {
    AskInRounds(*engine, page, absl::StrSplit(credential, ','), std::stoi(option("threads", "1")));
  } else if (mode == "consent") {
    const auto connected =
        engine->credentials().FinishConnect(arguments.at("redirect"), "cookie", absl::Seconds(20));
    Say(connected.ok() ? "connected " + connected->id : "refused " + NameOf(connected.status()));
    Say("steps " + std::to_string(steps.count()));
  } else if (mode == "loop") {
    AskForEver(*engine, clock, credential, std::stoi(option("threads", "1")));
  } else {
    Ask(*engine, credential, absl::Seconds(std::stoi(option("timeout", "20"))));
    Say("steps " + std::to_string(steps.count()));
    Say("answered_ns " + std::to_string(stamps.answered_ns));
    Say("durable_ns " + std::to_string(stamps.synced_ns));
  }
  return CloseOnce(*engine);
}

}  // namespace
}  // namespace joinpass::testing

int main(int count, char** values) {
  joinpass::testing::Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string pair = values[i];
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos) return 2;
    arguments[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return joinpass::testing::Run(arguments);
}
