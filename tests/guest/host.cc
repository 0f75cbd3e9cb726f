// A host process: does with an engine what hosts may lawfully do. Started by
// guest_test; tells it by lines on its standard output what happened.
//
//   host mode=MODE store=DIR origin=URL ca=FILE page=FILE credential=ID [KEY=VALUE]...

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/random.h"
#include "crash/shared_clock.h"
#include "engine/open.h"
#include "guest/failing_calls.h"
#include "joinpass/engine.h"
#include "joinpass/reason.h"
#include "support/signed_webhook.h"

// --- what the host takes away from the library ---------------------------------

namespace {

// Allocations of this thread until one fails; below 0: none does.
thread_local int allocations_left = -1;

bool MayAllocate() { return allocations_left < 0 || allocations_left-- != 0; }

std::atomic<int> slow_lookups = 0;

}  // namespace

void* operator new(std::size_t size) {
  if (!MayAllocate()) throw std::bad_alloc();
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return MayAllocate() ? std::malloc(size == 0 ? 1 : size) : nullptr;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

// A name server that does not answer, for one name.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  using Real = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  if (node != nullptr && std::strcmp(node, "slow.example") == 0) {
    ++slow_lookups;
    while (true) pause();
  }
  static const auto real = reinterpret_cast<Real>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(node, service, hints, found);
}

namespace joinpass::testing {
namespace {

using Arguments = std::map<std::string, std::string>;

void Say(const std::string& line) {
  const std::string text = line + "\n";
  if (write(STDOUT_FILENO, text.data(), text.size()) < 0) _exit(4);
}

std::string NameOf(const absl::Status& status) {
  if (status.ok()) return "ok";
  const ErrorInfo info = GetErrorInfo(status).value_or(ErrorInfo());
  std::string name(ReasonName(info.reason));
  return info.cause == Cause::kNone ? name : name + "/" + std::string(CauseName(info.cause));
}
template <typename T>
std::string NameOf(const absl::StatusOr<T>& value) {
  return NameOf(value.status());
}

struct Host {
  Arguments arguments;
  SharedClock clock;
  const std::string credential = arguments["credential"];
  const JoinRequest join = [] {
    JoinRequest request;
    request.link = *MeetingLink::Parse("https://acme.zoom.us/j/97763643886?pwd=123456");
    request.recording = Need::kRequired;
    return request;
  }();

  explicit Host(Arguments given)
      : arguments(std::move(given)), clock(MapSharedPage(arguments.at("page"))) {}

  EngineOptions Options() {
    EngineOptions options;
    options.store_folder = arguments.at("store");
    options.oauth_origin = arguments.at("origin");
    options.api_origin = arguments.at("origin");
    options.ca_file = arguments.at("ca");
    return options;
  }
  absl::StatusOr<std::unique_ptr<Engine>> TryOpen(EngineOptions&& options) {
    return engine::OpenWith(std::move(options), clock, base::SystemRandom());
  }
  std::unique_ptr<Engine> Open() {
    auto opened = TryOpen(Options());
    Say("opened " + NameOf(opened));
    if (!opened.ok()) _exit(3);
    return *std::move(opened);
  }
  std::string Ask(Engine& engine) {
    return NameOf(engine.credentials().GetAccessToken(credential, absl::Seconds(20)));
  }

