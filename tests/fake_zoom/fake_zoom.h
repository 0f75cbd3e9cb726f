// FakeZoom: a faithful local Zoom over TLS, for tests and demonstrations.
//
//   auto fake = FakeZoom::Start({.world_file = "example_world.json"});
//   … (*fake)->origin(), (*fake)->ca_file() …
//
// One origin serves /oauth/* and /v2/*, by the rules of Zoom's API; under
// /_fake/* it serves everything that this class can do to curl and to people
// (README.md). It listens on loopback only.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_FAKE_ZOOM_H_
#define JOINPASS_TESTS_FAKE_ZOOM_FAKE_ZOOM_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "fake_zoom/account_limits.h"
#include "fake_zoom/browser.h"
#include "fake_zoom/certificate.h"
#include "fake_zoom/faults.h"
#include "fake_zoom/pages.h"
#include "fake_zoom/passes.h"
#include "fake_zoom/server.h"
#include "fake_zoom/tokens.h"
#include "fake_zoom/webhooks.h"
#include "fake_zoom/world.h"

namespace joinpass::fake_zoom {

enum class ClockKind {
  kRunning,  // time passes, and Advance() adds to it
  kFrozen,   // time passes by Advance() only: for boundaries to the tick
};

struct Options {
  // Where the world comes from: a file, its JSON text, or, when both are empty,
  // a generated world (world_seed.h). Give one.
  std::string world_file = {};
  std::string world_json = {};
  std::uint64_t seed = 0;
  int users = 0;
  int meetings_per_user = 0;

  int port = 0;  // 0: any that is free
  bool lenient_rotation = false;
  bool reuse_revokes_family = false;         // a dead refresh token that is used ends its consent
  bool refresh_voids_access_tokens = false;  // those that were given before
  bool opaque_tokens = false;                // they say nothing of themselves; else JWTs
  CertificateKind certificate = CertificateKind::kGood;
  ClockKind clock = ClockKind::kRunning;

  // What the fake's clock starts at. Default: the machine's time.
  std::optional<absl::Time> start = {};

  // Where the sources about Zoom leave it open.
  AccountOwner server_to_server_me = AccountOwner::kRefused;
  PageOverflow page_overflow = PageOverflow::kRefused;
  AccountRecording account_recording = AccountRecording::kBesideAnybody;
};

enum class Setting { kOff, kOn };

// A copy of what became of a user's newest consent to an app.
struct ConsentState {
  bool live = false;
  std::string scope = {};
  std::string refresh_token = {};  // the newest that was issued
  int generation = 0;              // refreshes that worked
  int refused = 0;                 // refreshes that were refused
  int most_uses_of_one_token = 0;  // more than 1: some refresh token was exchanged twice
  SteadyTime refreshed = {};       // when the last refresh worked, on the machine's clock
};

// Thread-safe. Setters act at once, on what is asked from then on. Those that
// name something give kUserUnknown, kAppUnknown or kMeetingUnknown where there is none.
class FakeZoom {
 public:
  // Errors: kInvalidArgument names what is wrong with an option or the world.
  static absl::StatusOr<std::unique_ptr<FakeZoom>> Start(Options options);

  // Stops. Held answers are never sent.
  ~FakeZoom();

  std::string origin() const;   // "https://127.0.0.1:40123"
  std::string ca_file() const;  // PEM of its CA; gone when the fake is

  absl::Time Now() const;
  void Advance(absl::Duration step);

  // How often `endpoint` was called since the start or ResetCalls(). The names:
  //   oauth/authorize  oauth/consent  oauth/revoke
  //   token/authorization_code  token/refresh_token  token/client_credentials
  //   token/account_credentials  token/unknown
  //   users/me  users/one  users/list  users/meetings  users/zak  users/token
  //   users/webinars  meetings/one  meetings/jointoken  webinars/one
  //   webinars/jointoken  unknown
  // "token/*" counts all that begin so, "*" all there are. Calls of /_fake are
  // not counted.
  int Calls(std::string_view endpoint) const;
  std::map<std::string, int> AllCalls() const;
  // Blocks until Calls(endpoint) is at least `count`; for ever if it never is. The
  // calls counted have been acted on, and are held where a fault holds them.
  void AwaitCalls(std::string_view endpoint, int count) const;
  void ResetCalls();
  ConnectionCounts Connections() const;

