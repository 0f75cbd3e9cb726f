// Apps, credentials, the directory and webhooks.

#include <utility>
#include <vector>

#include "c_api/json.h"
#include "c_api/objects.h"
#include "joinpass/engine.h"
#include "joinpass/meeting_link.h"

namespace joinpass::c_api {
namespace {

// Of a request for a consent, or for a delegate.
template <typename Request>
ExpectedConsenter ExpectedOf(const Request& given) {
  return {.user_id = Text(given.expected_user_id),
          .account_id = Text(given.expected_account_id),
          .email = Text(given.expected_email)};
}

absl::StatusOr<AppSettings> SettingsOf(const joinpass_app_settings* given) {
  const auto known = Known(given);
  if (!known.ok()) return known.status();
  AppSettings settings;
  if (known->kind != JOINPASS_APP_USER_MANAGED && known->kind != JOINPASS_APP_ACCOUNT_MANAGED) {
    return Invalid("kind is none of JOINPASS_APP_…");
  }
  if (known->kind == JOINPASS_APP_ACCOUNT_MANAGED) settings.kind = AppKind::kAccountManaged;
  settings.client_id = Text(known->client_id);
  settings.client_secret = SecretText(known->client_secret);
  for (std::size_t i = 0; known->webhook_secrets != nullptr && i < known->webhook_secret_count;
       ++i) {
    settings.webhook_secrets.push_back(SecretText(known->webhook_secrets[i]));
  }
  return settings;
}

absl::StatusOr<DelegateRequest> DelegateOf(const joinpass_delegate_request* given) {
  const auto known = Known(given);
  if (!known.ok()) return known.status();
  DelegateRequest request;
  request.app_id = Text(known->app_id);
  request.callback_url = SecretText(known->callback_url);
  if (known->url_is_configuration) request.url_source = UrlSource::kConfiguration;
  request.expected = ExpectedOf(*known);
  return request;
}

// Gives what a call of the library gave, as JSON.
template <typename T>
absl::Status GiveJson(const absl::StatusOr<T>& given, char** out) {
  if (!given.ok()) return given.status();
  Give(Json(*given), out);
  return absl::OkStatus();
}

// The same of one that has so long.
template <typename Call>
joinpass_error* GiveJsonWithin(std::int64_t timeout_ms, char** out, Call call) {
  Clear(out);
  return Guarded([&]() -> absl::Status {
    const auto timeout = Timeout(timeout_ms);
    if (!timeout.ok()) return timeout.status();
    return GiveJson(call(*timeout), out);
  });
}

// And its id.
template <typename Call>
joinpass_error* GiveCredentialWithin(std::int64_t timeout_ms, char** id, char** json, Call call) {
  Clear(id);
  joinpass_error* error =
      GiveJsonWithin(timeout_ms, json, [&](absl::Duration timeout) -> absl::StatusOr<Credential> {
        absl::StatusOr<Credential> credential = call(timeout);
        if (credential.ok()) Give(credential->id, id);
        return credential;
      });
  if (error != nullptr && id != nullptr) {
    joinpass_string_free(*id);
    *id = nullptr;
  }
  return error;
}

}  // namespace
}  // namespace joinpass::c_api

namespace c_api = joinpass::c_api;