  // Until the test says so.
  static void AwaitGo() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    int signal = 0;
    sigwait(&signals, &signal);
  }
};

std::unique_ptr<Engine> static_engine;

// --- exit() ------------------------------------------------------------------

// Leaves while a refresh is on its way.
void Exit(Host& host, Engine& engine) {
  std::thread([&host, &engine] { Say("asked " + host.Ask(engine)); }).detach();
  Host::AwaitGo();
  Say("leaving");
  exit(0);
}

void ExitStatic(Host& host) {
  static_engine = host.Open();
  Exit(host, *static_engine);
}

void ExitLeaked(Host& host) {
  Engine& leaked = *host.Open().release();
  Exit(host, leaked);
}

void ExitInThread(Host& host) {
  static_engine = host.Open();
  std::thread([&host] { Exit(host, *static_engine); }).detach();
  while (true) pause();
}

void ExitInCallback(Host& host) {
  static_engine = host.Open();
  const auto session = static_engine->BeginJoin(host.join);
  (*session)->MintAsync(absl::Seconds(20), [](absl::StatusOr<JoinPass>) {
    Say("leaving");
    exit(0);
  });
  while (true) pause();
}

// --- fork and exec -----------------------------------------------------------

void List(const std::string& word) {
  DIR* const folder = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(folder)) {
    const int fd = std::atoi(entry->d_name);
    if (fd <= 2 || fd == dirfd(folder)) continue;
    std::array<char, 256> target = {};
    const std::string link = std::string("/proc/self/fd/") + entry->d_name;
    if (readlink(link.c_str(), target.data(), target.size() - 1) < 0) continue;
    Say(word + target.data());
  }
  closedir(folder);
}

void ListDescriptors(Host&) { List("inherited "); }

int Sockets() {
  int sockets = 0;
  DIR* const folder = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(folder)) {
    std::array<char, 256> target = {};
    const std::string link = std::string("/proc/self/fd/") + entry->d_name;
    if (readlink(link.c_str(), target.data(), target.size() - 1) < 0) continue;
    if (std::string(target.data()).starts_with("socket:")) ++sockets;
  }
  closedir(folder);
  return sockets;
}

void Exec(Host& host) {
  List("had ");
  const auto engine = host.Open();
  Say("prepared " + NameOf(engine->Prepare(host.join, absl::Seconds(20))));
  Say("sockets " + std::to_string(Sockets()));
  std::vector<std::string> texts = {"/proc/self/exe", "mode=descriptors"};
  for (const auto& [key, value] : host.arguments) {
    if (key != "mode") texts.push_back(key + "=" + value);
  }
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  pid_t child = 0;
  posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, pointers.data(), environ);
  int status = 0;
  waitpid(child, &status, 0);
  Say("listed " + std::to_string(WEXITSTATUS(status)));
}

// Every call there is, each with the name of what came of it.
std::string CallAll(Host& host, Engine& engine, JoinSession& session) {
  const absl::Duration time = absl::Seconds(20);
  const std::string& id = host.credential;
  std::string names;
  const auto add = [&](const std::string& name) { names += name + " "; };
  add(NameOf(engine.apps().Create({})));
  add(NameOf(engine.apps().List()));
  add(NameOf(engine.apps().Get("x")));
  add(NameOf(engine.apps().Update("x", {})));
  add(NameOf(engine.apps().Remove("x")));
  add(NameOf(engine.credentials().BeginConnect({})));
  add(NameOf(engine.credentials().FinishConnect("x", "x", time)));
  add(NameOf(engine.credentials().List("")));
  add(NameOf(engine.credentials().Get(id)));
  add(NameOf(engine.credentials().Delegate({}, time)));
  add(NameOf(engine.credentials().GetAccessToken(id, time)));
  add(NameOf(engine.credentials().Validate(id, time)));
  add(NameOf(engine.credentials().Disconnect(id, time)));
  add(NameOf(engine.credentials().Log(id)));
  add(NameOf(engine.directory().Sync(id, time)));
  add(NameOf(engine.directory().Resolve(host.join.link)));
  add(NameOf(engine.webhooks().Receive({}).why));
  add(NameOf(engine.webhooks().GetStatus("x")));
  add(NameOf(engine.keys().List()));
  add(NameOf(engine.keys().Add()));
  add(NameOf(engine.keys().Sweep(time)));
  add(NameOf(engine.keys().Remove("x")));
  add(NameOf(engine.BeginJoin(host.join)));
  add(NameOf(engine.Prepare(host.join, time)));
  add(NameOf(engine.Check(host.join, time)));
  add(NameOf(engine.PassLog(1)));
  add(NameOf(engine.Upkeep(time)));
  add(NameOf(session.Mint(time)));
  add(NameOf(session.AwaitResolution(time)));
  add(NameOf(session.Report({}).why));
  session.MintAsync(time, [&](absl::StatusOr<JoinPass> pass) { add(NameOf(pass)); });
  add(NameOf(engine.Close(time)));
  return names;
}

