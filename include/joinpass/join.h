// JoinRequest, JoinPass, JoinSession: one bot's way into one meeting.

#ifndef JOINPASS_JOIN_H_
#define JOINPASS_JOIN_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "joinpass/credentials.h"
#include "joinpass/directory.h"
#include "joinpass/export.h"
#include "joinpass/meeting_link.h"
#include "joinpass/next_step.h"
#include "joinpass/reason.h"
#include "joinpass/secret.h"
#include "joinpass/time.h"

namespace joinpass {

// How much a part of the pass matters.
enum class Need {
  kOff,        // do not ask for it
  kPreferred,  // a pass without it is still a pass; it says why
  kRequired,   // no pass without it
};

// As whom the bot joins. Zoom takes one identity, never two. A bot that joins
// meetings of other accounts than its app's must have one (since March 2026).
enum class Identity {
  kNone,
  kZak,         // as the user himself
  kOnBehalfOf,  // as an app of the user, who must be in the meeting already
};

// URLs of the customer that give final tokens, for bots whose hosts' consents are
// kept elsewhere: a GET with the query kept gives the token as plain text within
// 5 s; 404 says that there is none. Each URL is a secret; https, at most 2048 bytes.
struct TokenUrls {
  Secret join_token_url = {};  // the local recording token
  Secret zak_url = {};         // with Identity::kZak
  Secret obf_token_url = {};   // with Identity::kOnBehalfOf
  UrlSource source = UrlSource::kNetwork;
};

// What a bot asks for. Plain data.
struct JoinRequest {
  MeetingLink link = {};

  // Who may host it, best first: for a meeting that the directory does not know yet. Each a
  // credential id ("cred_…"), a Zoom user id, or an e-mail address; at most 16. As for
  // Directory::LookUp().
  std::vector<std::string> host_hints = {};

  // The local recording token: the recording starts by itself.
  Need recording = Need::kPreferred;

  // Sends `bypass_waiting_room`: the bot does not wait in the waiting room. The
  // host sees that nobody had to admit it.
  bool bypass_waiting_room = false;

  Identity identity = Identity::kNone;
  Need identity_need = Need::kRequired;  // without effect for kNone

  // Whose identity, in this order: the first one whose token can be had.
  // Each a credential id ("cred_…"), a Zoom user id, or an e-mail address. Empty: the
  // host's. At most 16.
  std::vector<std::string> identity_users = {};

  // Zoom takes a recording token of a user's own consent only beside the identity of the very
  // host (the SDK's code 503), so that it gives way to a stranger's. Of an admin's consent both
  // are sent, and with this set of a user's, too; if Zoom refuses, Report() has the bot join again
  // without the recording token.
  bool recording_beside_strangers = false;

  // For an SDK or an account that takes a recording token or an on-behalf-of token, and not both:
  // the recording token gives way, unless it alone is required. Both required: invalid_argument.
  bool recording_or_on_behalf_of = false;

  // How long Report() has the bot try again while it waits for somebody: for the owner of an
  // on-behalf-of token who is not in the meeting yet, or for a meeting that has not begun. At most
  // a day.
  absl::Duration patience = absl::Minutes(10);

  // When the bot is going to join, by the wall clock; at most a day after BeginJoin(). Its first
  // pass is then minted ahead, in the minute before, each bot's at a moment by chance, so that the
  // calls of many that join on the hour are spread; and Mint(), up to 10 s after this time, sends
  // nothing to Zoom. It hands out what was minted ahead only if each token in it is good for 60 s
  // more, and if it lacks nothing that might be had now; else, and for each further attempt, it
  // mints as ever. Default: nothing is minted before Mint(). No effect if this time is less than
  // 5 s away, nor on Prepare() and Check().
  std::optional<absl::Time> mint_ahead_of = {};

  // A part with a URL here comes from there, and from nowhere else.
  TokenUrls token_urls = {};

  // What the SDK shows and hands back; given through as they are.
  std::string display_name = {};  // at most 128 bytes
  std::string customer_key = {};  // at most 35 characters
};

// A part of a pass.
enum class PassPart { kRecordingToken, kIdentity };

// "recording_token", "identity".
JOINPASS_EXPORT std::string_view PassPartName(PassPart part);

// Why one part of a pass could not be had.
struct Shortfall {
  PassPart part = PassPart::kRecordingToken;
  absl::Status why = {};  // never OK; ReasonOf() gives its name
};

// What a bot takes into the SDK for ONE join attempt. The recording token lives
// for 120 s and works once: mint, join at once, and mint anew for every further
// attempt. A pass is neither copied, stored nor used twice: the adapter
// consumes it. Its secrets are wiped with it.
//
// Thread-compatible.
class JOINPASS_EXPORT JoinPass {
 public:
  // A token and until when Zoom takes it, counted from before it was asked for.
  struct Token {
    Secret value = {};  // empty: the pass has none
    SteadyTime expires_at = {};
    std::string credential_id = {};  // through whose consent
  };

