#include "joinpass/settings.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/exceptions.h"
#include "base/status.h"
#include "base/text.h"
#include "base/wipe.h"
#include "engine/env_file.h"

namespace joinpass {
namespace {

using Names = std::span<const char* const>;

constexpr const char* kWebhookSecret[] = {"ZOOM_WEBHOOK_SECRET_TOKEN",  "ZOOM_WEBHOOK_SECRET",
                                          "ZOOM_SECRET_TOKEN",          "ZOOM_APP_SECRET_TOKEN",
                                          "RIVET_WEBHOOK_SECRET_TOKEN", "WEBHOOK_SECRET_TOKEN"};
constexpr const char* kRedirectUri[] = {"ZOOM_REDIRECT_URI", "ZOOM_REDIRECT_URL",
                                        "ZOOM_OAUTH_APP_REDIRECT_URI"};

// As curl has it, lower case first.
constexpr const char* kProxy[] = {"https_proxy", "HTTPS_PROXY"};
constexpr const char* kNoProxy[] = {"no_proxy", "NO_PROXY"};

constexpr char kKeyFile[] = "JOINPASS_KEY_FILE";
constexpr char kKeys[] = "JOINPASS_KEYS";

struct ClientNames {
  const char* id;
  const char* secret;
};
constexpr ClientNames kClients[] = {
    {"ZOOM_OAUTH_CLIENT_ID", "ZOOM_OAUTH_CLIENT_SECRET"},
    {"ZOOM_OAUTH_APP_CLIENT_ID", "ZOOM_OAUTH_APP_CLIENT_SECRET"},
    {"ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET"},
    {"ZOOM_SDK_KEY", "ZOOM_SDK_SECRET"},
};

std::optional<Secret> OfProcess(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return Secret(value);
}

absl::Status CannotBeRead(int error) {
  return base::SystemError(Reason::kStoreUnavailable, "settings: the file cannot be read", error);
}

absl::StatusOr<base::Buffer> ReadAll(int fd) {
  struct stat file = {};
  if (fstat(fd, &file) != 0) return CannotBeRead(errno);
  if (!S_ISREG(file.st_mode)) {
    return base::MakeError(Reason::kInvalidArgument, "settings: the file is no plain file");
  }
  base::Buffer text(engine::kLargestEnvFile + 1);
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = read(fd, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return CannotBeRead(errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return text;
}

// Nothing, if it is not there.
absl::StatusOr<base::Buffer> ReadEnvFile(const std::string& path) {
  if (path.empty()) return base::Buffer();
  // O_NONBLOCK: a pipe under this name must not hold us up.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 && errno == ENOENT) return base::Buffer();
  if (fd < 0) return CannotBeRead(errno);
  absl::StatusOr<base::Buffer> text = ReadAll(fd);
  close(fd);
  return text;
}

// The lines, of which an environment holds one only.
Secret WithLineBreaks(const Secret& keys) {
  base::Buffer text = base::ToBuffer(keys.Reveal());
  std::replace(text.begin(), text.end(), ',', '\n');
  return Secret(base::View(text));
}

// What was set, and what of it is wrong.
class Given {
 public:
  Given(const SettingsSources& sources, std::map<std::string, Secret> file)
      : environment_(sources.environment ? sources.environment : OfProcess),
        file_(std::move(file)) {}

  // Of the first name that is set, in the environment or else in the file. Or nothing.
  Secret Of(Names names) const {
    for (const char* name : names) {
      if (Secret value = InEnvironment(name); !value.empty()) return value;
    }
    for (const char* name : names) {
      if (Secret value = InFile(name); !value.empty()) return value;
    }
    return Secret();
  }
  Secret Of(const char* name) const { return Of(Names(&name, 1)); }
  // Or stays as it is.
  void Set(std::string& text, const char* name) const {
    if (Secret given = Of(name); !given.empty()) text = given.Reveal();
  }

  void SetKeys(EngineOptions& engine) const {
    const bool in_environment = !InEnvironment(kKeyFile).empty() || !InEnvironment(kKeys).empty();
    const auto get = [&](const char* name) {
      return in_environment ? InEnvironment(name) : InFile(name);
    };
    engine.key_file = std::string(get(kKeyFile).Reveal());
    engine.keys = WithLineBreaks(get(kKeys));
  }

  void SetClient(AppSettings& app) {
    const ClientNames* client = ClientIn(&Given::InEnvironment);
    if (client == nullptr) client = ClientIn(&Given::InFile);
    if (client == nullptr) return;
    app.client_id = Of(client->id).Reveal();
    app.client_secret = Of(client->secret);
    if (app.client_id.empty()) {
      wrong_.push_back(absl::StrCat(client->secret, " is set without ", client->id));
    }
    if (app.client_secret.empty()) {
      wrong_.push_back(absl::StrCat(client->id, " is set without ", client->secret));
    }
  }

  void SetKind(AppKind& kind) {
    const std::string name(Of("JOINPASS_APP_KIND").Reveal());
    if (name == "account_managed") kind = AppKind::kAccountManaged;
    if (name.empty() || name == "user_managed" || name == "account_managed") return;
    wrong_.push_back("JOINPASS_APP_KIND is neither user_managed nor account_managed");
  }

  absl::Status Verdict() const {
    if (wrong_.empty()) return absl::OkStatus();
    return base::MakeError(Reason::kInvalidArgument, "settings: " + absl::StrJoin(wrong_, "; "));
  }

 private:
  // The first row of which anything is set there.
  const ClientNames* ClientIn(Secret (Given::*there)(const char*) const) const {
    const auto is_set = [this, there](const ClientNames& names) {
      return !(this->*there)(names.id).empty() || !(this->*there)(names.secret).empty();
    };
    const auto* found = std::find_if(std::begin(kClients), std::end(kClients), is_set);
    return found == std::end(kClients) ? nullptr : found;
  }
  Secret InEnvironment(const char* name) const { return environment_(name).value_or(Secret()); }
  Secret InFile(const char* name) const {
    const auto found = file_.find(name);
    return found == file_.end() ? Secret() : found->second;
  }

  std::function<std::optional<Secret>(const std::string&)> environment_;
  std::map<std::string, Secret> file_;
  std::vector<std::string> wrong_;
};

absl::StatusOr<Settings> Read(const SettingsSources& sources) {
  JOINPASS_ASSIGN_OR_RETURN(const base::Buffer text, ReadEnvFile(sources.env_file));
  JOINPASS_ASSIGN_OR_RETURN(auto file, engine::ReadEnvLines(base::View(text)));
  Given given(sources, std::move(file));
  Settings settings;
  given.Set(settings.engine.store_folder, "JOINPASS_STORE");
  given.SetKeys(settings.engine);
  given.Set(settings.engine.oauth_origin, "ZOOM_OAUTH_ORIGIN");
  given.Set(settings.engine.api_origin, "ZOOM_API_ORIGIN");
  given.Set(settings.engine.ca_file, "JOINPASS_CA_FILE");
  settings.engine.proxy = given.Of(kProxy);
  settings.engine.no_proxy = given.Of(kNoProxy).Reveal();
  given.SetKind(settings.app.kind);
  given.SetClient(settings.app);
  if (Secret secret = given.Of(kWebhookSecret); !secret.empty()) {
    settings.app.webhook_secrets.push_back(std::move(secret));
  }
  settings.redirect_uri = given.Of(kRedirectUri).Reveal();
  given.Set(settings.expected.account_id, "ZOOM_ACCOUNT_ID");
  JOINPASS_RETURN_IF_ERROR(given.Verdict());
  return settings;
}

}  // namespace

absl::StatusOr<Settings> ReadSettings(const SettingsSources& sources) {
  try {
    return Read(sources);
  } catch (...) {
    return base::StatusOfException();
  }
}

}  // namespace joinpass