void Fork(Host& host) {
  auto engine = host.Open();
  auto session = *engine->BeginJoin(host.join);
  Say("prepared " + NameOf(engine->Prepare(host.join, absl::Seconds(20))));
  const pid_t child = fork();
  if (child == 0) {
    Say("child " + CallAll(host, *engine, *session));
    session.reset();
    engine.reset();
    Say("child destroyed");
    auto own = host.TryOpen(host.Options());
    Say("child opens its own: " + NameOf(own));
    Say("child asks: " + host.Ask(**own));
    own->reset();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  Say("child ended " + std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : -1));
  Say("parent " + NameOf(session->Mint(absl::Seconds(20))));
}

// Forks while another thread writes to the store all the time.
void ForkInWrites(Host& host) {
  auto engine = host.Open();
  const auto id = engine->apps().Create({.client_id = "another", .client_secret = Secret("s")});
  std::atomic<bool> over = false;
  std::thread writer([&] {
    while (!over)
      (void)engine->apps().Update(*id, {.client_id = "a", .client_secret = Secret("s")});
  });
  for (int i = 0; i < 20; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      auto own = host.TryOpen(host.Options());
      const bool asks = own.ok() && host.Ask(**own) == "ok";
      _exit(asks ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    Say("child ended " + std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : -1));
  }
  over = true;
  writer.join();
}

// Connections of this machine to `port` that are established, as the kernel sees them.
int Established(int port) {
  int count = 0;
  std::array<char, 16> wanted = {};
  std::snprintf(wanted.data(), wanted.size(), ":%04X 01", static_cast<unsigned>(port));
  std::ifstream table("/proc/self/net/tcp");
  for (std::string line; std::getline(table, line);) {
    // "  0: 0100007F:1F90 0100007F:C350 01 ...": the second address is the peer's.
    if (line.find(wanted.data(), 20) != std::string::npos) ++count;
  }
  return count;
}

