#include "fake_zoom/fake_zoom.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/text.h"
#include "fake_zoom/clock.h"
#include "fake_zoom/control.h"
#include "fake_zoom/oauth.h"
#include "fake_zoom/rest.h"
#include "fake_zoom/signing.h"
#include "fake_zoom/world_reader.h"
#include "fake_zoom/world_seed.h"

namespace joinpass::fake_zoom {
namespace {

absl::StatusOr<World> OpenWorld(const Options& options, absl::Time now) {
  if (!options.world_json.empty()) return ReadWorld(options.world_json, now);
  if (options.world_file.empty()) {
    return GrowWorld({.seed = options.seed,
                      .users = options.users,
                      .meetings_per_user = options.meetings_per_user},
                     now);
  }
  std::ifstream file(options.world_file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) return base::MakeError(Reason::kInvalidArgument, "world: the file cannot be read");
  return ReadWorld(text, now);
}

// A folder of our own for the CA, gone with us.
class Folder {
 public:
  absl::Status Make() {
    std::error_code error;
    std::string path = (std::filesystem::temp_directory_path(error) / "fake_zoom.XXXXXX").string();
    if (error || mkdtemp(path.data()) == nullptr) {
      return base::MakeError(Reason::kInternal, "folder: cannot be made");
    }
    path_ = path;
    return absl::OkStatus();
  }
  ~Folder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  std::string File(std::string_view name) const {
    return absl::StrCat(path_, "/", base::ToAbsl(name));
  }

 private:
  std::string path_;
};

std::string TokenEndpoint(const Request& request) {
  const auto parameters = TokenParameters(request);
  const std::string type = parameters ? Get(*parameters, "grant_type") : "";
  for (const char* known :
       {"authorization_code", "refresh_token", "client_credentials", "account_credentials"}) {
    if (type == known) return absl::StrCat("token/", type);
  }
  return "token/unknown";
}

std::string EndpointOf(const Request& request) {
  if (request.path == "/oauth/authorize") return "oauth/authorize";
  if (request.path == "/oauth/consent") return "oauth/consent";
  if (request.path == "/oauth/revoke") return "oauth/revoke";
  if (request.path == "/oauth/token") return TokenEndpoint(request);
  return std::string(RestEndpoint(request));
}

absl::Status Unknown(Reason reason, std::string_view what) {
  return base::MakeError(reason, absl::StrCat("fake: there is no such ", base::ToAbsl(what)));
}

}  // namespace

struct FakeZoom::State {
  State(Rotation rotation, VirtualClock start) : clock(start), tokens(rotation) {}

