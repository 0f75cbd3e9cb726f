#include "joinpass/engine.h"

#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "c_api/json.h"
#include "c_api/objects.h"
#include "joinpass/keys.h"
#include "joinpass/sdk_jwt.h"

namespace joinpass::c_api {
namespace {

// Nothing given leaves the default.
void Set(const char* text, std::string& field) {
  if (!View(text).empty()) field = text;
}

// Hands work to the program's loop. It is the program's to run it once.
std::function<void(std::function<void()>)> Executor(joinpass_post post, void* user_data) {
  return [post, user_data](std::function<void()> work) {
    auto held = std::make_unique<std::function<void()>>(std::move(work));
    const auto run = [](void* argument) {
      const std::unique_ptr<std::function<void()>> mine(
          static_cast<std::function<void()>*>(argument));
      (*mine)();
    };
    post(user_data, run, held.release());
  };
}

std::function<absl::StatusOr<Secret>()> KeyCallback(joinpass_give_keys give_keys, void* user_data) {
  return [give_keys, user_data]() -> absl::StatusOr<Secret> {
    joinpass_keys_answer answer;
    give_keys(user_data, &answer);
    if (answer.failed_for_memory) throw std::bad_alloc();
    if (!answer.error.ok()) return answer.error;
    return std::move(answer.keys);
  };
}

absl::StatusOr<ZoomPlan> PlanOf(int plan) {
  switch (plan) {
    case JOINPASS_PLAN_DEFAULT:
      return EngineOptions().plan;
    case JOINPASS_PLAN_FREE:
      return ZoomPlan::kFree;
    case JOINPASS_PLAN_PRO:
      return ZoomPlan::kPro;
    case JOINPASS_PLAN_BUSINESS:
      return ZoomPlan::kBusiness;
  }
  return Invalid("plan is none of JOINPASS_PLAN_…");
}

absl::StatusOr<EngineOptions> OptionsOf(const joinpass_engine_options& given) {
  EngineOptions options;
  Set(given.store_folder, options.store_folder);
  Set(given.key_file, options.key_file);
  options.keys = SecretText(given.keys);
  Set(given.oauth_origin, options.oauth_origin);
  Set(given.api_origin, options.api_origin);
  Set(given.ca_file, options.ca_file);
  options.proxy = SecretText(given.proxy);
  Set(given.no_proxy, options.no_proxy);
  options.sync_every = absl::Milliseconds(given.sync_every_ms);
  if (given.rate_limits != JOINPASS_RATE_LIMITS_KEPT &&
      given.rate_limits != JOINPASS_RATE_LIMITS_IGNORED) {
    return Invalid("rate_limits is none of JOINPASS_RATE_LIMITS_…");
  }
  if (given.rate_limits == JOINPASS_RATE_LIMITS_IGNORED) options.rate_limits = RateLimits::kIgnored;
  const auto plan = PlanOf(given.plan);
  if (!plan.ok()) return plan.status();
  options.plan = *plan;

  void* const user_data = given.user_data;
  if (given.post != nullptr) options.callback_executor = Executor(given.post, user_data);
  if (given.give_keys != nullptr) options.key_callback = KeyCallback(given.give_keys, user_data);
  if (const auto tell = given.on_notice; tell != nullptr) {
    options.on_notice = [tell, user_data](const Notice& notice) {
      tell(user_data, notice.name.c_str(), notice.text.c_str());
    };
  }
  if (const auto tell = given.on_health_change; tell != nullptr) {
    options.on_health_change = [tell, user_data](const HealthChange& change) {
      tell(user_data, change.credential_id.c_str(), change.app_id.c_str(),
           std::string(HealthName(change.from)).c_str(), std::string(HealthName(change.to)).c_str(),
           change.cause.c_str(), MillisecondsSince1970(change.at));
    };
  }
  return options;
}

}  // namespace
}  // namespace joinpass::c_api

namespace c_api = joinpass::c_api;

extern "C" {

// Where there is no memory for it the answer is that.
void joinpass_keys_answer_give(joinpass_keys_answer* answer, const char* keys) {
  joinpass_error* error = c_api::Guarded([&] {
    answer->keys = c_api::SecretText(keys);
    return absl::OkStatus();
  });
  answer->failed_for_memory = error != nullptr;
  joinpass_error_free(error);
}

void joinpass_keys_answer_fail(joinpass_keys_answer* answer, const char* message) {
  joinpass_error* error = c_api::Guarded([&] {
    answer->error = absl::UnavailableError(c_api::Text(message));
    return absl::OkStatus();
  });
  answer->failed_for_memory = error != nullptr;
  joinpass_error_free(error);
}

joinpass_error* joinpass_engine_open(const joinpass_engine_options* options,
                                     joinpass_engine** engine) {
  *engine = nullptr;
  return c_api::Guarded([&]() -> absl::Status {
    const auto known = c_api::Known(options);
    if (!known.ok()) return known.status();
    auto read = c_api::OptionsOf(*known);
    if (!read.ok()) return read.status();
    auto handle = std::make_unique<joinpass_engine>();
    auto opened = joinpass::Engine::Open(*std::move(read));
    if (!opened.ok()) return opened.status();
    handle->engine = *std::move(opened);
    *engine = handle.release();
    return absl::OkStatus();
  });
}

joinpass_error* joinpass_engine_close(joinpass_engine* engine, int64_t timeout_ms) {
  return c_api::Guarded([&]() -> absl::Status {
    const auto timeout = c_api::Timeout(timeout_ms);
    if (!timeout.ok()) return timeout.status();
    return engine->engine->Close(*timeout);
  });
}

void joinpass_engine_free(joinpass_engine* engine) { delete engine; }

joinpass_error* joinpass_engine_upkeep(joinpass_engine* engine, int64_t timeout_ms,
                                       char** report_json) {
  c_api::Clear(report_json);
  return c_api::Guarded([&]() -> absl::Status {
    const auto timeout = c_api::Timeout(timeout_ms);
    if (!timeout.ok()) return timeout.status();
    const auto report = engine->engine->Upkeep(*timeout);
    if (!report.ok()) return report.status();
    c_api::Give(c_api::Json(*report), report_json);
    return absl::OkStatus();
  });
}

joinpass_error* joinpass_engine_pass_log(joinpass_engine* engine, int most, char** passes_json) {
  c_api::Clear(passes_json);
  return c_api::Guarded([&]() -> absl::Status {
    const auto passes = engine->engine->PassLog(most);
    if (!passes.ok()) return passes.status();
    c_api::Give(c_api::Json(*passes), passes_json);
    return absl::OkStatus();
  });
}

joinpass_error* joinpass_sdk_jwt(const char* sdk_key, const char* sdk_secret, int64_t lifetime_s,
                                 char** jwt) {
  c_api::Clear(jwt);
  return c_api::Guarded([&]() -> absl::Status {
    const absl::Duration lifetime = lifetime_s == 0 ? absl::Hours(24) : absl::Seconds(lifetime_s);
    const auto made = joinpass::MakeSdkJwt(c_api::View(sdk_key), c_api::SecretText(sdk_secret),
                                           absl::Now(), lifetime);
    if (!made.ok()) return made.status();
    c_api::Give(made->Reveal(), jwt);
    return absl::OkStatus();
  });
}

joinpass_error* joinpass_new_key_line(char** line) {
  c_api::Clear(line);
  return c_api::Guarded([&] {
    c_api::Give(joinpass::NewKeyLine().Reveal(), line);
    return absl::OkStatus();
  });
}

}  // extern "C"
