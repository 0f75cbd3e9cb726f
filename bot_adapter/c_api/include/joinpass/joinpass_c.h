/* joinpass for bots that are not written in C++: libjoinpass_c.so, by one header.
 *
 *   joinpass_engine* engine = NULL;
 *   joinpass_engine_options options = {.struct_size = sizeof options, .store_folder = "/var/lib/bot"};
 *   joinpass_error* error = joinpass_engine_open(&options, &engine);
 *   if (error != NULL) { puts(joinpass_error_description(error)); joinpass_error_free(error); }
 *
 * Rules, for every call:
 *
 * - A call that can fail gives NULL when it worked, or an error that is the caller's to free. What
 *   it gives besides, through its last arguments, is set in either case: after an error to NULL, 0
 *   or false. An error of memory is told, too. No C++ exception comes out, and no signal handler,
 *   locale, stream or environment is touched.
 * - Texts are UTF-8, end with a zero byte, and are copied: what goes in may be freed when the call is
 *   back. NULL and "" are the same: not given. What comes out as `char*` is the caller's, for
 *   joinpass_string_free(), which wipes it (where nobody wants it, pass NULL); what comes out as `const char*` lives as long as the
 *   object that it was asked of.
 * - Objects are made by the call that gives them and end with their own ..._free(), which wipes what
 *   they hold; NULL is let alone. An object must not be freed while another thread is in a call with
 *   it.
 * - Engines and sessions may be used by any thread; all else by one at a time.
 * - Structs begin with their size, as the program knows them: a later library takes an older
 *   struct, and an earlier one a newer, if what it does not know is zero. Zero is the default.
 * - Calls with a `timeout_ms` block, for at most so long; calls without do not wait for the network.
 *   No timeout_ms may be over a day.
 * - Callbacks come in a thread of joinpass, or of the program's loop where `post` takes them there.
 *   They must not block and not throw. Those of joinpass_engine_options must not call joinpass
 *   (but for joinpass_keys_answer_...); they and their user_data must live until the engine and all its sessions are freed.
 *
 * What is said of Zoom, of reasons and of rules stands in the C++ headers of the same calls; the names
 * of reasons (joinpass_error_reason) in joinpass/reason.h. JSON is one line of UTF-8; its members
 * are those of the C++ structs, times are ISO 8601 in UTC or null, what ends with _ms
 * are milliseconds. Members may be added.
 *
 * In C++ only: pages of meetings, the change of keys while the store is in use, the status of webhooks,
 * waits and syncs as they happen, settings from the environment.
 *
 * Loading and unloading: the library may be loaded at any time (dlopen). When every engine is freed
 * it has no thread any more, but for one that still waits for a name server; so that dlclose() is
 * safe at any time the library stays where it is, and the next dlopen() finds it there.
 */

#ifndef JOINPASS_JOINPASS_C_H_
#define JOINPASS_JOINPASS_C_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define JOINPASS_C_EXPORT __attribute__((visibility("default")))
#else
#define JOINPASS_C_EXPORT
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct joinpass_engine joinpass_engine;
typedef struct joinpass_session joinpass_session;
typedef struct joinpass_pass joinpass_pass;
typedef struct joinpass_error joinpass_error;
typedef struct joinpass_keys_answer joinpass_keys_answer;

/* "0.1.0", of the library that is loaded. */
JOINPASS_C_EXPORT const char* joinpass_version(void);

/* Wipes and frees a text that a call gave. */
JOINPASS_C_EXPORT void joinpass_string_free(char* text);

/* ---- Errors: of NULL, which is none, "" and 0 ------------------------------------------------ */

