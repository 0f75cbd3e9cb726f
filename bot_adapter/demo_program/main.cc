// joinpass_demo: the main job, end to end, against a local stand-in for Zoom.
//
//   link → host → his credential → access token → recording token and identity
//   → the SDK's join parameters → a join that Zoom accepts
//
// Everything is real but Zoom itself: TLS on loopback, the consent page and its
// redirect to the server of `joinpass serve`, the sealed store on disk. It ends with the line
// `demo: ok`.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/random.h"
#include "demo_program/console.h"
#include "demo_program/join_param_text.h"
#include "fake_zoom/fake_zoom.h"
#include "joinpass/engine.h"
#include "joinpass/zoom_sdk.h"
#include "keeper/routes.h"
#include "keeper/server.h"
#include "support/sdk_lookalike.h"
#include "support/temp_folder.h"

namespace joinpass::demo {
namespace {

// As the example world has them.
constexpr char kClientId[] = "example-client";
constexpr char kAccountClientId[] = "example-account-client";
constexpr char kClientSecret[] = "example-secret";
constexpr char kHost[] = "jill@acme.example";
constexpr char kExternalHost[] = "hank@globex.example";
constexpr char kStranger[] = "nora@globex.example";
constexpr char kColleague[] = "paul@acme.example";

using JoinParam = testing::sdk_6_6::JoinParam;
using FilledParam = SdkJoinParam<JoinParam>;

struct Stage {
  std::unique_ptr<fake_zoom::FakeZoom> zoom;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<keeper::Routes> routes;
  std::unique_ptr<keeper::Server> server;  // what browsers are sent back to
  std::string url;                         // of the server
};

// An app, as Zoom and as joinpass know it.
struct ClientApp {
  std::string client_id;
  std::string id;
};

// The link that a person of the example world would paste: to a meeting of his, or to
// his personal room if he has none.
std::string LinkTo(const fake_zoom::FakeZoom& zoom, const std::string& host,
                   const std::string& origin) {
  for (const fake_zoom::User& user : zoom.Users()) {
    if (user.email != host) continue;
    for (const fake_zoom::Meeting& meeting : zoom.Meetings()) {
      if (meeting.host_id != user.id || meeting.use_pmi) continue;
      return absl::StrCat(origin, "/j/", meeting.number,
                          "?pwd=", fake_zoom::LinkPassword(meeting.number, meeting.passcode));
    }
    return absl::StrCat(origin, "/j/", user.pmi,
                        "?pwd=", fake_zoom::LinkPassword(user.pmi, user.passcode));
  }
  Fail("find a meeting", absl::NotFoundError(host));
}

Stage SetUp(const std::string& world_file, const std::string& folder) {
  Heading("Set up");
  Stage stage;
  stage.zoom = *Step("start fake_zoom, a local stand-in for Zoom, over TLS", [&] {
    fake_zoom::Options options;
    options.world_file = world_file;
    return fake_zoom::FakeZoom::Start(options);
  });
  stage.engine = *Step("open joinpass with a new store", [&] {
    EngineOptions options;
    options.store_folder = folder;
    options.oauth_origin = stage.zoom->origin();
    options.api_origin = stage.zoom->origin();
    options.ca_file = stage.zoom->ca_file();
    options.on_notice = [](const Notice& notice) { Line(notice.name); };
    return Engine::Open(options);
  });
  stage.server = *Step("listen for browsers, as `joinpass serve` does",
                       [&] { return keeper::Server::Listen({}); });
  stage.url = absl::StrCat("http://127.0.0.1:", stage.server->port());
  stage.routes =
      std::make_unique<keeper::Routes>(*stage.engine, base::SystemClock(), base::SystemRandom(),
                                       keeper::RouteOptions{.public_url = stage.url, .log = Line});
  (void)Step("and answer them", [&] {
    return stage.server->Serve([&routes = *stage.routes](const keeper::Request& request) {
      return routes.Handle(request);
    });
  });
  return stage;
}

ClientApp CreateApp(Stage& stage, AppKind kind, const std::string& client_id) {
  AppSettings settings;
  settings.kind = kind;
  settings.client_id = client_id;
  settings.client_secret = Secret(kClientSecret);
  const auto id = Step(absl::StrCat("create the app ", client_id),
                       [&] { return stage.engine->apps().Create(settings); });
  (void)Step("enter its redirect URI at Zoom",
             [&] { return stage.zoom->SetRedirectUri(client_id, stage.url + "/oauth/callback"); });
  return {client_id, *id};
}

absl::StatusOr<Credential> NewestCredential(Credentials& credentials, const std::string& app_id) {
  const auto all = credentials.List(app_id);
  if (!all.ok()) return all.status();
  const auto newest = std::max_element(
      all->begin(), all->end(),
      [](const Credential& a, const Credential& b) { return a.connected_at < b.connected_at; });
  if (newest == all->end()) return absl::NotFoundError(app_id);
  return *newest;
}

// Sends a user through the consent page and reads what he, or his account, hosts.
void Connect(Stage& stage, const ClientApp& app, const std::string& email) {
  const std::string link = absl::StrCat(stage.url, "/connect/", app.id);
  (void)Step(absl::StrCat("the browser of ", email, ": our link, Zoom's page, Allow, and back"),
             [&] { return fake_zoom::Connect(stage.zoom->ca_file(), link, email); });
  const auto credential = Step(
      "find his credential", [&] { return NewestCredential(stage.engine->credentials(), app.id); });
  const auto report = Step("sync the directory", [&] {
    return stage.engine->directory().Sync(credential->id, absl::Seconds(10));
  });
  Line(absl::StrCat("the directory knows ", report->meetings,
                    report->meetings == 1 ? " meeting" : " meetings",
                    report->has_personal_meeting_id ? " and a personal meeting id" : ""));
}

void PrintResolution(const absl::StatusOr<Resolution>& resolution) {
  if (!resolution.ok()) return Line(absl::StrCat("host: ", Describe(resolution.status())));
  const Candidate& best = resolution->candidates.front();
  Line(absl::StrCat("host: ", best.host_user_id, ", by rule ",
                    std::string(MatchRuleName(best.rule)), ", learnt ",
                    absl::ToInt64Milliseconds(absl::Now() - best.learnt_at),
                    " ms ago; candidates: ", resolution->candidates.size()));
}

// What Zoom makes of the parameters, as the SDK's Join() would hand them over.
void Redeem(Stage& stage, const ClientApp& app, FilledParam& filled) {
  const auto& arm = filled.fields();
  const auto text = [](const char* value) { return std::string(value ? value : ""); };
  fake_zoom::RedeemRequest request;
  request.client_id = app.client_id;
  request.meeting_number = static_cast<std::int64_t>(arm.meetingNumber);
  request.recording_token = text(arm.app_privilege_token);
  request.zak = text(arm.userZAK);
  request.on_behalf_token = text(arm.onBehalfToken);
  request.passcode = text(arm.psw);
  const fake_zoom::RedeemAnswer answer = stage.zoom->Redeem(request);
  Line(absl::StrCat("the bot joins: ", answer.reason,
                    ", may record: ", answer.may_record ? "yes" : "no"));
  if (!answer.joined || !answer.may_record) {
    Fail("join", absl::FailedPreconditionError(answer.reason));
  }
}

void Join(Stage& stage, const ClientApp& app, const JoinRequest& request) {
  const auto session = Step("begin to join; warms up while the bot initialises its SDK",
                            [&] { return stage.engine->BeginJoin(request); });
  PrintResolution((*session)->AwaitResolution(absl::Seconds(5)));
  auto pass = Step("mint the pass", [&] { return (*session)->Mint(absl::Seconds(5)); });
  for (const Shortfall& shortfall : pass->shortfalls()) {
    Line(absl::StrCat("without ", std::string(PassPartName(shortfall.part)), ": ",
                      Describe(shortfall.why)));
  }
  const SteadyTime recording_until = pass->recording().expires_at;
  const SteadyTime identity_until = pass->identity_token().expires_at;
  auto filled =
      Step("fill the SDK's JoinParam", [&] { return FilledParam::Take(*std::move(pass)); });
  const JoinParam& given = filled->param();  // as IMeetingService::Join() takes it
  for (const std::string& line :
       JoinParamText(given, recording_until, identity_until, SteadyNow())) {
    Line(line);
  }
  Redeem(stage, app, *filled);
  filled->Release();
}

int Main(const std::string& world_file) {
  const testing::TempFolder folder;
  Stage stage = SetUp(world_file, folder / "store");

  Heading("Connect two hosts");
  const ClientApp app = CreateApp(stage, AppKind::kUserManaged, kClientId);
  Connect(stage, app, kHost);
  Connect(stage, app, kExternalHost);

  Heading("A meeting of the app's own account");
  JoinRequest inside;
  inside.display_name = "Notes";
  inside.recording = Need::kRequired;
  inside.link = *Step("read the link", [&] {
    return MeetingLink::Parse(LinkTo(*stage.zoom, kHost, "https://acme.zoom.us"));
  });
  Join(stage, app, inside);

  Heading("A meeting of another account, on behalf of its host");
  JoinRequest outside = inside;
  outside.identity = Identity::kOnBehalfOf;
  outside.link = *MeetingLink::Parse(LinkTo(*stage.zoom, kExternalHost, "https://us02web.zoom.us"));
  Join(stage, app, outside);

  Heading("A meeting whose host never consented");
  const auto link = MeetingLink::Parse(LinkTo(*stage.zoom, kStranger, "https://us02web.zoom.us"));
  PrintResolution(stage.engine->directory().Resolve(*link));

  Heading("An account: its admin consents once, for all of its users");
  const ClientApp account_app = CreateApp(stage, AppKind::kAccountManaged, kAccountClientId);
  Connect(stage, account_app, kHost);
  JoinRequest colleague = inside;
  colleague.link = *MeetingLink::Parse(LinkTo(*stage.zoom, kColleague, "https://acme.zoom.us"));
  Join(stage, account_app, colleague);

  Heading("Close");
  (void)Step("stop listening", [&] { return stage.server->Stop(absl::Seconds(5)); });
  (void)Step("close joinpass", [&] { return stage.engine->Close(absl::Seconds(5)); });
  std::printf("\ndemo: ok\n");
  return 0;
}

}  // namespace
}  // namespace joinpass::demo

int main(int argc, char** argv) {
  if (argc > 2) {
    std::fprintf(stderr, "usage: joinpass_demo [WORLD.json]\n");
    return 2;
  }
  try {
    return joinpass::demo::Main(argc == 2 ? argv[1] : FAKE_ZOOM_EXAMPLE_WORLD);
  } catch (const joinpass::demo::Failed&) {
    return 1;
  }
}
