// What a request over TLS costs on a socket that stays, beside libcurl and what cannot be saved.

#include <doctest/doctest.h>
#include <spawn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <string>

#include "benchmarks/http_askers.h"
#include "http/client.h"
#include "joinpass/time.h"
#include "support/origin.h"
#include "support/tls_server.h"

extern char** environ;

namespace joinpass::testing {
namespace {

constexpr char kServe[] = "HTTP_BENCHMARK_SERVE";
constexpr char kOrigin[] = "HTTP_BENCHMARK_ORIGIN";
constexpr char kCaFile[] = "HTTP_BENCHMARK_CA_FILE";
constexpr char kAsker[] = "HTTP_BENCHMARK_ASKER";
constexpr char kRequests[] = "HTTP_BENCHMARK_REQUESTS";

const char* Setting(const char* name) { return std::getenv(name); }

std::string Answer() {
  const std::string body =
      R"({"id":"KDcuGIm1QgePTO8WbOqwIQ","first_name":"Jill","last_name":"Chill",)"
      R"("email":"jill@acme.example","type":2,"role_name":"Owner","pmi":3542471135,)"
      R"("use_pmi":false,"timezone":"Europe/Berlin","verified":1,)"
      R"("created_at":"2024-03-11T09:15:00Z","status":"active","language":"en-US"})";
  return "HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2029 00:00:00 GMT\r\nContent-Type: "
         "application/json;charset=UTF-8\r\nx-zm-trackingid: v=2.0;clid=us04;rid=WEB_"
         "0123456789abcdef0123456789abcdef\r\nX-RateLimit-Category: Light\r\nX-RateLimit-Type: "
         "QPS\r\nX-RateLimit-Limit: 80\r\nX-RateLimit-Remaining: 79\r\nConnection: "
         "keep-alive\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

void AnswerAll(TlsServer::Connection& connection) {
  const std::string answer = Answer();
  while (!connection.ReadRequest().empty()) {
    if (!connection.Send(answer)) return;
  }
}

// In a process of its own, so that what it costs is not counted.
class ServerProcess {
 public:
  ServerProcess() {
    int to[2];
    int from[2];
    REQUIRE(pipe(to) == 0);
    REQUIRE(pipe(from) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
    for (const int end : {to[1], from[0]}) posix_spawn_file_actions_addclose(&actions, end);
    setenv(kServe, "1", 1);
    std::array<char*, 2> arguments = {const_cast<char*>("http_benchmark"), nullptr};
    pid_t child = 0;
    REQUIRE(posix_spawn(&child, "/proc/self/exe", &actions, nullptr, arguments.data(), environ) ==
            0);
    unsetenv(kServe);
    posix_spawn_file_actions_destroy(&actions);
    close(to[0]);
    close(from[1]);
    stop_ = to[1];
    std::FILE* const said = fdopen(from[0], "r");
    std::array<char, 512> origin = {};
    std::array<char, 512> ca_file = {};
    while (std::fscanf(said, "server %511s %511s", origin.data(), ca_file.data()) != 2) {
      REQUIRE(std::fgetc(said) != EOF);
    }
    std::fclose(said);
    server_ = {.origin = origin.data(), .ca_file = ca_file.data()};
  }
  ~ServerProcess() { close(stop_); }

  const Server& server() const { return server_; }

 private:
  int stop_ = -1;
  Server server_;
};

int Rounds() {
  const char* const rounds = Setting("BENCHMARK_ROUNDS");
  return rounds == nullptr ? 21 : std::max(1, std::atoi(rounds));
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void Compare(const Server& server, int sockets) {
  constexpr int kBatch = 400;
  struct Row {
    std::string name;
    std::unique_ptr<Asker> asker;
    std::vector<double> time = {};
    std::vector<double> cpu = {};
    std::vector<double> time_ratio = {};
    std::vector<double> cpu_ratio = {};
    std::int64_t allocations = 0;
  };
  std::vector<Row> rows;
  for (const AskerKind& kind : AskerKinds()) {
    if (sockets > 1 && !kind.can_many) continue;
    rows.push_back({.name = kind.name, .asker = kind.make(server, sockets)});
    rows.back().asker->Ask(kBatch);  // opens its sockets
  }
  for (int round = 0; round < Rounds(); ++round) {
    for (Row& row : rows) {
      const SteadyTime begun = SteadyNow();
      const Costs costs = row.asker->Ask(kBatch);
      row.time.push_back(absl::ToDoubleMicroseconds(SteadyNow() - begun) / kBatch);
      row.cpu.push_back(costs.cpu_micros / kBatch);
      row.time_ratio.push_back(row.time.back() / rows[0].time.back());
      row.cpu_ratio.push_back(row.cpu.back() / rows[0].cpu.back());
      row.allocations += costs.allocations;
    }
  }
  std::printf("A GET on %d socket%s that stay%s (%d rounds)\n", sockets, sockets == 1 ? "" : "s",
              sockets == 1 ? "s" : "", Rounds());
  for (const Row& row : rows) {
    std::printf("  %-28s %7.1f us   x %.2f   CPU %6.1f us   x %.2f   %5.1f allocations\n",
                row.name.c_str(), Median(row.time), Median(row.time_ratio), Median(row.cpu),
                Median(row.cpu_ratio), static_cast<double>(row.allocations) / (kBatch * Rounds()));
  }
  std::printf("\n");
  std::fflush(stdout);
}

// For those who count instructions or system calls from outside: one asker, one socket.
void AskAlone(const Server& server) {
  for (const AskerKind& kind : AskerKinds()) {
    if (kind.name == Setting(kAsker)) kind.make(server, 1)->Ask(std::atoi(Setting(kRequests)));
  }
}

TEST_CASE("a server for the others" * doctest::skip(Setting(kServe) == nullptr)) {
  TlsServer server(AnswerAll);
  std::printf("server %s %s\n", server.origin().c_str(), TestCa::Get().file().c_str());
  std::fflush(stdout);
  char byte = 0;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
}

TEST_CASE("a request on a socket that stays" * doctest::skip(Setting(kServe) != nullptr)) {
  if (Setting(kOrigin) != nullptr) {
    return AskAlone({.origin = Setting(kOrigin), .ca_file = Setting(kCaFile)});
  }
  const ServerProcess process;
  Compare(process.server(), 1);
  Compare(process.server(), 32);
}

TEST_CASE("a socket that is opened again" * doctest::skip(Setting(kServe) != nullptr)) {
  if (Setting(kOrigin) != nullptr) return;
  constexpr int kMany = 200;
  TlsServer server(AnswerAll);
  auto loop = http::MakeIoLoop(base::SystemClock());
  http::ClientOptions options;
  options.ca_file = TestCa::Get().file();
  auto client = *http::OpenClient(options, *loop, base::SystemClock());
  const auto ask = [&]() -> base::Task<bool> {
    for (int i = 0; i < kMany; ++i) {
      message::Request request;
      request.origin = OriginOf(server.origin());
      request.target = "/";
      request.send_once = true;
      const auto response = co_await client->Send(request, SteadyNow() + absl::Seconds(60));
      if (!response.ok()) co_return false;
    }
    co_return true;
  };
  std::promise<bool> done;
  loop->Post([&] { base::Start<bool>(ask(), [&](bool good) { done.set_value(good); }); });
  CHECK(done.get_future().get());
  std::printf("Of %d sockets that were opened again %d resumed their TLS session (goal 99 %%)\n\n",
              kMany - 1, server.resumptions());
  CHECK(server.resumptions() * 100 >= (kMany - 1) * 99);
}

}  // namespace
}  // namespace joinpass::testing
