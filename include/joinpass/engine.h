// Engine: joinpass in one process.
//
//   auto engine = joinpass::Engine::Open({.store_folder = "/var/lib/bot/joinpass"});
//   auto link = joinpass::MeetingLink::Parse(argv[1]);
//   auto session = (*engine)->BeginJoin({.link = *link});   // returns at once
//   ... InitSDK, SDKAuth ...
//   auto pass = (*session)->Mint(absl::Seconds(5));         // just before Join

#ifndef JOINPASS_ENGINE_H_
#define JOINPASS_ENGINE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "joinpass/apps.h"
#include "joinpass/check.h"
#include "joinpass/credentials.h"
#include "joinpass/directory.h"
#include "joinpass/export.h"
#include "joinpass/join.h"
#include "joinpass/keys.h"
#include "joinpass/limits.h"
#include "joinpass/pass_log.h"
#include "joinpass/secret.h"
#include "joinpass/webhooks.h"

namespace joinpass {

// Something that the one who runs the bot should know, and that is no error of
// a call.
struct Notice {
  // A stable name:
  //   key_file_created, store_created
  //   tokens_unsaved  the store refuses new tokens: they are only in memory, and
  //                   lost if this process dies now
  //   tokens_saved    it took them after all
  //   store_put_back  an older file of the store took the place of the newer one; what
  //                   this process knows better is stored again
  //   app_paused      Zoom refuses an app's client id or secret
  //   app_resumed     it takes them again
  //   warming_failed  what BeginJoin() met while it warmed a join; the join goes on,
  //                   and Mint() tries it again
  std::string name = {};

  // One line in our words; never a secret.
  std::string text = {};
};

// Plain data; each field has its default. Origins are scheme, host and port
// without a trailing slash.
struct EngineOptions {
  // The folder of the store: SQLite files and their locks. Required. Created
  // with mode 0700 if it is not there. One machine's processes may share it.
  std::string store_folder = {};

  // The file with the keys that seal the store. Default: `joinpass.key` in the
  // store's folder. Created with mode 0600 on first use, and said so: back it
  // up, without it the store is lost. Refused if others can read it.
  std::string key_file = {};

  // The keys as text instead, lines as in a key file (NewKeyLine() in keys.h), the
  // newest last; for example of an environment variable.
  Secret keys = {};

  // Gives that text, for example from a key management service. Called by Open() and by
  // Keys, and where a key is missing, then at most every 10 s; from any thread, one
  // at a time. May block: so long does that call of joinpass take then, and Close(). Must
  // not call the engine. Its error's message becomes part of ours. At most one of
  // `key_file`, `keys` and this may be set.
  std::function<absl::StatusOr<Secret>()> key_callback = {};

  // Zoom. ZoomGov: https://zoomgov.com and https://api.zoomgov.com.
  // Tests point both at a stand-in on loopback.
  std::string oauth_origin = "https://zoom.us";
  std::string api_origin = "https://api.zoom.us";

  // A PEM file that replaces the system's CA certificates. Default: the system's.
  std::string ca_file = {};

  // The HTTP proxy that everything goes through, by CONNECT, that speaks TLS and is not on this
  // machine: "http://user:password@host:port", user and password percent-encoded or left out,
  // port 80 if there is none. Those two go to it in clear; of what is said to Zoom it sees the
  // names alone, which it looks up. No other kind of proxy: Open() fails. Default: none; see
  // settings.h for the one of the environment.
  Secret proxy = {};

  // What is reached without it, with commas or spaces between: a name ("zoom.us", with all
  // within it; ".zoom.us" or "*.zoom.us" without itself) or an address, also with ":port", or a
  // network ("10.0.0.0/8"); "*" is all. What can be no host fits none.
  std::string no_proxy = {};

  // Runs the callbacks of asynchronous calls: post it to the bot's main loop
  // (GLib: g_main_context_invoke). Must not block. Default: the engine's own
  // thread, in which nothing may block: calls of joinpass that do fail there with
  // wrong_thread, and an engine must not be destroyed there.
  std::function<void(std::function<void()>)> callback_executor = {};

  // Hears notices, from any thread. Must not block, nor call the engine.
  std::function<void(const Notice&)> on_notice = {};

  // Hears each change of a credential's health that this process makes, once,
  // after it is durable. From any thread. Must not block, nor call the engine.
  std::function<void(const HealthChange&)> on_health_change = {};

  // Syncs every credential in the background: soon after its consent (30 s), then about
  // every `sync_every` (up to a tenth more or less; what failed after 10 minutes), a few at
  // a time. Processes that share a store share the work. For those that live long. Zero:
  // does not; else at least a minute.
  absl::Duration sync_every = absl::ZeroDuration();

  // Zoom's rate limits belong to the account, and are shared by all its users and apps. Kept,
  // a call waits for its turn, and a join that would get none by its deadline fails at once,
  // with rate_limited and the time to try again. `plan` is what an account is taken to have
  // until Zoom's answers say.
  RateLimits rate_limits = RateLimits::kKept;
  ZoomPlan plan = ZoomPlan::kPro;

