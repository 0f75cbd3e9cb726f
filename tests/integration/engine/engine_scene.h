// An engine and a Zoom of its own, over TLS on loopback, with a clock that both
// share.

#ifndef JOINPASS_TESTS_INTEGRATION_ENGINE_ENGINE_SCENE_H_
#define JOINPASS_TESTS_INTEGRATION_ENGINE_ENGINE_SCENE_H_

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/random.h"
#include "engine/open.h"
#include "fake_zoom/fake_zoom.h"
#include "joinpass/engine.h"
#include "support/temp_folder.h"
#include "support/travel_clock.h"
#include "support/zoom_mood.h"

namespace joinpass::testing {

// Of the example world.
inline constexpr char kJill[] = "jill@acme.example";
inline constexpr char kHank[] = "hank@globex.example";
inline constexpr char kClientId[] = "example-client";
inline constexpr char kJillsMeeting[] = "https://acme.zoom.us/j/97763643886?pwd=123456";
inline constexpr char kJillsRoom[] = "https://acme.zoom.us/j/3542471135?pwd=518233";
inline constexpr char kHanksMeeting[] = "https://us02web.zoom.us/j/88230014577?pwd=335577";
inline constexpr char kNorasMeeting[] = "https://us02web.zoom.us/j/81960402731?pwd=112358";

inline std::string NameOf(const absl::Status& status) {
  return status.ok() ? "ok" : std::string(ReasonName(ReasonOf(status)));
}
template <typename T>
std::string NameOf(const absl::StatusOr<T>& value) {
  return NameOf(value.status());
}

// The system's, but for what is left to chance: that is the least of all.
class LeastFraction final : public base::Random {
 public:
  void Fill(std::span<unsigned char> out) override {
    base::SystemRandom().Fill(out);
    if (out.size() == sizeof(std::uint64_t)) std::fill(out.begin(), out.end(), 0);
  }
};

struct EngineScene {
  TempFolder folder;
  TravelClock clock;
  LeastFraction least_fraction;
  base::Random* random = &base::SystemRandom();
  std::unique_ptr<fake_zoom::FakeZoom> zoom;
  std::unique_ptr<Engine> engine;
  std::string app_id;
  base::Mutex heard_mutex;

  // What the listener for changes of health was told: "healthy>paused …".
  std::string heard;

  // What it was told of syncs.
  std::vector<SyncProgress> syncs;
  base::CondVar sync_heard;

  explicit EngineScene(fake_zoom::Options options = {}, AppKind kind = AppKind::kUserManaged) {
    if (options.world_json.empty()) options.world_file = FAKE_ZOOM_EXAMPLE_WORLD;
    auto started = fake_zoom::FakeZoom::Start(InMood(options));
    REQUIRE(NameOf(started) == "ok");
    zoom = *std::move(started);
    Reopen();
    AppSettings settings;
    settings.kind = kind;
    settings.client_id = kClientId;
    settings.client_secret = Secret("example-secret");
    const auto created = engine->apps().Create(settings);
    REQUIRE(NameOf(created) == "ok");
    app_id = *created;
  }

  EngineOptions Options() {
    EngineOptions options;
    options.store_folder = folder / "store";
    options.oauth_origin = zoom->origin();
    options.api_origin = zoom->origin();
    options.ca_file = zoom->ca_file();
    options.on_health_change = [this](const HealthChange& change) {
      base::MutexLock lock(heard_mutex);
      heard +=
          std::string(HealthName(change.from)) + ">" + std::string(HealthName(change.to)) + " ";
    };
    options.on_sync_progress = [this](const SyncProgress& progress) {
      base::MutexLock lock(heard_mutex);
      syncs.push_back(progress);
      sync_heard.NotifyAll();
    };
    return options;
  }

  absl::StatusOr<std::unique_ptr<Engine>> Open() {
    return engine::OpenWith(Options(), clock, *random);
  }
  // What is minted ahead of a join is so 50 s before it.
  void MintAheadEarly() {
    random = &least_fraction;
    Reopen();
  }

  void Reopen() {
    engine.reset();
    auto opened = Open();
    REQUIRE(NameOf(opened) == "ok");
    engine = *std::move(opened);
  }

  void Advance(absl::Duration by) {
    zoom->Advance(by);
    clock.Advance(by);
  }

  // The next call of `endpoint` is acted on, and answered after zoom->Release().
  void Hold(const char* endpoint) {
    fake_zoom::Fault hold;
    hold.endpoint = endpoint;
    hold.kind = fake_zoom::FaultKind::kHold;
    REQUIRE(zoom->SetFault(hold).ok());
  }

  // Where Zoom sends the browser of somebody who has decided.
  std::string Redirect(const std::string& email,
                       fake_zoom::Decision decision = fake_zoom::Decision::kAllow,
                       ExpectedConsenter expected = {}) {
    ConnectRequest request;
    request.app_id = app_id;
    request.expected = std::move(expected);
    request.redirect_uri = "http://127.0.0.1:8765/oauth/callback";
    request.bound_to = "cookie";
    const auto start = engine->credentials().BeginConnect(request);
    REQUIRE(NameOf(start) == "ok");
    const auto redirect = fake_zoom::Consent(*zoom, start->authorize_url, email, decision);
    REQUIRE(NameOf(redirect) == "ok");
    return *redirect;
  }

  absl::StatusOr<Credential> TryConnect(
      const std::string& email, fake_zoom::Decision decision = fake_zoom::Decision::kAllow) {
    const std::string redirect = Redirect(email, decision);
    return engine->credentials().FinishConnect(redirect, "cookie", absl::Seconds(20));
  }

  // Connects and syncs; gives the credential's id.
  std::string Connect(const std::string& email) {
    const auto credential = TryConnect(email);
    REQUIRE(NameOf(credential) == "ok");
    REQUIRE(NameOf(Sync(credential->id)) == "ok");
    return credential->id;
  }

  absl::StatusOr<SyncReport> Sync(const std::string& id) {
    return engine->directory().Sync(id, absl::Seconds(20));
  }

  // Blocks until this much was told of syncs.
  void AwaitSyncs(std::size_t count) {
    base::MutexLock lock(heard_mutex);
    while (syncs.size() < count) sync_heard.Wait(heard_mutex);
  }
  std::size_t SyncsHeard() {
    base::MutexLock lock(heard_mutex);
    return syncs.size();
  }

  Credential Get(const std::string& id) {
    const auto credential = engine->credentials().Get(id);
    REQUIRE(NameOf(credential) == "ok");
    return *credential;
  }

  static JoinRequest RequestFor(std::string_view link, Need recording = Need::kRequired) {
    JoinRequest request;
    request.link = *MeetingLink::Parse(link);
    request.recording = recording;
    return request;
  }

  absl::StatusOr<JoinPass> Prepare(JoinRequest request) {
    return engine->Prepare(std::move(request), absl::Seconds(20));
  }

  // What comes of preparing a join whose recording token is required.
  std::string Outcome(std::string_view link) { return NameOf(Prepare(RequestFor(link))); }

  fake_zoom::RedeemAnswer Redeem(const JoinPass& pass) {
    fake_zoom::RedeemRequest request;
    request.client_id = kClientId;
    request.meeting_number = static_cast<std::int64_t>(pass.meeting_number());
    request.recording_token = std::string(pass.recording_token().Reveal());
    request.zak = std::string(pass.zak().Reveal());
    request.on_behalf_token = std::string(pass.on_behalf_token().Reveal());
    request.passcode = std::string(pass.passcode().Reveal());
    return zoom->Redeem(request);
  }
};

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_INTEGRATION_ENGINE_ENGINE_SCENE_H_