  Answer Handle(const Request& request);
  Response Act(const Request& request, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

  mutable base::Mutex mutex;
  VirtualClock clock ABSL_GUARDED_BY(mutex);
  World world ABSL_GUARDED_BY(mutex);
  Tokens tokens ABSL_GUARDED_BY(mutex);
  Passes passes ABSL_GUARDED_BY(mutex);
  OAuth oauth ABSL_GUARDED_BY(mutex) = {.world = world, .tokens = tokens};
  Rest rest ABSL_GUARDED_BY(mutex) = {.world = world, .tokens = tokens, .passes = passes};
  Faults faults ABSL_GUARDED_BY(mutex);
  std::map<std::string, int> calls ABSL_GUARDED_BY(mutex);

  Folder folder;
  std::unique_ptr<Server> server;  // last: it is the first to go, and uses all the rest
};

Response FakeZoom::State::Act(const Request& request, absl::Time now) {
  const auto is = [&request](std::string_view method, std::string_view path) {
    return request.method == method && request.path == path;
  };
  if (is("GET", "/oauth/authorize")) return Authorize(oauth, request);
  if (is("POST", "/oauth/consent")) return Consented(oauth, request, now);
  if (is("POST", "/oauth/token")) return ExchangeToken(oauth, request, now);
  if (is("POST", "/oauth/revoke")) return RevokeToken(oauth, request);
  if (request.path.starts_with("/v2/")) return AnswerRest(rest, request, now);
  return {.status = request.path.starts_with("/oauth/") ? 405 : 404, .body = "{}"};
}

Answer FakeZoom::State::Handle(const Request& request) {
  const std::string endpoint = EndpointOf(request);
  const base::MutexLock lock(mutex);
  ++calls[endpoint];
  const auto fault = faults.Take(endpoint);
  Answer answer;
  answer.response = fault && !Acts(*fault)
                        ? AnswerWithoutActing(*fault)
                        : Act(request, clock.Now(base::SystemClock().SteadyNow()));
  if (fault) {
    answer.response = Spoil(*fault, std::move(answer.response));
    answer.delivery = DeliveryOf(*fault);
  }
  answer.response.headers.emplace_back("x-zm-trackingid",
                                       absl::StrCat("v=2.0;clid=us04;rid=WEB_", RandomHex(16)));
  return answer;
}

FakeZoom::FakeZoom(std::unique_ptr<State> state) : state_(std::move(state)) {}

// The server goes first: its thread calls us.
FakeZoom::~FakeZoom() { state_->server.reset(); }

absl::StatusOr<std::unique_ptr<FakeZoom>> FakeZoom::Start(Options options) {
  if (options.port < 0 || options.port > 65535) {
    return base::MakeError(Reason::kInvalidArgument, "port: must be 0 to 65535");
  }
  const SteadyTime steady = base::SystemClock().SteadyNow();
  const absl::Time start = options.start.value_or(base::SystemClock().Now());
  auto state =
      std::make_unique<State>(options.lenient_rotation ? Rotation::kLenient : Rotation::kStrict,
                              VirtualClock(start, steady));
  JOINPASS_ASSIGN_OR_RETURN(World world, OpenWorld(options, start));
  JOINPASS_ASSIGN_OR_RETURN(const Certificates certificates, MakeCertificates(options.certificate));
  JOINPASS_RETURN_IF_ERROR(state->folder.Make());
  std::ofstream(state->folder.File("ca.pem")) << certificates.ca;
  {
    const base::MutexLock lock(state->mutex);
    state->world = std::move(world);
    if (options.clock == ClockKind::kFrozen) state->clock.Freeze(steady);
    state->rest.server_to_server_me = options.server_to_server_me;
    state->rest.page_overflow = options.page_overflow;
  }
  std::unique_ptr<FakeZoom> fake(new FakeZoom(std::move(state)));
  FakeZoom* const self = fake.get();
  const auto handle = [self](const Request& request) -> Answer {
    if (request.path.starts_with("/_fake/")) return {.response = AnswerControl(*self, request)};
    return self->state_->Handle(request);
  };
  // The port, and so api_url, is only known once somebody could ask already:
  // the lock keeps him waiting.
  const base::MutexLock lock(self->state_->mutex);
  JOINPASS_ASSIGN_OR_RETURN(self->state_->server,
                            Server::Start({.port = options.port,
                                           .certificate = certificates.certificate,
                                           .key = certificates.key,
                                           .handler = handle,
                                           .now = [self] { return self->Now(); }}));
  self->state_->oauth.api_url = self->origin();
  return fake;
}

std::string FakeZoom::origin() const {
  return absl::StrCat("https://127.0.0.1:", state_->server->port());
}

std::string FakeZoom::ca_file() const { return state_->folder.File("ca.pem"); }

absl::Time FakeZoom::Now() const {
  const base::MutexLock lock(state_->mutex);
  return state_->clock.Now(base::SystemClock().SteadyNow());
}

void FakeZoom::Advance(absl::Duration step) {
  {
    const base::MutexLock lock(state_->mutex);
    state_->clock.Advance(step);
  }
  state_->server->ClockMoved();
}

int FakeZoom::Calls(std::string_view endpoint) const {
  const bool prefix = endpoint.ends_with('*');
  if (prefix) endpoint.remove_suffix(1);
  const base::MutexLock lock(state_->mutex);
  int sum = 0;
  for (const auto& [name, count] : state_->calls) {
    if (prefix ? name.starts_with(endpoint) : name == endpoint) sum += count;
  }
  return sum;
}

std::map<std::string, int> FakeZoom::AllCalls() const {
  const base::MutexLock lock(state_->mutex);
  return state_->calls;
}

void FakeZoom::ResetCalls() {
  const base::MutexLock lock(state_->mutex);
  state_->calls.clear();
}

ConnectionCounts FakeZoom::Connections() const { return state_->server->counts(); }

absl::Status FakeZoom::SetFault(Fault fault) {
  JOINPASS_RETURN_IF_ERROR(CheckFault(fault));
  const base::MutexLock lock(state_->mutex);
  state_->faults.Set(std::move(fault));
  return absl::OkStatus();
}

void FakeZoom::ClearFaults() {
  const base::MutexLock lock(state_->mutex);
  state_->faults.Clear();
}

void FakeZoom::Release() { state_->server->Release(); }

RedeemAnswer FakeZoom::Redeem(const RedeemRequest& request) {
  const absl::Time now = Now();
  const base::MutexLock lock(state_->mutex);
  return state_->passes.Redeem(state_->world, request, now);
}

absl::Status FakeZoom::SetPresent(std::string_view email, std::int64_t meeting, bool present) {
  const absl::Time now = Now();
  const base::MutexLock lock(state_->mutex);
  const User* user = state_->world.FindUser(email);
  if (user == nullptr) return Unknown(Reason::kUserUnknown, "user");
  if (state_->world.FindRoom(meeting, now).host == nullptr) {
    return Unknown(Reason::kMeetingUnknown, "meeting");
  }
  state_->world.SetPresent(user->id, meeting, present);
  return absl::OkStatus();
}

absl::Status FakeZoom::SetLocalRecording(std::string_view email, Setting setting) {
  const base::MutexLock lock(state_->mutex);
  User* user = state_->world.FindUser(email);
  if (user == nullptr) return Unknown(Reason::kUserUnknown, "user");
  user->local_recording = setting == Setting::kOn;
  return absl::OkStatus();
}

absl::Status FakeZoom::SetPmi(std::string_view email, std::int64_t pmi) {
  if (pmi < 1'000'000'000 || pmi > 99'999'999'999) {
    return base::MakeError(Reason::kInvalidArgument, "pmi: must have 10 or 11 digits");
  }
  const base::MutexLock lock(state_->mutex);
  User* user = state_->world.FindUser(email);
  if (user == nullptr) return Unknown(Reason::kUserUnknown, "user");
  if (!state_->world.SetPmi(*user, pmi)) {
    return base::MakeError(Reason::kInvalidArgument, "pmi: is taken already");
  }
  return absl::OkStatus();
}

absl::Status FakeZoom::SetUserStatus(std::string_view email, std::string_view status) {
  if (status != "active" && status != "inactive" && status != "pending") {
    return base::MakeError(Reason::kInvalidArgument, "status: must be active, inactive or pending");
  }
  const base::MutexLock lock(state_->mutex);
  User* user = state_->world.FindUser(email);
  if (user == nullptr) return Unknown(Reason::kUserUnknown, "user");
  user->status = std::string(status);
  if (status == "active") return absl::OkStatus();
  for (const auto& [id, app] : state_->world.apps) state_->tokens.RevokeConsent(id, user->id);
  return absl::OkStatus();
}

absl::Status FakeZoom::AddMeeting(Meeting meeting) {
  const absl::Time now = Now();
  const base::MutexLock lock(state_->mutex);
  const User* host = state_->world.FindUser(meeting.host_id);
  if (host == nullptr) return Unknown(Reason::kUserUnknown, "user");
  meeting.host_id = host->id;
  meeting.uuid = absl::Base64Escape(RandomHex(8));
  meeting.created_at = now;
  if (!state_->world.AddMeeting(std::move(meeting))) {
    return base::MakeError(Reason::kInvalidArgument, "meeting: the number is taken already");
  }
  return absl::OkStatus();
}

absl::Status FakeZoom::DeleteMeeting(std::int64_t number) {
  const base::MutexLock lock(state_->mutex);
  if (!state_->world.EraseMeeting(number)) return Unknown(Reason::kMeetingUnknown, "meeting");
  return absl::OkStatus();
}

absl::Status FakeZoom::SetAppSecret(std::string_view client_id, std::string_view secret) {
  const base::MutexLock lock(state_->mutex);
  App* app = state_->world.FindApp(client_id);
  if (app == nullptr) return Unknown(Reason::kAppUnknown, "app");
  app->client_secret = std::string(secret);
  return absl::OkStatus();
}

absl::Status FakeZoom::RevokeConsent(std::string_view client_id, std::string_view email) {
  const base::MutexLock lock(state_->mutex);
  const User* user = state_->world.FindUser(email);
  if (user == nullptr) return Unknown(Reason::kUserUnknown, "user");
  if (!state_->tokens.RevokeConsent(client_id, user->id)) {
    return Unknown(Reason::kCredentialUnknown, "consent");
  }
  return absl::OkStatus();
}

void FakeZoom::SetNextConsentScopes(std::vector<std::string> scopes) {
  const base::MutexLock lock(state_->mutex);
  state_->oauth.next_scopes = std::move(scopes);
}

absl::StatusOr<ConsentState> FakeZoom::GetConsent(std::string_view client_id,
                                                  std::string_view email) const {
  const base::MutexLock lock(state_->mutex);
  const User* user = state_->world.FindUser(email);
  if (user == nullptr) return Unknown(Reason::kUserUnknown, "user");
  const Grant* grant = state_->tokens.FindConsent(client_id, user->id);
  if (grant == nullptr) return Unknown(Reason::kCredentialUnknown, "consent");
  return ConsentState{.live = grant->live,
                      .scope = grant->scope,
                      .refresh_token = grant->refresh_token,
                      .generation = grant->generation,
                      .refused = grant->refused,
                      .most_uses_of_one_token = grant->most_uses_of_one_token};
}

std::vector<App> FakeZoom::Apps() const {
  const base::MutexLock lock(state_->mutex);
  std::vector<App> apps;
  for (const auto& [id, app] : state_->world.apps) apps.push_back(app);
  return apps;
}

std::vector<User> FakeZoom::Users() const {
  const base::MutexLock lock(state_->mutex);
  std::vector<User> users;
  for (const auto& [id, user] : state_->world.users) users.push_back(user);
  return users;
}

std::vector<Meeting> FakeZoom::Meetings() const {
  const base::MutexLock lock(state_->mutex);
  std::vector<Meeting> meetings;
  for (const auto& [number, meeting] : state_->world.meetings) meetings.push_back(meeting);
  return meetings;
}

absl::StatusOr<std::string> Consent(const FakeZoom& fake, std::string_view authorize_url,
                                    std::string_view email, Decision decision) {
  return Consent(fake.ca_file(), authorize_url, email, decision);
}

}  // namespace joinpass::fake_zoom