extern "C" {

joinpass_error* joinpass_app_create(joinpass_engine* engine, const joinpass_app_settings* settings,
                                    char** app_id) {
  c_api::Clear(app_id);
  return c_api::Guarded([&]() -> absl::Status {
    auto read = c_api::SettingsOf(settings);
    if (!read.ok()) return read.status();
    const auto id = engine->engine->apps().Create(*std::move(read));
    if (!id.ok()) return id.status();
    c_api::Give(*id, app_id);
    return absl::OkStatus();
  });
}

joinpass_error* joinpass_app_update(joinpass_engine* engine, const char* app_id,
                                    const joinpass_app_settings* settings) {
  return c_api::Guarded([&]() -> absl::Status {
    auto read = c_api::SettingsOf(settings);
    if (!read.ok()) return read.status();
    return engine->engine->apps().Update(c_api::Text(app_id), *std::move(read));
  });
}

joinpass_error* joinpass_app_remove(joinpass_engine* engine, const char* app_id) {
  return c_api::Guarded([&] { return engine->engine->apps().Remove(c_api::Text(app_id)); });
}

joinpass_error* joinpass_app_list(joinpass_engine* engine, char** apps_json) {
  c_api::Clear(apps_json);
  return c_api::Guarded([&] { return c_api::GiveJson(engine->engine->apps().List(), apps_json); });
}

joinpass_error* joinpass_connect_begin(joinpass_engine* engine,
                                       const joinpass_connect_request* request,
                                       char** authorize_url, int64_t* expires_at_ms) {
  c_api::Clear(authorize_url);
  if (expires_at_ms != nullptr) *expires_at_ms = 0;
  return c_api::Guarded([&]() -> absl::Status {
    const auto known = c_api::Known(request);
    if (!known.ok()) return known.status();
    const auto start = engine->engine->credentials().BeginConnect(
        {.app_id = c_api::Text(known->app_id),
         .redirect_uri = c_api::Text(known->redirect_uri),
         .bound_to = c_api::Text(known->bound_to),
         .expected = c_api::ExpectedOf(*known)});
    if (!start.ok()) return start.status();
    c_api::Give(start->authorize_url, authorize_url);
    if (expires_at_ms != nullptr) {
      *expires_at_ms = c_api::MillisecondsSince1970(start->expires_at);
    }
    return absl::OkStatus();
  });
}

joinpass_error* joinpass_connect_finish(joinpass_engine* engine, const char* redirected_to,
                                        const char* bound_to, int64_t timeout_ms,
                                        char** credential_id, char** credential_json) {
  return c_api::GiveCredentialWithin(
      timeout_ms, credential_id, credential_json, [&](absl::Duration timeout) {
        return engine->engine->credentials().FinishConnect(c_api::View(redirected_to),
                                                           c_api::View(bound_to), timeout);
      });
}

joinpass_error* joinpass_credential_delegate(joinpass_engine* engine,
                                             const joinpass_delegate_request* request,
                                             int64_t timeout_ms, char** credential_id,
                                             char** credential_json) {
  return c_api::GiveCredentialWithin(
      timeout_ms, credential_id, credential_json,
      [&](absl::Duration timeout) -> absl::StatusOr<joinpass::Credential> {
        const auto read = c_api::DelegateOf(request);
        if (!read.ok()) return read.status();
        return engine->engine->credentials().Delegate(*read, timeout);
      });
}

joinpass_error* joinpass_credential_test_delegate(joinpass_engine* engine,
                                                  const joinpass_delegate_request* request,
                                                  int64_t timeout_ms, char** credential_json) {
  return c_api::GiveJsonWithin(timeout_ms, credential_json,
                               [&](absl::Duration timeout) -> absl::StatusOr<joinpass::Credential> {
                                 const auto read = c_api::DelegateOf(request);
                                 if (!read.ok()) return read.status();
                                 return engine->engine->credentials().TestDelegate(*read, timeout);
                               });
}

joinpass_error* joinpass_credential_list(joinpass_engine* engine, const char* app_id,
                                         char** credentials_json) {
  c_api::Clear(credentials_json);
  return c_api::Guarded([&] {
    return c_api::GiveJson(engine->engine->credentials().List(c_api::Text(app_id)),
                           credentials_json);
  });
}

joinpass_error* joinpass_credential_get(joinpass_engine* engine, const char* credential_id,
                                        char** credential_json) {
  c_api::Clear(credential_json);
  return c_api::Guarded([&] {
    return c_api::GiveJson(engine->engine->credentials().Get(c_api::Text(credential_id)),
                           credential_json);
  });
}

joinpass_error* joinpass_credential_log(joinpass_engine* engine, const char* credential_id,
                                        char** events_json) {
  c_api::Clear(events_json);
  return c_api::Guarded([&] {
    return c_api::GiveJson(engine->engine->credentials().Log(c_api::Text(credential_id)),
                           events_json);
  });
}

joinpass_error* joinpass_credential_validate(joinpass_engine* engine, const char* credential_id,
                                             int64_t timeout_ms, char** credential_json) {
  return c_api::GiveJsonWithin(timeout_ms, credential_json, [&](absl::Duration timeout) {
    return engine->engine->credentials().Validate(c_api::Text(credential_id), timeout);
  });
}

joinpass_error* joinpass_credential_disconnect(joinpass_engine* engine, const char* credential_id,
                                               int64_t timeout_ms, char** disconnected_json) {
  return c_api::GiveJsonWithin(timeout_ms, disconnected_json, [&](absl::Duration timeout) {
    return engine->engine->credentials().Disconnect(c_api::Text(credential_id), timeout);
  });
}

joinpass_error* joinpass_credential_access_token(joinpass_engine* engine, const char* credential_id,
                                                 int64_t timeout_ms, char** access_token,
                                                 char** api_origin, int64_t* expires_at_ms) {
  c_api::Clear(access_token);
  c_api::Clear(api_origin);
  if (expires_at_ms != nullptr) *expires_at_ms = 0;
  joinpass_error* error = c_api::Guarded([&]() -> absl::Status {
    const auto timeout = c_api::Timeout(timeout_ms);
    if (!timeout.ok()) return timeout.status();
    const auto token =
        engine->engine->credentials().GetAccessToken(c_api::Text(credential_id), *timeout);
    if (!token.ok()) return token.status();
    c_api::Give(token->api_origin, api_origin);
    c_api::Give(token->value.Reveal(), access_token);
    if (expires_at_ms != nullptr) {
      *expires_at_ms = c_api::MillisecondsSince1970(token->expires_at);
    }
    return absl::OkStatus();
  });
  if (error != nullptr && api_origin != nullptr) {
    joinpass_string_free(*api_origin);
    *api_origin = nullptr;
  }
  return error;
}

joinpass_error* joinpass_directory_sync(joinpass_engine* engine, const char* credential_id,
                                        int64_t timeout_ms, char** report_json) {
  return c_api::GiveJsonWithin(timeout_ms, report_json, [&](absl::Duration timeout) {
    return engine->engine->directory().Sync(c_api::Text(credential_id), timeout);
  });
}

joinpass_error* joinpass_directory_sync_progress(joinpass_engine* engine, const char* credential_id,
                                                 char** progress_json) {
  c_api::Clear(progress_json);
  return c_api::Guarded([&] {
    return c_api::GiveJson(engine->engine->directory().GetSync(c_api::Text(credential_id)),
                           progress_json);
  });
}

joinpass_error* joinpass_directory_resolve(joinpass_engine* engine, const char* link,
                                           char** resolution_json) {
  c_api::Clear(resolution_json);
  return c_api::Guarded([&]() -> absl::Status {
    const auto read = joinpass::MeetingLink::Parse(c_api::View(link));
    if (!read.ok()) return read.status();
    return c_api::GiveJson(engine->engine->directory().Resolve(*read), resolution_json);
  });
}

joinpass_error* joinpass_directory_explain(joinpass_engine* engine, const char* link, char** text) {
  c_api::Clear(text);
  return c_api::Guarded([&]() -> absl::Status {
    const auto read = joinpass::MeetingLink::Parse(c_api::View(link));
    if (!read.ok()) return read.status();
    const auto explanation = engine->engine->directory().Explain(*read);
    if (!explanation.ok()) return explanation.status();
    c_api::Give(explanation->text, text);
    return absl::OkStatus();
  });
}

joinpass_error* joinpass_webhook_receive(joinpass_engine* engine, const char* app_id,
                                         const joinpass_header* headers, size_t header_count,
                                         const char* body, size_t body_size, int* http_status,
                                         char** content_type, char** answer_body,
                                         char** outcome_json) {
  *http_status = 500;
  c_api::Clear(content_type);
  c_api::Clear(answer_body);
  c_api::Clear(outcome_json);
  joinpass_error* error = c_api::Guarded([&] {
    joinpass::WebhookRequest request;
    request.app_id = c_api::Text(app_id);
    for (std::size_t i = 0; headers != nullptr && i < header_count; ++i) {
      request.headers.push_back({c_api::View(headers[i].name), c_api::View(headers[i].value)});
    }
    if (body != nullptr) request.body = std::string_view(body, body_size);
    const joinpass::WebhookAnswer answer = engine->engine->webhooks().Receive(request);
    c_api::Give(answer.content_type, content_type);
    c_api::Give(answer.body, answer_body);
    c_api::Give(c_api::Json(answer), outcome_json);
    *http_status = answer.http_status;  // last: what cannot be told whole is no answer
    return absl::OkStatus();
  });
  if (error == nullptr) return nullptr;
  for (char** text : {content_type, answer_body}) {
    if (text == nullptr) continue;
    joinpass_string_free(*text);
    *text = nullptr;
  }
  return error;
}

}  // extern "C"