/* The stable name of the reason: "host_not_connected". */
JOINPASS_C_EXPORT const char* joinpass_error_reason(const joinpass_error* error);
/* The stable name of a cause; "" where there is none. */
JOINPASS_C_EXPORT const char* joinpass_error_cause(const joinpass_error* error);
/* "where: what"; never a secret. */
JOINPASS_C_EXPORT const char* joinpass_error_message(const joinpass_error* error);
/* One line for a person, with what to do. */
JOINPASS_C_EXPORT const char* joinpass_error_description(const joinpass_error* error);
/* 0: there was none. */
JOINPASS_C_EXPORT int joinpass_error_http_status(const joinpass_error* error);
JOINPASS_C_EXPORT int joinpass_error_zoom_code(const joinpass_error* error);
/* Zoom's x-zm-trackingid; may be "". */
JOINPASS_C_EXPORT const char* joinpass_error_tracking_id(const joinpass_error* error);
/* Of "scope_missing": any one of these would do, with commas between; or "". */
JOINPASS_C_EXPORT const char* joinpass_error_missing_scopes(const joinpass_error* error);
/* Not before then, in milliseconds since 1970; 0: nobody said. */
JOINPASS_C_EXPORT int64_t joinpass_error_retry_at_ms(const joinpass_error* error);
JOINPASS_C_EXPORT void joinpass_error_free(joinpass_error* error);

/* ---- The engine --------------------------------------------------------------------------- */

/* Runs work(argument) later, once, in the thread that callbacks shall come in: the bot's main loop.
 * Called from any thread, also by sessions whose engine is freed. Never inside of this call. What was
 * taken must be run in the end, also when the bot goes: with it go passes that nobody took. */
typedef void (*joinpass_post)(void* user_data, void (*work)(void* argument), void* argument);

/* Notice in engine.h: a stable name, and a line for a person. */
typedef void (*joinpass_on_notice)(void* user_data, const char* name, const char* text);

/* HealthChange in credentials.h; `from` and `to` by their names, "healthy" and so on. */
typedef void (*joinpass_on_health_change)(void* user_data, const char* credential_id,
                                          const char* app_id, const char* from, const char* to,
                                          const char* cause, int64_t at_ms);

/* Gives the keys, in this call, by one of the two calls below; may block. In any thread, one at a
 * time. Neither: there are none. */
typedef void (*joinpass_give_keys)(void* user_data, joinpass_keys_answer* answer);
/* `keys`: the lines of a key file. */
JOINPASS_C_EXPORT void joinpass_keys_answer_give(joinpass_keys_answer* answer, const char* keys);
/* `message` becomes part of the error; no secret may be in it. */
JOINPASS_C_EXPORT void joinpass_keys_answer_fail(joinpass_keys_answer* answer, const char* message);

enum { /* RateLimits in limits.h */
       JOINPASS_RATE_LIMITS_KEPT = 0,
       JOINPASS_RATE_LIMITS_IGNORED = 1,
};
enum { /* ZoomPlan in limits.h */
       JOINPASS_PLAN_DEFAULT = 0,
       JOINPASS_PLAN_FREE = 1,
       JOINPASS_PLAN_PRO = 2,
       JOINPASS_PLAN_BUSINESS = 3, /* and education, enterprise, partners */
};

/* EngineOptions in engine.h. Strings that are not given have its defaults. */
typedef struct joinpass_engine_options {
  size_t struct_size;
  const char* store_folder; /* required */
  const char* key_file;
  const char* keys;
  const char* oauth_origin;
  const char* api_origin;
  const char* ca_file;
  const char* proxy;
  const char* no_proxy;
  int64_t sync_every_ms; /* 0: does not */
  int rate_limits;
  int plan;
  void* user_data;    /* of all callbacks here */
  joinpass_post post; /* NULL: callbacks come in joinpass's own thread */
  joinpass_on_notice on_notice;
  joinpass_on_health_change on_health_change;
  joinpass_give_keys give_keys;
} joinpass_engine_options;

JOINPASS_C_EXPORT joinpass_error* joinpass_engine_open(const joinpass_engine_options* options,
                                                       joinpass_engine** engine);

