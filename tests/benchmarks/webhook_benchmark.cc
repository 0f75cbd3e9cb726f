// What it costs to take a webhook.

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "benchmarks/side_by_side.h"
#include "directory/webhook_receiver.h"
#include "support/engine_room.h"
#include "support/signed_webhook.h"
#include "zoom/webhook_event.h"

namespace joinpass::testing {
namespace {

constexpr char kSecret[] = "webhook-secret";
constexpr int kBatch = 100;

// As long as Zoom's example: 1.1 kB. Written as JSON.stringify() writes it, which rivet signs.
std::string Body(std::int64_t number, absl::Time at) {
  return absl::StrCat(
      R"({"event":"meeting.created","event_ts":)", absl::ToUnixMillis(at),
      R"(,"payload":{"account_id":"account-1","operator":"admin@example.com",)"
      R"("operator_id":"z8yCxjabcdEFGHfp8uQ","operation":"single","object":{)"
      R"("uuid":"4444AAAiAAAAAiAiAiiAii==","id":)",
      number,
      R"(,"host_id":"user-1","topic":"My Meeting","type":8,"start_time":"2021-07-13T21:44:51Z",)"
      R"("duration":60,"timezone":"America/Los_Angeles","join_url":"https://example.com",)"
      R"("password":"XYz@BC!D1087","pmi":"ABc$DE@F234","occurrences":[{"occurrence_id":)"
      R"("ABCDE12345","start_time":"2021-07-13T21:44:51Z","duration":60,"status":"available"}],)"
      R"("settings":{"use_pmi":true,"alternative_hosts":"althost1@example.com;althost2@example)"
      R"(.com","meeting_invitees":[{"email":"jchill@example.com"}],"join_before_host":true,)"
      R"("jbh_time":10},"recurrence":{"type":1,"repeat_interval":2,"end_times":5}}}})");
}

// The receiver of @zoom/rivet in a process of its own (rivet.cjs).
class Rivet {
 public:
  // Null: it is not installed where RIVET says.
  static std::unique_ptr<Rivet> Start(const std::string& body) {
    const char* folder = std::getenv("RIVET");
    if (folder == nullptr) return nullptr;
    auto rivet = std::unique_ptr<Rivet>(new Rivet());
    std::array<int, 2> in = {};
    std::array<int, 2> out = {};
    REQUIRE(pipe(in.data()) == 0);
    REQUIRE(pipe(out.data()) == 0);
    rivet->child_ = fork();
    if (rivet->child_ == 0) {
      dup2(in[0], STDIN_FILENO);
      dup2(out[1], STDOUT_FILENO);
      for (const int fd : {in[0], in[1], out[0], out[1]}) close(fd);
      execlp("node", "node", BENCHMARKS_FOLDER "/rivet.cjs", folder, nullptr);
      _exit(127);
    }
    close(in[0]);
    close(out[1]);
    rivet->to_ = in[1];
    rivet->from_ = fdopen(out[0], "r");
    rivet->Say(body);
    REQUIRE(rivet->Hear() == "ready\n");
    return rivet;
  }
  ~Rivet() {
    close(to_);
    waitpid(child_, nullptr, 0);
    std::fclose(from_);
  }

  void Take(int many) {
    Say(absl::StrCat(many));
    if (Hear() != "done\n") std::abort();
  }

 private:
  Rivet() = default;
  void Say(const std::string& line) {
    const std::string whole = line + "\n";
    if (write(to_, whole.data(), whole.size()) < 0) std::abort();
  }
  std::string Hear() {
    std::array<char, 64> line = {};
    return std::fgets(line.data(), line.size(), from_) == nullptr ? "" : line.data();
  }

  pid_t child_ = 0;
  int to_ = -1;
  std::FILE* from_ = nullptr;
};

struct Scene : EngineRoom {
  directory::ServingConsents consents{records};
  directory::WebhookReceiver receiver{
      records, consents, clock, {.later = [](std::function<void()> work) {
        work();
        return true;
      }}};
  const std::vector<Secret> secrets = {Secret(kSecret)};
  std::int64_t number = 80'000'000'000;

  Scene() {
    Connect(absl::Hours(9));
    store::AppRecord app = *records.GetApp("app_1");
    app.settings.webhook_secrets = secrets;
    REQUIRE(records.UpdateApp(app, clock.Now()).ok());
  }

  SignedWebhook Next() {
    return SignedWebhook("app_1", kSecret, Body(++number, clock.Now()), clock.Now());
  }
  void Take(const SignedWebhook& one, WebhookOutcome outcome) {
    if (receiver.Receive(one.Request()).outcome != outcome) std::abort();
  }
};

double PeakMegabytes() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

TEST_CASE("a webhook") {
  Scene scene;
  const SignedWebhook one = scene.Next();
  const WebhookRequest request = one.Request();
  const auto rivet = Rivet::Start(one.body);
  std::vector<SignedWebhook> fresh;
  std::vector<Contender> contenders = {
      {absl::StrCat(kBatch, " checked"), 1,
       [&] {
         for (int i = 0; i < kBatch; ++i) {
           const auto checked =
               zoom::CheckWebhook(scene.secrets, request.headers, one.body, scene.clock.Now());
           if (!checked.ok()) std::abort();
         }
       }},
      {absl::StrCat(kBatch, " checked and read"), 1,
       [&] {
         for (int i = 0; i < kBatch; ++i) {
           const auto checked =
               zoom::CheckWebhook(scene.secrets, request.headers, one.body, scene.clock.Now());
           if (!checked.ok() || !zoom::ReadWebhook(one.body).ok()) std::abort();
         }
       }},
      {absl::StrCat(kBatch, " known already"), 1,
       [&] {
         for (int i = 0; i < kBatch; ++i) scene.Take(one, WebhookOutcome::kDuplicate);
       }},
      {absl::StrCat(kBatch, " new ones, on the disk"), 1, [&] {
         for (int i = 0; i < kBatch; ++i) scene.Take(scene.Next(), WebhookOutcome::kApplied);
       }}};
  if (rivet) {
    contenders.push_back(
        {absl::StrCat(kBatch, " by @zoom/rivet, kept nowhere"), 1, [&] { rivet->Take(kBatch); }});
  } else {
    std::printf("  (without @zoom/rivet: RIVET names no folder where it is installed)\n");
  }
  scene.Take(one, WebhookOutcome::kApplied);
  RunSideBySide("A webhook of 1.1 kB", contenders);
}

TEST_CASE("a million webhooks") {
  const char* rounds = std::getenv("BENCHMARK_ROUNDS");
  const bool is_quick = rounds != nullptr && std::string(rounds) == "1";
  const int many = is_quick ? 1'000 : 1'000'000;
  Scene scene;
  for (int i = 0; i < many / 100; ++i) scene.Take(scene.Next(), WebhookOutcome::kApplied);
  const double before = PeakMegabytes();
  for (int i = 0; i < many; ++i) {
    scene.clock.Advance(absl::Milliseconds(50));
    const SignedWebhook one = scene.Next();
    scene.Take(one, WebhookOutcome::kApplied);
    if (i % 10 == 0) scene.Take(one, WebhookOutcome::kDuplicate);
  }
  std::printf("%d webhooks: memory above that after a hundredth of them, at the most: %.1f MiB\n",
              many, PeakMegabytes() - before);
}

}  // namespace
}  // namespace joinpass::testing
