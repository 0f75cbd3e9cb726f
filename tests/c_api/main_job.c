/* The main job, in C. Talks with its driver by lines: says what the driver must do ("consent URL",
 * "redeem TOKEN ZAK"), and reads its answer.
 *
 * usage: main_job ORIGIN CA_FILE STORE LINK */

#include <inttypes.h>
#include <joinpass/joinpass_c.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(const char* format, const char* first, const char* second) {
  printf(format, first, second);
  putchar('\n');
  fflush(stdout);
}

/* Ends the program if there was an error. */
static void must(joinpass_error* error, const char* what) {
  if (error == NULL) return;
  say("failed %s: %s", what, joinpass_error_description(error));
  joinpass_error_free(error);
  exit(1);
}

static const char* or_none(const char* text) { return text == NULL ? "-" : text; }

/* A main loop of one place: work comes from any thread, and is done by run_one(). */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t posted = PTHREAD_COND_INITIALIZER;
static void (*next_work)(void*) = NULL;
static void* next_argument = NULL;

static void post(void* user_data, void (*work)(void*), void* argument) {
  (void)user_data;
  pthread_mutex_lock(&mutex);
  while (next_work != NULL) pthread_cond_wait(&posted, &mutex);
  next_work = work;
  next_argument = argument;
  pthread_cond_broadcast(&posted);
  pthread_mutex_unlock(&mutex);
}

static void run_one(void) {
  pthread_mutex_lock(&mutex);
  while (next_work == NULL) pthread_cond_wait(&posted, &mutex);
  void (*work)(void*) = next_work;
  void* argument = next_argument;
  next_work = NULL;
  pthread_cond_broadcast(&posted);
  pthread_mutex_unlock(&mutex);
  work(argument);
}

static void on_notice(void* user_data, const char* name, const char* text) {
  (void)text;
  ++*(int*)user_data;
  say("notice %s%s", name, "");
}

static void keep_minted(void* user_data, joinpass_error* error, joinpass_pass* pass) {
  must(error, "to mint");
  *(joinpass_pass**)user_data = pass;
}

static void redeem(const joinpass_pass* pass) {
  char answer[64] = "";
  printf("redeem %" PRIu64 " ", joinpass_pass_meeting_number(pass));
  say("%s %s", or_none(joinpass_pass_recording_token(pass)), or_none(joinpass_pass_zak(pass)));
  if (fgets(answer, sizeof answer, stdin) == NULL || strcmp(answer, "joined\n") != 0) exit(1);
}

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  int notices = 0;
  joinpass_engine_options options = {0};
  options.struct_size = sizeof options;
  options.oauth_origin = argv[1];
  options.api_origin = argv[1];
  options.ca_file = argv[2];
  options.store_folder = argv[3];
  options.user_data = &notices;
  options.post = post;
  options.on_notice = on_notice;
  joinpass_engine* engine = NULL;
  must(joinpass_engine_open(&options, &engine), "to open");

  joinpass_app_settings app = {0};
  app.struct_size = sizeof app;
  app.client_id = "example-client";
  app.client_secret = "example-secret";
  char* app_id = NULL;
  must(joinpass_app_create(engine, &app, &app_id), "to create an app");

  joinpass_connect_request connect = {0};
  connect.struct_size = sizeof connect;
  connect.app_id = app_id;
  connect.redirect_uri = "http://127.0.0.1:8765/oauth/callback";
  connect.bound_to = "a cookie";
  char* url = NULL;
  int64_t expires_at_ms = 0;
  must(joinpass_connect_begin(engine, &connect, &url, &expires_at_ms), "to begin a consent");
  say("consent %s%s", url, "");
  char redirected_to[4096] = "";
  if (fgets(redirected_to, sizeof redirected_to, stdin) == NULL) return 1;
  redirected_to[strcspn(redirected_to, "\n")] = '\0';
  char* credential_id = NULL;
  must(joinpass_connect_finish(engine, redirected_to, "a cookie", 20000, &credential_id, NULL),
       "to finish a consent");
  char* report = NULL;
  must(joinpass_directory_sync(engine, credential_id, 20000, &report), "to sync");
  say("synced %s%s", report, "");
  joinpass_string_free(report);
  joinpass_string_free(url);
  joinpass_string_free(app_id);
  joinpass_string_free(credential_id);

  /* A bot's join: a pass, a refusal, and another pass. */
  joinpass_join_request join = {0};
  join.struct_size = sizeof join;
  join.link = argv[4];
  join.recording = JOINPASS_NEED_REQUIRED;
  join.identity = JOINPASS_IDENTITY_ZAK;
  join.display_name = "Notes";
  joinpass_session* session = NULL;
  must(joinpass_session_begin(engine, &join, &session), "to begin a join");
  joinpass_pass* pass = NULL;
  must(joinpass_session_mint(session, 20000, &pass), "to mint");
  say("named %s, without number %s", or_none(joinpass_pass_display_name(pass)),
      or_none(joinpass_pass_vanity_name(pass)));
  if (joinpass_pass_recording_ms_left(pass) <= 60000) return 1;
  joinpass_next_step next = {0};
  next.struct_size = sizeof next;
  must(joinpass_session_report(session, JOINPASS_SDK_JOIN_RETURNED, 0, 0, &next), "to join");
  joinpass_error* why =
      joinpass_session_report(session, JOINPASS_SDK_STATUS_CHANGED, 6, 500, &next);
  say("told %s, joins again: %s", joinpass_error_reason(why), next.joins_again ? "yes" : "no");
  joinpass_error_free(why);
  joinpass_pass_free(pass);
  pass = NULL;
  must(joinpass_session_mint_async(session, 20000, keep_minted, &pass), "to mint again");
  run_one();
  redeem(pass);
  why = joinpass_session_report(session, JOINPASS_SDK_STATUS_CHANGED, 3, 0, &next);
  must(why, "to be in the meeting");
  say("step %s%s", next.step == JOINPASS_STEP_START_RECORDING ? "start_recording" : "?", "");
  joinpass_pass_free(pass);
  joinpass_session_free(session);

  /* What goes wrong has a name. */
  join.link = "https://us02web.zoom.us/j/81960402731";
  must(joinpass_session_begin(engine, &join, &session), "to begin another join");
  why = joinpass_session_mint(session, 20000, &pass);
  say("refused %s%s", why == NULL ? "-" : joinpass_error_reason(why), pass == NULL ? "" : " but");
  joinpass_error_free(why);
  joinpass_session_free(session);

  char* passes = NULL;
  must(joinpass_engine_pass_log(engine, 10, &passes), "to list the passes");
  say("passes %s%s", passes, "");
  joinpass_string_free(passes);
  must(joinpass_engine_close(engine, 20000), "to close");
  joinpass_engine_free(engine);
  return notices > 0 ? 0 : 1;
}