void ForkAndClose(Host& host) {
  auto engine = host.Open();
  Say("prepared " + NameOf(engine->Prepare(host.join, absl::Seconds(20))));
  // One more is under way, and Zoom does not answer.
  Host::AwaitGo();
  const auto session = *engine->BeginJoin(host.join);
  session->MintAsync(absl::Seconds(60), [](absl::StatusOr<JoinPass>) {});
  Host::AwaitGo();
  const std::string& origin = host.arguments.at("origin");
  const int port = std::atoi(origin.substr(origin.rfind(':') + 1).c_str());
  const int before = Established(port);
  const pid_t child = fork();
  if (child == 0) {
    while (true) pause();
  }
  (void)engine->Close(absl::Milliseconds(10));
  engine.reset();
  int after = Established(port);
  // What was shut down is gone once the peer has heard of it.
  for (int i = 0; i < 500 && after > 0; ++i, after = Established(port)) usleep(10'000);
  Say("established " + std::to_string(before) + " " + std::to_string(after));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

// --- signals -----------------------------------------------------------------

std::atomic<int> handled = 0;

void Signals(Host& host) {
  for (const int signal : {SIGUSR2, SIGTERM, SIGALRM, SIGCHLD, SIGINT, SIGHUP}) {
    struct sigaction action = {};
    action.sa_handler = [](int) { ++handled; };
    sigaction(signal, &action, nullptr);
  }
  const auto engine = host.Open();
  Say("prepared " + NameOf(engine->Prepare(host.join, absl::Seconds(20))));
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  for (const int signal : {SIGUSR2, SIGTERM, SIGALRM, SIGCHLD, SIGINT, SIGHUP}) {
    kill(getpid(), signal);
  }
  Say("prepared " + NameOf(engine->Prepare(host.join, absl::Seconds(20))));
  sigset_t pending;
  sigpending(&pending);
  int waiting = 0;
  for (const int signal : {SIGUSR2, SIGTERM, SIGALRM, SIGCHLD, SIGINT, SIGHUP}) {
    waiting += sigismember(&pending, signal);
  }
  Say("waiting " + std::to_string(waiting) + " handled " + std::to_string(handled));
}

// Peers that leave while they are written to: SIGPIPE would end this process.
void BrokenPipes(Host& host) {
  const auto engine = host.Open();
  for (int i = 0; i < 30; ++i) (void)engine->Prepare(host.join, absl::Seconds(20));
  Say("survived");
}

// --- limits ------------------------------------------------------------------

// Opens files until there is no descriptor left but for `spare`.
std::vector<int> TakeDescriptors(int spare) {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = 256;
  setrlimit(RLIMIT_NOFILE, &limit);
  std::vector<int> taken;
  for (int fd = 0; (fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) taken.push_back(fd);
  for (int i = 0; i < spare; ++i) {
    close(taken.back());
    taken.pop_back();
  }
  return taken;
}

void NoDescriptors(Host& host) {
  // With each number that is left: never a crash, and a reason with a name.
  for (int spare = 0; spare < 24; ++spare) {
    const std::vector<int> taken = TakeDescriptors(spare);
    const auto opened = host.TryOpen(host.Options());
    if (opened.ok()) (void)host.Ask(**opened);
    for (const int fd : taken) close(fd);
    Say("open " + NameOf(opened));
  }
  const auto engine = host.Open();
  const std::vector<int> taken = TakeDescriptors(0);
  Say("ask " + NameOf(engine->Prepare(host.join, absl::Seconds(20))));
  for (const int fd : taken) close(fd);
  Say("again " + NameOf(engine->Prepare(host.join, absl::Seconds(20))));
}

// No memory for the stack of another thread.
void LimitMemory(std::size_t beyond) {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  rlimit limit = {};
  getrlimit(RLIMIT_AS, &limit);
  limit.rlim_cur = pages * static_cast<std::size_t>(getpagesize()) + beyond;
  setrlimit(RLIMIT_AS, &limit);
}
void Unlimit() {
  rlimit limit = {};
  getrlimit(RLIMIT_AS, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_AS, &limit);
}

void NoThreads(Host& host) {
  // One stack has room, and two, … : each thread of Open() fails once.
  for (std::size_t stacks = 0; stacks < 8; ++stacks) {
    LimitMemory(stacks * (8 << 20) + (4 << 20));
    const auto opened = host.TryOpen(host.Options());
    Unlimit();
    Say("open " + NameOf(opened));
  }
  EngineOptions options = host.Options();
  options.oauth_origin.replace(8, 9, "localhost");
  options.api_origin = options.oauth_origin;
  const auto engine = host.TryOpen(std::move(options));
  LimitMemory(4 << 20);
  const std::string first_name = host.Ask(**engine);
  Unlimit();
  Say("first name " + first_name);
}

// What `call` gives if the n-th allocation in it, on this thread, fails.
template <typename Call>
std::string WithoutMemory(int n, const Call& call) {
  allocations_left = n;
  const auto outcome = call();
  allocations_left = -1;
  return NameOf(outcome);
}

using Names = std::map<std::string, int>;

// For each n until the call does without it.
template <typename Call>
void FailEach(const Call& call, Names& names) {
  for (int n = 0; n < 5000; ++n) {
    const std::string name = call(n);
    ++names[name];
    if (name == "ok") return;
  }
}

void SayAll(const std::string& word, const Names& names) {
  for (const auto& [name, times] : names) Say(word + name);
}

// The app is told its webhook secret.
void TellSecret(Engine& engine) {
  const App app = engine.apps().List()->front();
  AppSettings settings;
  settings.client_id = app.client_id;
  settings.client_secret = Secret("example-secret");
  settings.webhook_secrets = {Secret("hook")};
  Say("update " + NameOf(engine.apps().Update(app.id, std::move(settings))));
}

// Zoom tells that the host has another personal meeting id.
testing::SignedWebhook NewRoom(Host& host, Engine& engine, const std::string& room) {
  const App app = engine.apps().List()->front();
  const Credential credential = *engine.credentials().Get(host.credential);
  return {app.id, "hook",
          R"({"event":"user.updated","event_ts":)" +
              std::to_string(absl::ToUnixMillis(host.clock.Now())) +
              R"(,"payload":{"account_id":")" + credential.account_id + R"(","object":{"id":")" +
              credential.user_id + R"(","pmi":)" + room + "}}}",
          host.clock.Now()};
}

