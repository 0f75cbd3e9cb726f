#include "fake_zoom/world_reader.h"

#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status.h"
#include "base/text.h"
#include "fake_zoom/fields.h"
#include "fake_zoom/signing.h"

namespace joinpass::fake_zoom {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxBytes = std::size_t{64} << 20;
constexpr std::int64_t kMaxMinutes = 60LL * 24 * 365 * 10;

// An id in Zoom's shape (22 characters of base64url), the same in every run.
std::string IdFor(std::string_view name) {
  const std::string mac = HmacSha256("id", name).substr(0, 16);
  return absl::WebSafeBase64Escape(mac);
}

// What the reading works on.
struct Reading {
  World world = {};
  absl::Status status = absl::OkStatus();
  absl::Time now = {};
};

// The account that a field names, by name or id.
std::string AccountId(Reading& reading, Fields& fields) {
  const std::string name = fields.RequiredText("account");
  for (const auto& [id, account] : reading.world.accounts) {
    if (account.name == name || id == name) return id;
  }
  fields.Fail("account", "names no account");
  return "";
}

void ReadAccount(Reading& reading, Fields fields) {
  Account account;
  account.name = fields.RequiredText("name");
  account.id = fields.Text("id", IdFor("account " + account.name));
  account.number = fields.Number("number", 10'000'001, 1, 99'999'999'999);
  constexpr Plan kPlans[] = {Plan::kPro, Plan::kFree, Plan::kBusiness};
  account.plan = kPlans[fields.Choice("plan", {"pro", "free", "business"})];
  account.domain = fields.Text("domain", account.domain);
  fields.Done();
  const std::string id = account.id;
  if (!reading.world.accounts.emplace(id, std::move(account)).second) {
    fields.Fail("id", "is taken already");
  }
}

void ReadUser(Reading& reading, Fields fields) {
  User user;
  user.account_id = AccountId(reading, fields);
  user.email = fields.RequiredText("email");
  user.id = fields.Text("id", IdFor("user " + user.email));
  user.first_name = fields.Text("first_name", user.email.substr(0, user.email.find('@')));
  user.last_name = fields.Text("last_name", "");
  user.type = static_cast<int>(fields.Number("type", 2, 1, 99));
  static const std::vector<std::string_view> kRoles = {"member", "admin", "owner"};
  user.role = kRoles[fields.Choice("role", kRoles)];
  static const std::vector<std::string_view> kStates = {"active", "inactive", "pending"};
  user.status = kStates[fields.Choice("status", kStates)];
  user.pmi = fields.Number("pmi", 0, 1'000'000'000, 99'999'999'999);
  user.use_pmi = fields.Flag("use_pmi", false);
  user.passcode = fields.Text("passcode", "");
  user.vanity = fields.Text("vanity", "");
  user.time_zone = fields.Text("time_zone", user.time_zone);
  user.local_recording = fields.Flag("local_recording", true);
  user.hosting_allowed = fields.Flag("hosting_allowed", true);
  user.webinar_plan = fields.Flag("webinar_plan", false);
  user.created_at = reading.now - absl::Hours(24 * 100);
  fields.Done();
  if (!reading.world.AddUser(std::move(user)))
    fields.Fail("email", "or id or pmi is taken already");
}

absl::Time ReadStart(const Reading& reading, Fields& fields) {
  const std::int64_t minutes = fields.Number("start_in_minutes", 60, -kMaxMinutes, kMaxMinutes);
  const std::string text = fields.Text("start_time", "");
  absl::Time start = reading.now + absl::Minutes(minutes);
  if (!text.empty() && !absl::ParseTime(absl::RFC3339_full, text, &start, nullptr)) {
    fields.Fail("start_time", "must be like 2026-11-30T09:00:00Z");
  }
  return start;
}

void ReadPresent(Reading& reading, Fields& fields, std::int64_t number) {
  for (const std::string& email : fields.Texts("present")) {
    const User* user = reading.world.FindUser(email);
    if (user == nullptr) return fields.Fail("present", "names no user");
    reading.world.SetPresent(user->id, number, true);
  }
}

int ReadType(Fields& fields) {
  constexpr int kTypes[] = {2, 3, 8, 1};
  return kTypes[fields.Choice("type", {"scheduled", "recurring", "recurring_fixed", "instant"})];
}

void ReadMeeting(Reading& reading, Fields fields) {
  Meeting meeting;
  const User* host = reading.world.FindUser(fields.RequiredText("host"));
  if (host == nullptr) return fields.Fail("host", "names no user");
  meeting.host_id = host->id;
  meeting.use_pmi = fields.Flag("use_pmi", false);
  if (meeting.use_pmi && host->pmi == 0) return fields.Fail("use_pmi", "the host has no pmi");
  meeting.number =
      fields.Number("number", meeting.use_pmi ? host->pmi : 0, 100'000'000, 99'999'999'999);
  if (meeting.number == 0) return fields.Fail("number", "must not be missing");
  if (meeting.use_pmi != (meeting.number == host->pmi)) {
    return fields.Fail("number", "must be the host's pmi exactly if use_pmi is true");
  }
  const std::string uuid = HmacSha256("uuid", absl::StrCat(meeting.number)).substr(0, 16);
  meeting.uuid = fields.Text("uuid", absl::Base64Escape(uuid));
  meeting.topic = fields.Text("topic", "My Meeting");
  meeting.type = ReadType(fields);
  meeting.start = ReadStart(reading, fields);
  meeting.minutes = static_cast<int>(fields.Number("minutes", 60, 1, 1440));
  meeting.occurrences = static_cast<int>(fields.Number("occurrences", 1, 1, 60));
  meeting.passcode = fields.Text("passcode", "");
  meeting.is_webinar = fields.Flag("webinar", false);
  meeting.waiting_room = fields.Flag("waiting_room", false);
  meeting.created_at = reading.now - absl::Hours(24);
  ReadPresent(reading, fields, meeting.number);
  fields.Done();
  if (!reading.world.AddMeeting(std::move(meeting))) fields.Fail("number", "is taken already");
}

void ReadApp(Reading& reading, Fields fields) {
  App app;
  app.client_id = fields.RequiredText("client_id");
  app.client_secret = fields.RequiredText("client_secret");
  app.account_id = AccountId(reading, fields);
  app.name = fields.Text("name", app.client_id);
  app.kind = static_cast<AppKind>(
      fields.Choice("kind", {"user_managed", "account_managed", "server_to_server"}));
  app.scopes = fields.Texts("scopes");
  app.optional_scopes = fields.Texts("optional_scopes");
  app.classic_scopes = fields.Flag("classic_scopes", false);
  app.redirect_uris = fields.Texts("redirect_uris");
  app.webhook_secret = fields.Text("webhook_secret", "");
  app.published = fields.Flag("published", true);
  fields.Done();
  const std::string id = app.client_id;
  if (!reading.world.apps.emplace(id, std::move(app)).second) {
    fields.Fail("client_id", "is taken already");
  }
}

void ReadAll(Reading& reading, Fields& root, std::string_view name,
             void (*read)(Reading&, Fields)) {
  int index = 0;
  for (const json::value& element : root.Array(name)) {
    if (!reading.status.ok()) return;
    read(reading, Fields(element, absl::StrFormat("world: %s[%d]", base::ToAbsl(name), index++),
                         reading.status));
  }
}

}  // namespace

absl::StatusOr<World> ReadWorld(std::string_view text, absl::Time now) {
  if (text.size() > kMaxBytes) {
    return base::MakeError(Reason::kInvalidArgument, "world: must be 64 MiB at most");
  }
  json::error_code error;
  json::parse_options options;
  options.max_depth = 32;
  options.allow_comments = true;
  const json::value value = json::parse(text, error, {}, options);
  if (error) return base::MakeError(Reason::kInvalidArgument, "world: is not JSON");
  Reading reading{.now = now};
  Fields root(value, "world", reading.status);
  ReadAll(reading, root, "accounts", ReadAccount);
  ReadAll(reading, root, "users", ReadUser);
  ReadAll(reading, root, "meetings", ReadMeeting);
  ReadAll(reading, root, "apps", ReadApp);
  root.Done();
  JOINPASS_RETURN_IF_ERROR(reading.status);
  return std::move(reading.world);
}

}  // namespace joinpass::fake_zoom