  // Hears of each call that waits, from any thread. Must not block, nor call the engine.
  std::function<void(const Wait&)> on_wait = {};

  // Hears how each sync of this process does: when it begins, every few seconds, and when
  // it ends. On the engine's thread. Must not block, nor call the engine.
  std::function<void(const SyncProgress&)> on_sync_progress = {};
};

// What one round of upkeep did.
struct UpkeepReport {
  int refreshed = 0;     // idle credentials whose refresh token was renewed
  int settled = 0;       // refreshes without an answer, of which we know more now
  int disconnected = 0;  // what a disconnect that was cut short had left
  int failed = 0;        // credentials for which it did not work; see their log
};

// Thread-safe. One per process is enough; several work side by side.
//
// A guest in its process: it takes no signal, raises no SIGPIPE, hands nothing to a
// program that the process starts, and throws nothing. At exit() with an engine alive,
// in a static or leaked, it is closed as its destructor would, before OpenSSL is cleaned
// up. In a forked child every call of it and of its sessions fails with process_forked,
// and to destroy it there does nothing; the child may open an engine of its own. fork() itself
// waits until nobody is in the middle of a write to the store, for half a second at most.
// What lacks descriptors, threads or memory fails with resources_exhausted.
class JOINPASS_EXPORT Engine {
 public:
  // Opens or creates the store and its key. No network traffic. Makes all threads that
  // there will ever be: eight.
  //
  // Errors:
  //   invalid_argument   an option is wrong; the message names every wrong field
  //   store_unavailable  the folder or a file cannot be opened
  //   store_foreign      a file there is not joinpass's, or of a newer version
  //   store_corrupt      a file is damaged
  //   key_missing        the store is sealed with another key, or its key file is
  //                      gone: the message says which
  //   key_invalid        the key file, or text, is malformed, or others can read the file
  //   resources_exhausted  no descriptor, thread or memory is left, as the cause says
  // No error changes a file that was there.
  static absl::StatusOr<std::unique_ptr<Engine>> Open(EngineOptions options);

  // Close(40 s), if nobody closed it before: a refresh in flight has 30 s.
  virtual ~Engine() = default;

  virtual Apps& apps() = 0;
  virtual Credentials& credentials() = 0;
  virtual Directory& directory() = 0;
  virtual Keys& keys() = 0;
  virtual Webhooks& webhooks() = 0;

  // Starts to warm a join and returns at once, without waiting for disk or
  // network. The session may outlive the engine: its calls fail then.
  //
  // Errors: invalid_argument (names what is wrong), cancelled
  virtual absl::StatusOr<std::unique_ptr<JoinSession>> BeginJoin(JoinRequest request) = 0;

  // BeginJoin and Mint in one, for simple bots. Blocks up to `timeout`.
  virtual absl::StatusOr<JoinPass> Prepare(JoinRequest request, absl::Duration timeout) = 0;

  // Looks, before the meeting, whether a join would go well: whether the host is known, his
  // consent good, its scopes enough, his local recording on, and the tokens to be had. Sends what
  // a join would send, and a request a candidate more. What is wrong is no error but a finding.
  //
  // Errors: invalid_argument (names what is wrong), cancelled
  virtual absl::StatusOr<JoinCheck> Check(JoinRequest request, absl::Duration timeout) = 0;

  // The last passes that whoever uses the store had minted, newest first: at most `most`, and of
  // the last 1,000 those that are not older than 30 days. What has no pass since no bot can have
  // one is there, too. A pass is written after it was handed out, so that no join waits for the
  // disk: one of a process that is killed just then, or whose disk refuses, may be missing. What
  // was minted through a credential is gone with it (Credentials::Disconnect).
  //
  // Errors: invalid_argument (`most` is negative)
  virtual absl::StatusOr<std::vector<LoggedPass>> PassLog(int most) = 0;

  // One round of what must be done from time to time, whoever uses the store:
  // renews refresh tokens that are 30 days old (Zoom lets them die after 90),
  // settles refreshes that went unanswered, finishes disconnects that were cut
  // short, asks Zoom whether the secret of a paused app is good again. Call it about
  // once an hour from a process that lives long; several may. The settling and
  // finishing is also begun, in the background, by Open().
  //
  // Errors: store_unavailable, deadline_exceeded (what was done is done), cancelled
  virtual absl::StatusOr<UpkeepReport> Upkeep(absl::Duration timeout) = 0;

  // Starts nothing new, lets refreshes in flight finish, for at most `timeout`,
  // since a rotated refresh token must reach the store, and then ends what still
  // waits with `cancelled`. Waits for no other process's lock beyond that, and for no
  // name server. A later call waits for the first one, for its own `timeout`, and gives
  // what that gave.
  //
  // Errors:
  //   deadline_exceeded  a refresh or the end of a consent was still in flight, or the
  //                      store did not take its answer
  //   wrong_thread       called on the engine's own thread, in a callback
  virtual absl::Status Close(absl::Duration timeout) = 0;
};

}  // namespace joinpass

#endif  // JOINPASS_ENGINE_H_