/* Ends what goes on: see Engine::Close(). Every later call with the engine or its sessions fails
 * with "cancelled". */
JOINPASS_C_EXPORT joinpass_error* joinpass_engine_close(joinpass_engine* engine,
                                                        int64_t timeout_ms);

/* Closes it first if nobody has, for up to 40 s. Not in a callback. Its sessions may live on. */
JOINPASS_C_EXPORT void joinpass_engine_free(joinpass_engine* engine);

/* What must be done about once an hour by whoever lives long; gives UpkeepReport as JSON. */
JOINPASS_C_EXPORT joinpass_error* joinpass_engine_upkeep(joinpass_engine* engine,
                                                         int64_t timeout_ms, char** report_json);

/* The last passes of whoever uses the store, at most `most`, newest first: LoggedPass as JSON, with
 * the lines of Describe() as "text". */
JOINPASS_C_EXPORT joinpass_error* joinpass_engine_pass_log(joinpass_engine* engine, int most,
                                                           char** passes_json);

/* ---- Apps --------------------------------------------------------------------------------- */

enum {
  JOINPASS_APP_USER_MANAGED = 0,
  JOINPASS_APP_ACCOUNT_MANAGED = 1,
};

/* AppSettings in apps.h. */
typedef struct joinpass_app_settings {
  size_t struct_size;
  int kind;
  const char* client_id;
  const char* client_secret;
  const char* const* webhook_secrets;
  size_t webhook_secret_count;
} joinpass_app_settings;

JOINPASS_C_EXPORT joinpass_error* joinpass_app_create(joinpass_engine* engine,
                                                      const joinpass_app_settings* settings,
                                                      char** app_id);
JOINPASS_C_EXPORT joinpass_error* joinpass_app_update(joinpass_engine* engine, const char* app_id,
                                                      const joinpass_app_settings* settings);
JOINPASS_C_EXPORT joinpass_error* joinpass_app_remove(joinpass_engine* engine, const char* app_id);
JOINPASS_C_EXPORT joinpass_error* joinpass_app_list(joinpass_engine* engine, char** apps_json);

/* ---- Credentials -------------------------------------------------------------------------- */

/* ConnectRequest in credentials.h. */
typedef struct joinpass_connect_request {
  size_t struct_size;
  const char* app_id;
  const char* redirect_uri;
  const char* bound_to;         /* required: what ties the consent to the browser's session */
  const char* expected_user_id; /* ExpectedConsenter; not given: whoever it is */
  const char* expected_account_id;
  const char* expected_email;
} joinpass_connect_request;

/* Gives the URL to send the browser to, and until when it must be back. */
JOINPASS_C_EXPORT joinpass_error* joinpass_connect_begin(joinpass_engine* engine,
                                                         const joinpass_connect_request* request,
                                                         char** authorize_url,
                                                         int64_t* expires_at_ms);
/* `redirected_to`: the URL that the browser came back to. Gives the credential's id, and all of it as
 * JSON; either may be NULL, not to be given. */
JOINPASS_C_EXPORT joinpass_error* joinpass_connect_finish(joinpass_engine* engine,
                                                          const char* redirected_to,
                                                          const char* bound_to, int64_t timeout_ms,
                                                          char** credential_id,
                                                          char** credential_json);

/* DelegateRequest in credentials.h. */
typedef struct joinpass_delegate_request {
  size_t struct_size;
  const char* app_id;
  const char* callback_url;
  bool url_is_configuration; /* it may lead to an internal address */
  const char* expected_user_id;
  const char* expected_account_id;
  const char* expected_email;
} joinpass_delegate_request;

JOINPASS_C_EXPORT joinpass_error* joinpass_credential_delegate(
    joinpass_engine* engine, const joinpass_delegate_request* request, int64_t timeout_ms,
    char** credential_id, char** credential_json);