  // Has calls refused that pass the limits of their account's plan. (Without it they are
  // counted, and the headers say so.)
  void SetLimits(const LimitRules& rules);
  struct LimitCounts {
    int refused = 0;
    int most_a_second = 0;  // calls that came of one account under one label
  };
  LimitCounts CountLimits() const;

  // Makes the next answers of an endpoint go wrong (faults.h).
  absl::Status SetFault(Fault fault);
  void ClearFaults();
  void Release();  // lets held answers go

  // What the SDK's Join() would do with these tokens. Tokens that are good once are
  // spent, even if the join is refused.
  RedeemAnswer Redeem(const RedeemRequest& request);

  // Who is in which meeting just now; on-behalf-of tokens need it.
  absl::Status SetPresent(std::string_view email, std::int64_t meeting, bool present);

  absl::Status SetLocalRecording(std::string_view email, Setting setting);
  absl::Status SetWebinarPlan(std::string_view email, Setting setting);
  absl::Status SetPmi(std::string_view email, std::int64_t pmi);
  // "active", "inactive", "pending" or "deleted"; all but the first also end what the
  // user consented to.
  absl::Status SetUserStatus(std::string_view email, std::string_view status);
  // `host_id` may be an e-mail; uuid and created_at are filled in.
  absl::Status AddMeeting(Meeting meeting);
  absl::Status DeleteMeeting(std::int64_t number);
  absl::Status MoveMeeting(std::int64_t number, std::string_view email);  // to another host
  // Makes a webinar of a meeting, or a meeting of a webinar.
  absl::Status ConvertMeeting(std::int64_t number);
  absl::Status SetAppSecret(std::string_view client_id, std::string_view secret);
  // The only place that the app may have browsers sent back to.
  absl::Status SetRedirectUri(std::string_view client_id, std::string_view redirect_uri);

  // The user takes his consent back (uninstalls the app).
  absl::Status RevokeConsent(std::string_view client_id, std::string_view email);
  // What the next consent grants, instead of the app's scopes.
  void SetNextConsentScopes(std::vector<std::string> scopes);
  absl::StatusOr<ConsentState> GetConsent(std::string_view client_id, std::string_view email) const;

  // From now on the app is told of what the calls above do, signed with this secret.
  absl::Status Subscribe(std::string_view client_id, std::string_view webhook_secret);
  // The same, and the webhooks are brought to `url` (sender.h), which must first answer the
  // challenge within 3 seconds.
  absl::Status SubscribeUrl(std::string_view client_id, std::string_view webhook_secret,
                            std::string_view url);
  struct WebhookCounts {
    int taken = 0;
    int lost = 0;      // by the way
    int given_up = 0;  // refused, or brought in vain to the end
  };
  WebhookCounts CountWebhooks() const;
  void SetWebhookWay(const WebhookWay& way, const EventStyle& style = {});
  // Those that are due. Each is to be answered with the receiver's status; 0: it gave none.
  std::vector<WebhookDelivery> TakeWebhooks();
  void AnswerWebhook(WebhookDelivery delivery, int http_status);

  // Copies of what is in the world.
  std::vector<App> Apps() const;
  std::vector<User> Users() const;
  std::vector<Meeting> Meetings() const;

 private:
  struct Inside;
  explicit FakeZoom(std::unique_ptr<Inside> inside);
  absl::Status Serve(const Options& options);
  Answer Handle(const Request& request);

  const std::unique_ptr<Inside> inside_;
};

// Consent() of browser.h, trusting the CA of `fake`.
absl::StatusOr<std::string> Consent(const FakeZoom& fake, std::string_view authorize_url,
                                    std::string_view email, Decision decision = Decision::kAllow);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_FAKE_ZOOM_H_