void NoMemory(Host& host) {
  Names opens;
  FailEach(
      [&](int n) {
        EngineOptions options = host.Options();
        return WithoutMemory(n, [&] { return host.TryOpen(std::move(options)); });
      },
      opens);
  SayAll("open ", opens);
  const auto engine = host.Open();
  Names calls;
  const auto fail_each = [&](const auto& call) {
    FailEach([&](int n) { return WithoutMemory(n, call); }, calls);
  };
  const std::string none;
  fail_each([&] { return engine->credentials().List(none); });
  fail_each([&] { return engine->credentials().Get(host.credential); });
  fail_each([&] { return engine->credentials().Log(host.credential); });
  fail_each([&] { return engine->apps().List(); });
  fail_each([&] { return engine->directory().Resolve(host.join.link); });
  TellSecret(*engine);
  const testing::SignedWebhook webhook = NewRoom(host, *engine, "4445556667");
  const WebhookRequest told = webhook.Request();
  fail_each([&] { return engine->webhooks().Receive(told).why; });
  Say("webhook " + NameOf(engine->directory().Resolve(*MeetingLink::Parse("4445556667"))));
  fail_each(
      [&] { return engine->credentials().GetAccessToken(host.credential, absl::Seconds(20)); });
  fail_each([&] { return engine->directory().Sync(host.credential, absl::Seconds(20)); });
  fail_each([&] { return engine->credentials().Validate(host.credential, absl::Seconds(20)); });
  FailEach(
      [&](int n) {
        JoinRequest request = host.join;
        return WithoutMemory(
            n, [&] { return engine->Prepare(std::move(request), absl::Seconds(20)); });
      },
      calls);
  SayAll("call ", calls);
  Say("after " + host.Ask(*engine));
}

// For each system call of what `prepare` gives: what comes of it if that one fails, and if all do
// from there on; and what an engine that comes after it finds.
template <typename Prepare>
void FailEachSystemCall(Host& host, const std::string& word, const Prepare& prepare) {
  const Calls which =
      host.arguments["only"] == "files" ? Calls::kOfFiles : Calls::kOfSocketsAndFiles;
  for (const Failing how : {Failing::kOnce, Failing::kFromThenOn}) {
    Names outcomes;
    Names after;
    int failed = 1;
    int n = 0;
    for (; failed > 0; ++n) {
      host.clock.Advance(absl::Hours(2));
      const auto engine = *host.TryOpen(host.Options());
      const auto call = prepare(*engine);
      FailCall(n, how, which);
      ++outcomes[call()];
      failed = StopFailing();
      (void)engine->Close(absl::Seconds(20));
      host.clock.Advance(absl::Hours(2));
      ++after[host.Ask(**host.TryOpen(host.Options()))];
    }
    SayAll(word + " ", outcomes);
    SayAll("after ", after);
    Say(word + "_calls " + std::to_string(n - 1));
  }
}

void NoSystemCalls(Host& host) {
  TellSecret(*host.Open());
  const absl::Duration time = absl::Seconds(20);
  FailEachSystemCall(host, "open", [&](Engine&) {
    return [&host] { return NameOf(host.TryOpen(host.Options())); };
  });
  FailEachSystemCall(host, "refresh", [&](Engine& engine) {
    return [&] { return NameOf(engine.credentials().GetAccessToken(host.credential, time)); };
  });
  FailEachSystemCall(host, "join", [&](Engine& engine) {
    return [&] { return NameOf(engine.Prepare(host.join, time)); };
  });
  int rooms = 0;
  FailEachSystemCall(host, "webhook", [&](Engine& engine) {
    const std::string room = std::to_string(4445556600 + ++rooms);
    return [&engine, told = NewRoom(host, engine, room)] {
      return NameOf(engine.webhooks().Receive(told.Request()).why);
    };
  });
}

