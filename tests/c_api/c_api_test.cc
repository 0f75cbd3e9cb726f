// The C API, call by call. (main_job_test has whole programs.)

#include <doctest/doctest.h>

#include <cstddef>
#include <cstring>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/mutex.h"
#include "fake_zoom/fake_zoom.h"
#include "joinpass/joinpass_c.h"
#include "support/freed_bytes.h"
#include "support/signed_webhook.h"
#include "support/temp_folder.h"

namespace joinpass {
namespace {

using testing::FreedBytes;
using testing::TempFolder;

constexpr char kJill[] = "jill@acme.example";
constexpr char kJillsMeeting[] = "https://acme.zoom.us/j/97763643886?pwd=123456";
constexpr char kNorasMeeting[] = "https://us02web.zoom.us/j/81960402731";
constexpr std::int64_t kTimeout = 20'000;

// "ok", or the reason; frees it.
std::string Name(joinpass_error* error) {
  if (error == nullptr) return "ok";
  std::string name = joinpass_error_reason(error);
  joinpass_error_free(error);
  return name;
}
std::string Message(joinpass_error* error) {
  REQUIRE(error != nullptr);
  std::string message = joinpass_error_message(error);
  joinpass_error_free(error);
  return message;
}

// Takes what a call gave.
std::string Take(char* text) {
  REQUIRE(text != nullptr);
  std::string taken = text;
  joinpass_string_free(text);
  return taken;
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

template <typename Struct>
Struct Sized() {
  Struct made = {};
  made.struct_size = sizeof made;
  return made;
}

struct CScene {
  TempFolder folder;
  std::string store = folder / "store";
  std::unique_ptr<fake_zoom::FakeZoom> zoom;
  std::string origin;
  std::string ca_file;
  joinpass_engine* engine = nullptr;
  std::string app_id;

  // What the callbacks were told.
  base::Mutex mutex;
  base::CondVar posted;
  std::deque<std::function<void()>> work;
  std::vector<std::string> told;
  std::string keys;
  std::string key_failure;

  CScene() {
    fake_zoom::Options options;
    options.world_file = FAKE_ZOOM_EXAMPLE_WORLD;
    auto started = fake_zoom::FakeZoom::Start(options);
    REQUIRE(started.ok());
    zoom = *std::move(started);
    origin = zoom->origin();
    ca_file = zoom->ca_file();
  }
  ~CScene() { joinpass_engine_free(engine); }

  joinpass_engine_options Options() {
    auto options = Sized<joinpass_engine_options>();
    options.store_folder = store.c_str();
    options.oauth_origin = origin.c_str();
    options.api_origin = origin.c_str();
    options.ca_file = ca_file.c_str();
    options.user_data = this;
    options.post = [](void* scene, void (*run)(void*), void* argument) {
      auto& self = *static_cast<CScene*>(scene);
      base::MutexLock lock(self.mutex);
      self.work.push_back([run, argument] { run(argument); });
      self.posted.NotifyAll();
    };
    options.on_notice = [](void* scene, const char* name, const char*) { Tell(scene, name); };
    options.on_health_change = [](void* scene, const char*, const char*, const char* from,
                                  const char* to, const char* cause, std::int64_t at_ms) {
      CHECK(at_ms > 0);
      Tell(scene, std::string(from) + ">" + to + ":" + cause);
    };
    return options;
  }
  static void Tell(void* scene, std::string what) {
    auto& self = *static_cast<CScene*>(scene);
    base::MutexLock lock(self.mutex);
    self.told.push_back(std::move(what));
  }

  // As a main loop does: waits for the next thing, and does it.
  void RunOne() {
    std::function<void()> next;
    {
      base::MutexLock lock(mutex);
      while (work.empty()) posted.Wait(mutex);
      next = std::move(work.front());
      work.pop_front();
    }
    next();
  }

  void Open() {
    const joinpass_engine_options options = Options();
    REQUIRE(Name(joinpass_engine_open(&options, &engine)) == "ok");
  }

  joinpass_app_settings Settings() {
    auto settings = Sized<joinpass_app_settings>();
    settings.client_id = "example-client";
    settings.client_secret = "example-secret";
    return settings;
  }

  // An engine with an app and Jill's consent; gives its id.
  std::string Connect() {
    Open();
    const auto settings = Settings();
    char* id = nullptr;
    REQUIRE(Name(joinpass_app_create(engine, &settings, &id)) == "ok");
    app_id = Take(id);
    auto request = Sized<joinpass_connect_request>();
    request.app_id = app_id.c_str();
    request.redirect_uri = "http://127.0.0.1:8765/oauth/callback";
    request.bound_to = "cookie";
    char* url = nullptr;
    std::int64_t expires_at_ms = 0;
    REQUIRE(Name(joinpass_connect_begin(engine, &request, &url, &expires_at_ms)) == "ok");
    CHECK(expires_at_ms > absl::ToUnixMillis(absl::Now()));
    const auto redirect = fake_zoom::Consent(*zoom, Take(url), kJill, fake_zoom::Decision::kAllow);
    REQUIRE(redirect.ok());
    char* json = nullptr;
    REQUIRE(Name(joinpass_connect_finish(engine, redirect->c_str(), "cookie", kTimeout, &id,
                                         &json)) == "ok");
    CHECK(Has(Take(json), "\"email\":\"jill@acme.example\""));
    std::string credential_id = Take(id);
    REQUIRE(Name(joinpass_directory_sync(engine, credential_id.c_str(), kTimeout, &json)) == "ok");
    CHECK(Has(Take(json), "\"meetings\":4"));
    return credential_id;
  }

  joinpass_join_request Request(const char* link = kJillsMeeting) {
    auto request = Sized<joinpass_join_request>();
    request.link = link;
    request.recording = JOINPASS_NEED_REQUIRED;
    return request;
  }
  joinpass_session* Begin(const joinpass_join_request& request) {
    joinpass_session* session = nullptr;
    REQUIRE(Name(joinpass_session_begin(engine, &request, &session)) == "ok");
    return session;
  }
};

TEST_SUITE("C API") {
  TEST_CASE("says its version, and lets go of nothing") {
    CHECK(std::string(joinpass_version()) == JOINPASS_C_TEST_VERSION);
    joinpass_string_free(nullptr);
    joinpass_error_free(nullptr);
    joinpass_engine_free(nullptr);
    joinpass_session_free(nullptr);
    joinpass_pass_free(nullptr);
    CHECK(std::string(joinpass_error_reason(nullptr)).empty());
    CHECK(std::string(joinpass_error_description(nullptr)).empty());
    CHECK(joinpass_error_zoom_code(nullptr) == 0);
  }

  TEST_CASE_FIXTURE(CScene, "refuses what is wrong, names it, and gives nothing then") {
    auto* nothing = reinterpret_cast<joinpass_engine*>(&store);
    joinpass_engine* out = nothing;
    CHECK(Message(joinpass_engine_open(nullptr, &out)) == "c_api: a struct is missing");
    CHECK(out == nullptr);
    joinpass_engine_options options = {};
    out = nothing;
    CHECK(Message(joinpass_engine_open(&options, &out)) == "c_api: struct_size is not set");
    options.struct_size = static_cast<std::size_t>(-1);
    CHECK(Message(joinpass_engine_open(&options, &out)) == "c_api: struct_size is no size");
    options.struct_size = offsetof(joinpass_engine_options, key_file) + 4;  // half a pointer
    CHECK(Message(joinpass_engine_open(&options, &out)) == "c_api: struct_size is no size");
    CHECK(out == nullptr);
    options = Options();
    options.plan = 7;
    CHECK(Message(joinpass_engine_open(&options, &out)) ==
          "c_api: plan is none of JOINPASS_PLAN_…");
    options = Options();
    options.rate_limits = -1;
    CHECK(Has(Message(joinpass_engine_open(&options, &out)), "rate_limits"));
    options = Options();
    options.store_folder = "";
    CHECK(Has(Message(joinpass_engine_open(&options, &out)), "store_folder"));

    Open();
    char* text = store.data();
    CHECK(Name(joinpass_app_create(engine, nullptr, &text)) == "invalid_argument");
    CHECK(text == nullptr);
    auto settings = Settings();
    settings.kind = 2;
    CHECK(Has(Message(joinpass_app_create(engine, &settings, &text)), "JOINPASS_APP_"));
    for (const std::int64_t bad : {std::int64_t{-1}, std::int64_t{24 * 3600 * 1000 + 1}}) {
      CHECK(Has(Message(joinpass_engine_close(engine, bad)), "timeout_ms"));
      CHECK(Has(Message(joinpass_engine_upkeep(engine, bad, &text)), "timeout_ms"));
      CHECK(Has(Message(joinpass_directory_sync(engine, "cred_1", bad, &text)), "timeout_ms"));
    }
    joinpass_session* session = nullptr;
    auto request = Request("https://example.com/j/1");
    CHECK(Name(joinpass_session_begin(engine, &request, &session)) == "not_a_meeting_link");
    request = Request();
    request.recording = 4;
    CHECK(Has(Message(joinpass_session_begin(engine, &request, &session)), "recording is none"));
    request = Request();
    request.identity_need = -1;
    CHECK(Has(Message(joinpass_session_begin(engine, &request, &session)), "identity_need"));
    request = Request();
    request.identity = 3;
    CHECK(Has(Message(joinpass_session_begin(engine, &request, &session)), "identity is none"));
    CHECK(session == nullptr);
  }

  TEST_CASE_FIXTURE(CScene, "takes the struct of an older program, which ends before") {
    joinpass_engine_options options = Options();
    options.struct_size = offsetof(joinpass_engine_options, post);
    options.plan = JOINPASS_PLAN_FREE;
    options.post =
        reinterpret_cast<joinpass_post>(this);  // this and the rest are none of the struct
    REQUIRE(Name(joinpass_engine_open(&options, &engine)) == "ok");
    CHECK(told.empty());  // of the new store
    auto next = Sized<joinpass_next_step>();
    next.struct_size = offsetof(joinpass_next_step, wait_ms);
    next.wait_ms = 77;
    joinpass_session* session = Begin(Request());
    CHECK(Name(joinpass_session_report(session, JOINPASS_SDK_STATUS_CHANGED, 7, 2, &next)) ==
          "meeting_over");
    CHECK(next.step == JOINPASS_STEP_STOP);
    CHECK(next.wait_ms == 77);
    CHECK(Has(Message(joinpass_session_report(session, 9, 0, 0, &next)), "JOINPASS_SDK_"));
    CHECK(next.step == JOINPASS_STEP_GO_ON);
    CHECK(Has(Message(joinpass_session_report(session, 2, 1, 0, nullptr)), "next is missing"));
    joinpass_session_free(session);
  }

  TEST_CASE_FIXTURE(CScene, "takes the struct of a newer program, which knows more") {
    struct Newer {
      joinpass_engine_options options;
      std::int64_t unknown = 0;
    } newer = {Options(), 7};
    newer.options.struct_size = sizeof newer;
    CHECK(Has(Message(joinpass_engine_open(&newer.options, &engine)), "does not know"));
    newer.unknown = 0;
    CHECK(Name(joinpass_engine_open(&newer.options, &engine)) == "ok");
    struct NewerStep {
      joinpass_next_step next = {};
      std::int64_t unknown = 7;
    } step;
    step.next.struct_size = sizeof step;
    joinpass_session* session = Begin(Request());
    CHECK(Name(joinpass_session_report(session, JOINPASS_SDK_AUTHENTICATED, 0, 0, &step.next)) ==
          "ok");
    CHECK(step.unknown == 0);
    joinpass_session_free(session);
  }

  TEST_CASE_FIXTURE(CScene, "gets its keys from a callback") {
    joinpass_engine_options options = Options();
    options.give_keys = [](void* scene, joinpass_keys_answer* answer) {
      auto& self = *static_cast<CScene*>(scene);
      if (!self.keys.empty()) joinpass_keys_answer_give(answer, self.keys.c_str());
      if (!self.key_failure.empty()) {
        joinpass_keys_answer_fail(answer, self.key_failure.c_str());
      }
    };
    CHECK(Name(joinpass_engine_open(&options, &engine)) != "ok");
    key_failure = "the vault is closed";
    CHECK(Has(Message(joinpass_engine_open(&options, &engine)), "the vault is closed"));
    key_failure.clear();
    char* line = nullptr;
    REQUIRE(Name(joinpass_new_key_line(&line)) == "ok");
    keys = Take(line);
    REQUIRE(Name(joinpass_engine_open(&options, &engine)) == "ok");
    const auto settings = Settings();
    char* id = nullptr;
    CHECK(Name(joinpass_app_create(engine, &settings, &id)) == "ok");
    joinpass_string_free(id);
  }

  TEST_CASE_FIXTURE(CScene, "keeps apps") {
    Open();
    auto settings = Settings();
    const char* secrets[] = {"one", "two"};
    settings.webhook_secrets = secrets;
    settings.webhook_secret_count = 2;
    settings.kind = JOINPASS_APP_ACCOUNT_MANAGED;
    char* id = nullptr;
    REQUIRE(Name(joinpass_app_create(engine, &settings, &id)) == "ok");
    const std::string app = Take(id);
    char* json = nullptr;
    REQUIRE(Name(joinpass_app_list(engine, &json)) == "ok");
    const std::string apps = Take(json);
    CHECK(Has(apps, "\"id\":\"" + app + "\",\"kind\":\"account_managed\""));
    CHECK(Has(apps, "\"webhook_secrets\":2,\"paused_since\":null"));
    CHECK_FALSE(Has(apps, "example-secret"));
    settings.webhook_secret_count = 0;
    CHECK(Name(joinpass_app_update(engine, app.c_str(), &settings)) == "ok");
    CHECK(Name(joinpass_app_remove(engine, app.c_str())) == "ok");
    CHECK(Name(joinpass_app_remove(engine, app.c_str())) == "app_unknown");
    CHECK(Name(joinpass_app_update(engine, nullptr, &settings)) == "app_unknown");
  }

  TEST_CASE_FIXTURE(CScene, "tells of credentials, and of what befalls them") {
    const std::string id = Connect();
    char* json = nullptr;
    REQUIRE(Name(joinpass_credential_list(engine, nullptr, &json)) == "ok");
    CHECK(Has(Take(json), "[{\"id\":\"" + id + "\""));
    REQUIRE(Name(joinpass_credential_list(engine, "app_none", &json)) == "ok");
    CHECK(Take(json) == "[]");
    REQUIRE(Name(joinpass_credential_get(engine, id.c_str(), &json)) == "ok");
    CHECK(Has(Take(json), "\"health\":\"healthy\""));
    REQUIRE(Name(joinpass_credential_log(engine, id.c_str(), &json)) == "ok");
    CHECK(Has(Take(json), "\"kind\":\"connected\""));
    char* token = nullptr;
    std::int64_t expires_at_ms = 0;
    char* api_origin = nullptr;
    REQUIRE(Name(joinpass_credential_access_token(engine, id.c_str(), kTimeout, &token, &api_origin,
                                                  &expires_at_ms)) == "ok");
    CHECK(Take(token).size() > 20);
    CHECK(Take(api_origin) == origin);
    CHECK(expires_at_ms > absl::ToUnixMillis(absl::Now()) + 120'000);

    REQUIRE(zoom->RevokeConsent("example-client", kJill).ok());
    REQUIRE(Name(joinpass_credential_validate(engine, id.c_str(), kTimeout, &json)) == "ok");
    CHECK(Has(Take(json), "\"health\":\"reauthorization_required\""));
    {
      base::MutexLock lock(mutex);
      CHECK(told.back() == "healthy>reauthorization_required:revoked_or_expired");
    }
    REQUIRE(Name(joinpass_credential_disconnect(engine, id.c_str(), kTimeout, &json)) == "ok");
    CHECK(Has(Take(json), "\"revoked\":"));
    CHECK(Name(joinpass_credential_get(engine, id.c_str(), &json)) == "credential_unknown");
    CHECK(json == nullptr);
  }

  TEST_CASE_FIXTURE(CScene, "tells who hosts a meeting, and whether a join would go well") {
    const std::string id = Connect();
    char* text = nullptr;
    REQUIRE(Name(joinpass_directory_resolve(engine, kJillsMeeting, &text)) == "ok");
    const std::string resolution = Take(text);
    CHECK(Has(resolution,
              "{\"meeting_number\":97763643886,\"candidates\":[{\"credential_id\":\"" + id + "\""));
    CHECK(Has(resolution, "\"rule\":\"scheduled\""));
    CHECK(Name(joinpass_directory_resolve(engine, kNorasMeeting, &text)) == "host_not_connected");
    REQUIRE(Name(joinpass_directory_explain(engine, kJillsMeeting, &text)) == "ok");
    CHECK(Has(Take(text), id));
    REQUIRE(Name(joinpass_directory_sync_progress(engine, id.c_str(), &text)) == "ok");
    CHECK(Has(Take(text), "\"state\":\"completed\""));
    const auto request = Request();
    REQUIRE(Name(joinpass_engine_check(engine, &request, kTimeout, &text)) == "ok");
    CHECK(Has(Take(text), "{\"all_can_be_had\":true"));
    REQUIRE(Name(joinpass_engine_upkeep(engine, kTimeout, &text)) == "ok");
    CHECK(Take(text) == "{\"refreshed\":0,\"settled\":0,\"disconnected\":0,\"failed\":0}");
  }

  TEST_CASE_FIXTURE(CScene, "gives an error all that is known of it") {
    const std::string id = Connect();
    REQUIRE(zoom->SetLocalRecording(kJill, fake_zoom::Setting::kOff).ok());
    joinpass_session* session = Begin(Request());
    joinpass_pass* pass = nullptr;
    joinpass_error* error = joinpass_session_mint(session, kTimeout, &pass);
    REQUIRE(error != nullptr);
    CHECK(pass == nullptr);
    CHECK(std::string(joinpass_error_reason(error)) == "local_recording_disabled");
    CHECK(std::string(joinpass_error_cause(error)).empty());
    CHECK(joinpass_error_http_status(error) == 400);
    CHECK(joinpass_error_zoom_code(error) == 3000);
    CHECK_FALSE(std::string(joinpass_error_tracking_id(error)).empty());
    CHECK(joinpass_error_retry_at_ms(error) == 0);
    CHECK(Has(joinpass_error_description(error), "local_recording_disabled"));
    joinpass_error_free(error);
    joinpass_session_free(session);
  }

  TEST_CASE_FIXTURE(CScene, "gives what a pass lacks, and null for it") {
    Connect();
    auto request = Request(kNorasMeeting);
    request.recording = JOINPASS_NEED_DEFAULT;
    joinpass_session* session = Begin(request);
    joinpass_pass* pass = nullptr;
    REQUIRE(Name(joinpass_session_mint(session, kTimeout, &pass)) == "ok");
    CHECK(joinpass_pass_meeting_number(pass) == 81960402731);
    CHECK(joinpass_pass_recording_token(pass) == nullptr);
    CHECK(joinpass_pass_zak(pass) == nullptr);
    CHECK(joinpass_pass_on_behalf_token(pass) == nullptr);
    CHECK(joinpass_pass_passcode(pass) == nullptr);
    CHECK(joinpass_pass_customer_key(pass) == nullptr);
    CHECK(joinpass_pass_registrant_token(pass) == nullptr);
    CHECK(joinpass_pass_recording_credential_id(pass) == nullptr);
    CHECK(joinpass_pass_identity_credential_id(pass) == nullptr);
    CHECK(joinpass_pass_recording_ms_left(pass) == 0);
    CHECK(joinpass_pass_identity_ms_left(pass) == 0);
    REQUIRE(joinpass_pass_shortfall_count(pass) == 1);
    CHECK(std::string(joinpass_pass_shortfall_part(pass, 0)) == "recording_token");
    CHECK(std::string(joinpass_error_reason(joinpass_pass_shortfall_error(pass, 0))) ==
          "host_not_connected");
    CHECK(joinpass_pass_shortfall_part(pass, 1) == nullptr);
    CHECK(joinpass_pass_shortfall_error(pass, 1) == nullptr);
    joinpass_pass_free(pass);
    joinpass_session_free(session);
  }

  TEST_CASE_FIXTURE(CScene, "passes all fields of a request on") {
    const std::string credential_id = Connect();
    auto request = Request("https://acme.zoom.us/j/97763643886?pwd=123456&tk=registrant");
    const char* hints[] = {kJill};
    const char* users[] = {"nobody@acme.example", kJill};
    request.host_hints = hints;
    request.host_hint_count = 1;
    request.identity = JOINPASS_IDENTITY_ON_BEHALF_OF;
    request.identity_users = users;
    request.identity_user_count = 2;
    request.display_name = "Notes";
    request.customer_key = "customer-1";
    request.bypass_waiting_room = true;
    joinpass_session* session = Begin(request);
    joinpass_pass* pass = nullptr;
    REQUIRE(Name(joinpass_session_mint(session, kTimeout, &pass)) == "ok");
    CHECK(std::string(joinpass_pass_display_name(pass)) == "Notes");
    CHECK(std::string(joinpass_pass_customer_key(pass)) == "customer-1");
    CHECK(std::string(joinpass_pass_passcode(pass)) == "123456");
    CHECK(std::string(joinpass_pass_registrant_token(pass)) == "registrant");
    CHECK(joinpass_pass_on_behalf_token(pass) != nullptr);
    CHECK(joinpass_pass_zak(pass) == nullptr);
    CHECK(std::string(joinpass_pass_recording_credential_id(pass)) == credential_id);
    CHECK(std::string(joinpass_pass_identity_credential_id(pass)) == credential_id);
    CHECK(joinpass_pass_recording_ms_left(pass) > 60'000);
    CHECK(joinpass_pass_recording_ms_left(pass) <= 120'000);
    CHECK(joinpass_pass_identity_ms_left(pass) > 60'000);
    joinpass_pass_free(pass);
    joinpass_session_free(session);
  }

  TEST_CASE_FIXTURE(CScene, "wipes what it gave when it is freed") {
    if (!FreedBytes::kCanLook) return;
    const std::string id = Connect();
    joinpass_session* session = Begin(Request());
    joinpass_pass* pass = nullptr;
    REQUIRE(Name(joinpass_session_mint(session, kTimeout, &pass)) == "ok");
    const auto check_wiped = [](const std::string& secret, auto let_go) {
      // The end: a JWT begins as all do.
      FreedBytes freed(secret.size() > 40 ? secret.substr(secret.size() - 40) : secret);
      freed.WatchThisThread();
      let_go();
      CHECK(freed.hits() == 0);
    };
    check_wiped(joinpass_pass_recording_token(pass), [&] { joinpass_pass_free(pass); });
    char* token = nullptr;
    REQUIRE(Name(joinpass_credential_access_token(engine, id.c_str(), kTimeout, &token, nullptr,
                                                  nullptr)) == "ok");
    check_wiped(token, [&] { joinpass_string_free(token); });
    char* jwt = nullptr;
    REQUIRE(Name(joinpass_sdk_jwt("key", "secret", 0, &jwt)) == "ok");
    check_wiped(jwt, [&] { joinpass_string_free(jwt); });
    joinpass_session_free(session);
  }

  TEST_CASE_FIXTURE(CScene, "mints without blocking, and calls back where the program says") {
    Connect();
    joinpass_session* session = Begin(Request());
    struct Minted {
      int times = 0;
      std::string error;
      joinpass_pass* pass = nullptr;
    } minted;
    const joinpass_on_minted done = [](void* data, joinpass_error* error, joinpass_pass* pass) {
      auto& mine = *static_cast<Minted*>(data);
      ++mine.times;
      mine.error = Name(error);
      mine.pass = pass;
    };
    CHECK(Has(Message(joinpass_session_mint_async(session, kTimeout, nullptr, nullptr)), "done"));
    CHECK(Has(Message(joinpass_session_mint_async(session, -1, done, &minted)), "timeout_ms"));
    REQUIRE(Name(joinpass_session_mint_async(session, kTimeout, done, &minted)) == "ok");
    CHECK(minted.times == 0);
    RunOne();
    CHECK(minted.times == 1);
    CHECK(minted.error == "ok");
    REQUIRE(minted.pass != nullptr);
    CHECK(joinpass_pass_recording_token(minted.pass) != nullptr);
    joinpass_pass_free(minted.pass);

    REQUIRE(Name(joinpass_engine_close(engine, kTimeout)) == "ok");
    REQUIRE(Name(joinpass_session_mint_async(session, kTimeout, done, &minted)) == "ok");
    {
      base::MutexLock lock(mutex);
      if (!work.empty()) work.front()();
    }
    CHECK(minted.times == 2);
    CHECK(minted.error == "cancelled");
    CHECK(minted.pass == nullptr);
    joinpass_session_free(session);
  }

  TEST_CASE_FIXTURE(CScene, "a session outlives its engine, and its calls fail") {
    Connect();
    joinpass_session* session = Begin(Request());
    joinpass_engine_free(std::exchange(engine, nullptr));
    joinpass_pass* pass = nullptr;
    CHECK(Name(joinpass_session_mint(session, kTimeout, &pass)) == "cancelled");
    auto next = Sized<joinpass_next_step>();
    CHECK(Name(joinpass_session_report(session, JOINPASS_SDK_STATUS_CHANGED, 6, 500, &next)) ==
          "sdk_failed");
    joinpass_session_free(session);
  }

  TEST_CASE_FIXTURE(CScene, "knows every kind of outcome, and every step") {
    Connect();
    joinpass_session* session = Begin(Request());
    auto next = Sized<joinpass_next_step>();
    const auto report = [&](int kind, int code, int result) {
      const std::string name = Name(joinpass_session_report(session, kind, code, result, &next));
      return name + " " + std::to_string(next.step);
    };
    CHECK(report(JOINPASS_SDK_AUTHENTICATED, 6, 0) == "sdk_failed 8");
    CHECK(next.wait_ms > 0);
    CHECK_FALSE(next.joins_again);
    CHECK(report(JOINPASS_SDK_AUTHENTICATED, 0, 0) == "ok 0");
    CHECK(report(JOINPASS_SDK_JOIN_RETURNED, 0, 0) == "ok 0");
    CHECK(report(JOINPASS_SDK_STATUS_CHANGED, 3, 0) == "ok 2");
    CHECK(report(JOINPASS_SDK_RECORDING_RETURNED, 12, 0) == "recording_denied 2");
    CHECK(report(JOINPASS_SDK_PRIVILEGE_CHANGED, 1, 0) == "ok 1");
    CHECK(report(JOINPASS_SDK_PRIVILEGE_ANSWERED, 0, 0) == "ok 1");
    CHECK(report(JOINPASS_SDK_CONNECT_TIMED_OUT, 0, 0) == "sdk_failed 3");
    CHECK(next.joins_again);
    joinpass_session_free(session);
  }

  TEST_CASE_FIXTURE(CScene, "receives webhooks") {
    Open();
    auto settings = Settings();
    const char* secrets[] = {"hook-secret"};
    settings.webhook_secrets = secrets;
    settings.webhook_secret_count = 1;
    char* id = nullptr;
    REQUIRE(Name(joinpass_app_create(engine, &settings, &id)) == "ok");
    app_id = Take(id);
    const std::string body =
        R"({"event":"endpoint.url_validation","payload":{"plainToken":"abc"},"event_ts":1})";
    const testing::SignedWebhook signed_one(app_id, "hook-secret", body, absl::Now());
    const joinpass_header headers[] = {{"x-zm-request-timestamp", signed_one.timestamp.c_str()},
                                       {"x-zm-signature", signed_one.signature.c_str()}};
    int http_status = 0;
    char* content_type = nullptr;
    char* answer = nullptr;
    char* outcome = nullptr;
    REQUIRE(
        Name(joinpass_webhook_receive(engine, app_id.c_str(), headers, 2, body.data(), body.size(),
                                      &http_status, &content_type, &answer, &outcome)) == "ok");
    CHECK(http_status == 200);
    CHECK(Has(Take(content_type), "json"));
    CHECK(Has(Take(answer), "encryptedToken"));
    CHECK(Has(Take(outcome), "{\"outcome\":\"challenge\""));
    REQUIRE(
        Name(joinpass_webhook_receive(engine, app_id.c_str(), nullptr, 0, body.data(), body.size(),
                                      &http_status, &content_type, &answer, nullptr)) == "ok");
    CHECK(http_status == 401);
    CHECK(Take(content_type).empty());
    CHECK(Take(answer).empty());
  }

  TEST_CASE("makes the SDK's JWT") {
    char* jwt = nullptr;
    REQUIRE(Name(joinpass_sdk_jwt("key", "secret", 3600, &jwt)) == "ok");
    CHECK(Has(Take(jwt), "eyJ"));
    CHECK(Name(joinpass_sdk_jwt("key", nullptr, 0, &jwt)) == "invalid_argument");
    CHECK(Name(joinpass_sdk_jwt("key", "secret", 60, &jwt)) == "invalid_argument");
    CHECK(jwt == nullptr);
  }
}

}  // namespace
}  // namespace joinpass