JOINPASS_C_EXPORT joinpass_error* joinpass_credential_test_delegate(
    joinpass_engine* engine, const joinpass_delegate_request* request, int64_t timeout_ms,
    char** credential_json);

/* Of one app; app_id not given: of all. */
JOINPASS_C_EXPORT joinpass_error* joinpass_credential_list(joinpass_engine* engine,
                                                           const char* app_id,
                                                           char** credentials_json);
JOINPASS_C_EXPORT joinpass_error* joinpass_credential_get(joinpass_engine* engine,
                                                          const char* credential_id,
                                                          char** credential_json);
JOINPASS_C_EXPORT joinpass_error* joinpass_credential_log(joinpass_engine* engine,
                                                          const char* credential_id,
                                                          char** events_json);
JOINPASS_C_EXPORT joinpass_error* joinpass_credential_validate(joinpass_engine* engine,
                                                               const char* credential_id,
                                                               int64_t timeout_ms,
                                                               char** credential_json);
/* Disconnected as JSON: "revoked", whether Zoom has taken the consent back, too, and "why_not". With
 * the reason "cancelled" there the credential has stayed: the user has consented again. */
JOINPASS_C_EXPORT joinpass_error* joinpass_credential_disconnect(joinpass_engine* engine,
                                                                 const char* credential_id,
                                                                 int64_t timeout_ms,
                                                                 char** disconnected_json);
/* A secret, with at least 120 s of life, and the origin where it is good. */
JOINPASS_C_EXPORT joinpass_error* joinpass_credential_access_token(
    joinpass_engine* engine, const char* credential_id, int64_t timeout_ms, char** access_token,
    char** api_origin, int64_t* expires_at_ms);

/* ---- Who hosts what ----------------------------------------------------------------------- */

/* Directory::Sync() and GetSync(): SyncReport and SyncProgress as JSON. */
JOINPASS_C_EXPORT joinpass_error* joinpass_directory_sync(joinpass_engine* engine,
                                                          const char* credential_id,
                                                          int64_t timeout_ms, char** report_json);
JOINPASS_C_EXPORT joinpass_error* joinpass_directory_sync_progress(joinpass_engine* engine,
                                                                   const char* credential_id,
                                                                   char** progress_json);
/* Resolution as JSON: the candidates, best first. */
JOINPASS_C_EXPORT joinpass_error* joinpass_directory_resolve(joinpass_engine* engine,
                                                             const char* link,
                                                             char** resolution_json);
/* A few lines for a person: who is taken for the host, why, or why nobody is. */
JOINPASS_C_EXPORT joinpass_error* joinpass_directory_explain(joinpass_engine* engine,
                                                             const char* link, char** text);

/* ---- Webhooks ----------------------------------------------------------------------------- */

typedef struct joinpass_header {
  const char* name;
  const char* value;
} joinpass_header;

/* Webhooks::Receive(): what to answer Zoom. `body` are the raw bytes of the request. `answer_body` is
 * "" and `outcome_json` tells what it was: "outcome", "event", and "error" of what was refused or
 * failed. `http_status` is 500 where this call itself fails. */
JOINPASS_C_EXPORT joinpass_error* joinpass_webhook_receive(
    joinpass_engine* engine, const char* app_id, const joinpass_header* headers,
    size_t header_count, const char* body, size_t body_size, int* http_status, char** content_type,
    char** answer_body, char** outcome_json);

/* ---- Joining ------------------------------------------------------------------------------ */

enum { /* Need in join.h */
       JOINPASS_NEED_DEFAULT = 0,
       JOINPASS_NEED_OFF = 1,
       JOINPASS_NEED_PREFERRED = 2,
       JOINPASS_NEED_REQUIRED = 3,
};
enum { /* Identity in join.h */
       JOINPASS_IDENTITY_NONE = 0,
       JOINPASS_IDENTITY_ZAK = 1,
       JOINPASS_IDENTITY_ON_BEHALF_OF = 2,
};