// --- time --------------------------------------------------------------------

void CloseBusy(Host& host) {
  const auto engine = host.Open();
  Host::AwaitGo();
  std::vector<std::unique_ptr<JoinSession>> sessions;
  std::atomic<int> ended = 0;
  for (int i = 0; i < 20; ++i) {
    sessions.push_back(*engine->BeginJoin(host.join));
    sessions.back()->MintAsync(absl::Seconds(60), [&](absl::StatusOr<JoinPass>) { ++ended; });
  }
  usleep(100'000);
  const SteadyTime begun = SteadyNow();
  std::thread second([&] {
    usleep(50'000);
    // Waits as the first one does.
    (void)engine->Close(absl::Seconds(30));
    Say("second saw " + std::to_string(ended) + " ended");
  });
  (void)engine->Close(absl::Seconds(1));
  second.join();
  Say("closed_ms " + std::to_string(absl::ToInt64Milliseconds(SteadyNow() - begun)));
}

void SlowName(Host& host) {
  EngineOptions options = host.Options();
  const std::string port = options.api_origin.substr(options.api_origin.rfind(':'));
  options.oauth_origin = "https://localhost" + port;
  options.api_origin = "https://slow.example" + port;
  auto engine = *host.TryOpen(std::move(options));
  // From now on its API calls go to the slow name.
  host.clock.Advance(absl::Hours(2));
  Say("first name " + host.Ask(*engine));
  const SteadyTime begun = SteadyNow();
  auto stuck = std::async(std::launch::async, [&] {
    return NameOf(engine->credentials().Validate(host.credential, absl::Hours(9)));
  });
  while (slow_lookups == 0) usleep(1'000);
  host.clock.Advance(absl::Hours(2));
  Say("other name " + host.Ask(*engine));
  Say("close " + NameOf(engine->Close(absl::Seconds(5))));
  Say("stuck " + stuck.get());
  engine.reset();
  Say("gone_ms " + std::to_string(absl::ToInt64Milliseconds(SteadyNow() - begun)));
}

// Which clocks the timers of this process count on, as the kernel says it.
void Timers(Host& host) {
  const auto engine = host.Open();
  DIR* const folder = opendir("/proc/self/fdinfo");
  while (const dirent* entry = readdir(folder)) {
    std::ifstream info(std::string("/proc/self/fdinfo/") + entry->d_name);
    for (std::string line; std::getline(info, line);) {
      if (line.starts_with("clockid:")) Say("timer " + line);
    }
  }
  closedir(folder);
}

int Run(Arguments arguments) {
  // Kept for AwaitGo(); all else is as a program finds it.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const std::map<std::string, void (*)(Host&)> modes = {
      {"exit-static", ExitStatic},
      {"exit-leaked", ExitLeaked},
      {"exit-in-thread", ExitInThread},
      {"exit-in-callback", ExitInCallback},
      {"descriptors", ListDescriptors},
      {"exec", Exec},
      {"fork", Fork},
      {"fork-and-close", ForkAndClose},
      {"fork-in-writes", ForkInWrites},
      {"signals", Signals},
      {"broken-pipes", BrokenPipes},
      {"no-descriptors", NoDescriptors},
      {"no-threads", NoThreads},
      {"no-memory", NoMemory},
      {"no-system-calls", NoSystemCalls},
      {"close-busy", CloseBusy},
      {"slow-name", SlowName},
      {"timers", Timers},
  };
  const auto mode = modes.find(arguments["mode"]);
  if (mode == modes.end()) return 2;
  static Host& host = *new Host(std::move(arguments));
  mode->second(host);
  return 0;
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
  return joinpass::testing::Run(std::move(arguments));
}