  // All that goes into a pass; the library fills it.
  struct Content {
    std::uint64_t meeting_number = 0;
    std::string vanity_name = {};
    Secret passcode = {};
    Secret registrant_token = {};
    std::string display_name = {};
    std::string customer_key = {};
    Token recording = {};
    Identity identity = Identity::kNone;  // which kind of token `identity_token` is
    Token identity_token = {};
    std::vector<Shortfall> shortfalls = {};
  };

  JoinPass() = default;
  explicit JoinPass(Content content);
  // A moved-from pass is empty: nothing joins with it by mistake.
  JoinPass(JoinPass&& other) noexcept : content_(std::exchange(other.content_, {})) {}
  JoinPass& operator=(JoinPass&& other) noexcept {
    content_ = std::exchange(other.content_, {});
    return *this;
  }
  JoinPass(const JoinPass&) = delete;
  JoinPass& operator=(const JoinPass&) = delete;

  // 0 where only the name of a personal link is known.
  std::uint64_t meeting_number() const { return content_.meeting_number; }
  const std::string& vanity_name() const { return content_.vanity_name; }
  const Secret& passcode() const { return content_.passcode; }
  const Secret& registrant_token() const { return content_.registrant_token; }
  const std::string& display_name() const { return content_.display_name; }
  const std::string& customer_key() const { return content_.customer_key; }

  // Each empty if the pass has none. At most one of the two identities is there.
  const Secret& recording_token() const { return content_.recording.value; }
  const Secret& zak() const;
  const Secret& on_behalf_token() const;

  // Until when they work, and through whose consent they were had.
  const Token& recording() const { return content_.recording; }
  const Token& identity_token() const { return content_.identity_token; }
  Identity identity() const { return content_.identity; }

  // What was asked for and could not be had, each with its reason.
  const std::vector<Shortfall>& shortfalls() const { return content_.shortfalls; }

 private:
  Content content_;
};

// One bot's join, from Engine::BeginJoin() on. While the bot initialises its
// SDK, the session finds the host, sees to a fresh access token and opens the
// sockets that minting needs.
//
// Thread-safe. Closes with its Engine: later calls fail with `cancelled`. Its
// destructor waits for no network.
class JOINPASS_EXPORT JoinSession {
 public:
  virtual ~JoinSession() = default;

  // Mints a pass. Call it last, just before IMeetingService::Join; again for
  // each further attempt. One round trip to Zoom when all is warm: the recording
  // token and the identity are asked for at the same time.
  //
  // A part that could not be had is a shortfall of the pass, unless the request
  // requires it; then its error is the error of this call. `timeout` bounds the
  // whole, including what of the warming is not done yet. A preferred part that
  // the time did not suffice for is a shortfall too.
  //
  // Errors: those of a required part; cancelled
  virtual absl::StatusOr<JoinPass> Mint(absl::Duration timeout) = 0;

  // The same without blocking. `done` runs once, on the engine's
  // `callback_executor`, also when the engine closes before. Without such an
  // executor it runs on the engine's thread, or inside this call if the engine is
  // closed already.
  virtual void MintAsync(absl::Duration timeout,
                         std::function<void(absl::StatusOr<JoinPass>)> done) = 0;

  // What to do now that the SDK has told `outcome` of the attempt with the pass that was minted
  // last. Report everything, in its order, also what seems to be good. Never blocks; for any
  // thread, also the SDK's, and also when the engine is closed.
  //
  // Of one attempt the first step that ends it stands: MEETING_STATUS_ENDED after
  // MEETING_STATUS_FAILED gives the same step again, and kGoOn if the next pass is minted
  // already. Every code has an answer, also one that is not known: then a few further attempts,
  // and a stop. Waits grow and are spread by chance, so that many bots do not come back at once;
  // those for somebody end with JoinRequest::patience. What went wrong is forgotten once the bot
  // has been in the meeting for a minute.
  virtual NextStep Report(const SdkOutcome& outcome) = 0;

  // What is known of the host, once that is known: waits for the warming for at
  // most `timeout`.
  //
  // Errors: those of Directory::Resolve(); deadline_exceeded; cancelled
  virtual absl::StatusOr<Resolution> AwaitResolution(absl::Duration timeout) = 0;
};

}  // namespace joinpass

#endif  // JOINPASS_JOIN_H_