/* JoinRequest in join.h. */
typedef struct joinpass_join_request {
  size_t struct_size;
  const char* link; /* required: the text that a person would paste */
  const char* const* host_hints;
  size_t host_hint_count;
  int recording; /* a Need; default: preferred */
  bool bypass_waiting_room;
  int identity;
  int identity_need; /* a Need; default: required */
  const char* const* identity_users;
  size_t identity_user_count;
  bool recording_beside_strangers;
  bool recording_or_on_behalf_of;
  int64_t patience_ms;      /* 0: 10 minutes; negative: none */
  int64_t mint_ahead_of_ms; /* when the bot will join, since 1970; 0: nothing is minted ahead */
  const char* join_token_url;
  const char* zak_url;
  const char* obf_token_url;
  bool urls_are_configuration;
  const char* display_name;
  const char* customer_key;
} joinpass_join_request;

/* Starts to warm a join; comes back at once. */
JOINPASS_C_EXPORT joinpass_error* joinpass_session_begin(joinpass_engine* engine,
                                                         const joinpass_join_request* request,
                                                         joinpass_session** session);

/* Mints a pass for one attempt: call it last of all before the SDK's Join(). */
JOINPASS_C_EXPORT joinpass_error* joinpass_session_mint(joinpass_session* session,
                                                        int64_t timeout_ms, joinpass_pass** pass);

/* The same without blocking. `done` gets the pass or the error, which are its own then, the other is
 * NULL; once, where callbacks come, also when the engine closes before. Without `post` it may come
 * inside of this call, if the engine is closed already. An error of this call: `done` does not come. */
typedef void (*joinpass_on_minted)(void* user_data, joinpass_error* error, joinpass_pass* pass);
JOINPASS_C_EXPORT joinpass_error* joinpass_session_mint_async(joinpass_session* session,
                                                              int64_t timeout_ms,
                                                              joinpass_on_minted done,
                                                              void* user_data);

enum { /* SdkOutcome::Kind in next_step.h: what the SDK told, in its own integers */
       JOINPASS_SDK_AUTHENTICATED = 0,
       JOINPASS_SDK_JOIN_RETURNED = 1,
       JOINPASS_SDK_STATUS_CHANGED = 2,
       JOINPASS_SDK_CONNECT_TIMED_OUT = 3,
       JOINPASS_SDK_RECORDING_RETURNED = 4,
       JOINPASS_SDK_PRIVILEGE_ANSWERED = 5,
       JOINPASS_SDK_PRIVILEGE_CHANGED = 6,
};
enum { /* Step in next_step.h: what to do now. A later library may know more: see joins_again */
       JOINPASS_STEP_GO_ON = 0,
       JOINPASS_STEP_START_RECORDING = 1,
       JOINPASS_STEP_ASK_HOST = 2,
       JOINPASS_STEP_JOIN_AGAIN = 3,
       JOINPASS_STEP_JOIN_WITHOUT_RECORDING_TOKEN = 4,
       JOINPASS_STEP_JOIN_WITHOUT_IDENTITY = 5,
       JOINPASS_STEP_JOIN_AS_NEXT_USER = 6,
       JOINPASS_STEP_AWAIT_OWNER = 7,
       JOINPASS_STEP_AUTHENTICATE_AGAIN = 8,
       JOINPASS_STEP_STOP = 9,
};
typedef struct joinpass_next_step {
  size_t struct_size; /* set it before the call */
  int step;
  bool joins_again; /* whether the step is to mint and join once more, in whatever way */
  int64_t wait_ms;
} joinpass_next_step;

/* What to do now that the SDK has told this. Fills `next`. Never blocks. What it gives is
 * what went wrong with the join, if anything did, the caller's to free; or "invalid_argument" where
 * the call itself was wrong: then the step is to go on. */
JOINPASS_C_EXPORT joinpass_error* joinpass_session_report(joinpass_session* session, int kind,
                                                          int code, int result,
                                                          joinpass_next_step* next);

