#include "engine/stored_apps.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "base/ids.h"
#include "base/status.h"
#include "base/text.h"
#include "oauth/app_pause.h"

namespace joinpass::engine {
namespace {

constexpr std::size_t kMostClientId = 128;
constexpr std::size_t kMostSecret = 256;
constexpr std::size_t kMostWebhookSecrets = 8;

bool IsSecret(const Secret& secret) {
  const auto text = base::ToAbsl(secret.Reveal());
  return !absl::StripAsciiWhitespace(text).empty() && text.size() <= kMostSecret;
}

bool IsClientId(const std::string& text) {
  for (const char c : text) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(c))) return false;
  }
  return !text.empty() && text.size() <= kMostClientId;
}

store::AppRecord::Settings ToStore(AppSettings settings) {
  return {.kind = settings.kind,
          .client_id = std::move(settings.client_id),
          .client_secret = std::move(settings.client_secret),
          .webhook_secrets = std::move(settings.webhook_secrets)};
}

App Shown(const store::AppRecord& record) {
  App app;
  app.id = record.id;
  app.kind = record.settings.kind;
  app.client_id = record.settings.client_id;
  app.webhook_secrets = static_cast<int>(record.settings.webhook_secrets.size());
  app.created_at = record.created_at;
  if (record.pause) app.paused_since = record.pause->since;
  return app;
}

}  // namespace

absl::Status CheckSettings(const AppSettings& settings) {
  std::vector<std::string> wrong;
  if (!IsClientId(settings.client_id)) {
    wrong.push_back("client_id must have 1 to 128 printable characters and no space");
  }
  if (!IsSecret(settings.client_secret)) wrong.push_back("client_secret must have 1 to 256 bytes");
  if (settings.webhook_secrets.size() > kMostWebhookSecrets) {
    wrong.push_back("webhook_secrets has more than 8 entries");
  }
  for (const Secret& secret : settings.webhook_secrets) {
    if (IsSecret(secret)) continue;
    wrong.push_back("webhook_secrets must have 1 to 256 bytes each, and not be blank");
    break;
  }
  if (wrong.empty()) return absl::OkStatus();
  return base::MakeError(Reason::kInvalidArgument, "app: " + absl::StrJoin(wrong, "; "));
}

absl::StatusOr<std::string> StoredApps::Create(AppSettings settings) {
  JOINPASS_RETURN_IF_ERROR(CheckSettings(settings));
  store::AppRecord record;
  record.id = base::NewAppId(context_.random);
  record.settings = ToStore(std::move(settings));
  record.created_at = context_.clock.Now();
  JOINPASS_RETURN_IF_ERROR(context_.records.CreateApp(record));
  return record.id;
}

absl::StatusOr<std::vector<App>> StoredApps::List() {
  JOINPASS_ASSIGN_OR_RETURN(const auto records, context_.records.ListApps());
  std::vector<App> apps;
  for (const store::AppRecord& record : records) apps.push_back(Shown(record));
  return apps;
}

absl::StatusOr<App> StoredApps::Get(const std::string& id) {
  JOINPASS_ASSIGN_OR_RETURN(const store::AppRecord record, context_.records.GetApp(id));
  return Shown(record);
}

absl::Status StoredApps::Update(const std::string& id, AppSettings settings) {
  JOINPASS_RETURN_IF_ERROR(CheckSettings(settings));
  JOINPASS_ASSIGN_OR_RETURN(store::AppRecord record, context_.records.GetApp(id));
  if (record.settings.kind != settings.kind) {
    return base::MakeError(Reason::kInvalidArgument, "app: its kind cannot change");
  }
  const store::AppRecord before = record;
  record.settings = ToStore(std::move(settings));
  JOINPASS_RETURN_IF_ERROR(context_.records.UpdateApp(record, context_.clock.Now()));
  if (before.pause) {
    context_.listeners.Notify("app_resumed",
                              "new settings end the pause of " + id + ": refreshes are sent again");
  }
  return oauth::TellOfApp(context_, before);
}

absl::Status StoredApps::Remove(const std::string& id) { return context_.records.RemoveApp(id); }

}  // namespace joinpass::engine