/* Waits for no network. */
JOINPASS_C_EXPORT void joinpass_session_free(joinpass_session* session);

/* Engine::Check(): before the meeting, whether a join would go well. JoinCheck as JSON. */
JOINPASS_C_EXPORT joinpass_error* joinpass_engine_check(joinpass_engine* engine,
                                                        const joinpass_join_request* request,
                                                        int64_t timeout_ms, char** check_json);

/* ---- A pass: what goes into the SDK's JoinParam4WithoutLogin ------------------------------- */

/* NULL: the pass has none, and so shall the SDK's field be. Keep the pass until the meeting's status is
 * MEETING_STATUS_INMEETING, _FAILED or _ENDED, since nobody promises that Join() copies. Use
 * it for one attempt. */
JOINPASS_C_EXPORT uint64_t joinpass_pass_meeting_number(const joinpass_pass* pass);
/* vanityID; only where the number is not known. */
JOINPASS_C_EXPORT const char* joinpass_pass_vanity_name(const joinpass_pass* pass);
JOINPASS_C_EXPORT const char* joinpass_pass_display_name(const joinpass_pass* pass); /* userName */
JOINPASS_C_EXPORT const char* joinpass_pass_passcode(const joinpass_pass* pass);     /* psw */
/* app_privilege_token, which is not join_token. */
JOINPASS_C_EXPORT const char* joinpass_pass_recording_token(const joinpass_pass* pass);
JOINPASS_C_EXPORT const char* joinpass_pass_zak(const joinpass_pass* pass); /* userZAK */
/* onBehalfToken, of SDKs from 6.3 on. */
JOINPASS_C_EXPORT const char* joinpass_pass_on_behalf_token(const joinpass_pass* pass);
JOINPASS_C_EXPORT const char* joinpass_pass_customer_key(const joinpass_pass* pass);
/* webinarToken */
JOINPASS_C_EXPORT const char* joinpass_pass_registrant_token(const joinpass_pass* pass);

/* How long the tokens are good from now; 0: not any more, or there is none. */
JOINPASS_C_EXPORT int64_t joinpass_pass_recording_ms_left(const joinpass_pass* pass);
JOINPASS_C_EXPORT int64_t joinpass_pass_identity_ms_left(const joinpass_pass* pass);

/* Through whose consent they were had; NULL: there is none. */
JOINPASS_C_EXPORT const char* joinpass_pass_recording_credential_id(const joinpass_pass* pass);
JOINPASS_C_EXPORT const char* joinpass_pass_identity_credential_id(const joinpass_pass* pass);

/* What was asked for and could not be had: "recording_token" or "identity", and why. NULL beyond the
 * last. The error is the pass's. */
JOINPASS_C_EXPORT size_t joinpass_pass_shortfall_count(const joinpass_pass* pass);
JOINPASS_C_EXPORT const char* joinpass_pass_shortfall_part(const joinpass_pass* pass, size_t index);
JOINPASS_C_EXPORT const joinpass_error* joinpass_pass_shortfall_error(const joinpass_pass* pass,
                                                                      size_t index);
JOINPASS_C_EXPORT void joinpass_pass_free(joinpass_pass* pass);

/* ---- Helps -------------------------------------------------------------------------------- */

/* MakeSdkJwt(): what SDKAuth() wants. `lifetime_s` of 0: 24 hours. A secret. */
JOINPASS_C_EXPORT joinpass_error* joinpass_sdk_jwt(const char* sdk_key, const char* sdk_secret,
                                                   int64_t lifetime_s, char** jwt);

/* A new line for a key file or joinpass_engine_options.keys. A secret. */
JOINPASS_C_EXPORT joinpass_error* joinpass_new_key_line(char** line);

#ifdef __cplusplus
}
#endif

#endif /* JOINPASS_JOINPASS_C_H_ */
