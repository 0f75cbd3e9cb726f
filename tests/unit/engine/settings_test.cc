#include "joinpass/settings.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <string>

#include "joinpass/reason.h"
#include "support/temp_folder.h"

namespace joinpass {
namespace {

// What an environment and a file say.
struct SettingsScene {
  testing::TempFolder folder;
  std::map<std::string, std::string> environment;
  std::string file;

  absl::StatusOr<Settings> Read() {
    testing::WriteFile(folder / ".env", file);
    SettingsSources sources;
    sources.env_file = folder / ".env";
    sources.environment = [this](const std::string& name) -> std::optional<Secret> {
      const auto found = environment.find(name);
      if (found == environment.end()) return std::nullopt;
      return Secret(found->second);
    };
    return ReadSettings(sources);
  }
  Settings Must() {
    const auto settings = Read();
    REQUIRE(settings.ok());
    return *settings;
  }
  std::string WhyNot() {
    const auto settings = Read();
    REQUIRE_FALSE(settings.ok());
    return std::string(ReasonName(ReasonOf(settings.status()))) + ": " +
           std::string(settings.status().message());
  }
};

TEST_SUITE("Settings") {
  TEST_CASE_FIXTURE(SettingsScene, "have their defaults where nobody says anything") {
    const Settings settings = Must();
    const EngineOptions defaults;
    CHECK(settings.engine.store_folder.empty());
    CHECK(settings.engine.key_file.empty());
    CHECK(settings.engine.keys.empty());
    CHECK_FALSE(settings.engine.key_callback);
    CHECK(settings.engine.oauth_origin == defaults.oauth_origin);
    CHECK(settings.engine.api_origin == defaults.api_origin);
    CHECK(settings.app.kind == AppKind::kUserManaged);
    CHECK(settings.engine.proxy.empty());
    CHECK(settings.engine.no_proxy.empty());
    CHECK(settings.app.client_id.empty());
    CHECK(settings.app.webhook_secrets.empty());
    CHECK(settings.expected.account_id.empty());
  }

  TEST_CASE_FIXTURE(SettingsScene, "are each read by its name") {
    SUBCASE("of a file") {
      file =
          "JOINPASS_STORE=/store\nJOINPASS_KEY_FILE=/key\nJOINPASS_KEYS=one,two\n"
          "ZOOM_OAUTH_ORIGIN=https://zoomgov.com\nZOOM_API_ORIGIN=https://api.zoomgov.com\n"
          "HTTPS_PROXY=http://u:p@proxy\nNO_PROXY=*.local\n"
          "JOINPASS_CA_FILE=/ca\nJOINPASS_APP_KIND=account_managed\nZOOM_CLIENT_ID=id\n"
          "ZOOM_CLIENT_SECRET=secret\nZOOM_WEBHOOK_SECRET_TOKEN=hook\n"
          "ZOOM_REDIRECT_URI=https://bot.example/cb\nZOOM_ACCOUNT_ID=acme\n";
    }
    SUBCASE("of an environment") {
      environment = {{"JOINPASS_STORE", "/store"},
                     {"JOINPASS_KEY_FILE", "/key"},
                     {"JOINPASS_KEYS", "one,two"},
                     {"ZOOM_OAUTH_ORIGIN", "https://zoomgov.com"},
                     {"ZOOM_API_ORIGIN", "https://api.zoomgov.com"},
                     {"JOINPASS_CA_FILE", "/ca"},
                     {"HTTPS_PROXY", "http://another"},
                     {"https_proxy", "http://u:p@proxy"},
                     {"NO_PROXY", "another"},
                     {"no_proxy", "*.local"},
                     {"JOINPASS_APP_KIND", "account_managed"},
                     {"ZOOM_CLIENT_ID", "id"},
                     {"ZOOM_CLIENT_SECRET", "secret"},
                     {"ZOOM_WEBHOOK_SECRET_TOKEN", "hook"},
                     {"ZOOM_REDIRECT_URI", "https://bot.example/cb"},
                     {"ZOOM_ACCOUNT_ID", "acme"}};
    }
    const Settings settings = Must();
    CHECK(settings.engine.store_folder == "/store");
    CHECK(settings.engine.key_file == "/key");
    CHECK(settings.engine.keys == Secret("one\ntwo"));
    CHECK(settings.engine.oauth_origin == "https://zoomgov.com");
    CHECK(settings.engine.api_origin == "https://api.zoomgov.com");
    CHECK(settings.engine.ca_file == "/ca");
    CHECK(settings.engine.proxy == Secret("http://u:p@proxy"));
    CHECK(settings.engine.no_proxy == "*.local");
    CHECK(settings.app.kind == AppKind::kAccountManaged);
    CHECK(settings.app.client_id == "id");
    CHECK(settings.app.client_secret == Secret("secret"));
    REQUIRE(settings.app.webhook_secrets.size() == 1);
    CHECK(settings.app.webhook_secrets[0] == Secret("hook"));
    CHECK(settings.redirect_uri == "https://bot.example/cb");
    CHECK(settings.expected.account_id == "acme");
  }

  TEST_CASE_FIXTURE(SettingsScene, "of the environment count before those of the file") {
    file = "ZOOM_REDIRECT_URI=file\nJOINPASS_STORE=file\nJOINPASS_CA_FILE=file\n";
    environment = {{"ZOOM_REDIRECT_URL", "environment"},
                   {"JOINPASS_STORE", "environment"},
                   {"JOINPASS_CA_FILE", ""}};
    const Settings settings = Must();
    CHECK(settings.redirect_uri == "environment");
    CHECK(settings.engine.store_folder == "environment");
    CHECK(settings.engine.ca_file == "file");
  }

  TEST_CASE_FIXTURE(SettingsScene, "say of one place where the keys are") {
    file = "JOINPASS_KEY_FILE=/key\n";
    environment = {{"JOINPASS_KEYS", "one"}};
    CHECK(Must().engine.key_file.empty());
    CHECK(Must().engine.keys == Secret("one"));
    file = "JOINPASS_KEYS=one\n";
    environment = {{"JOINPASS_KEY_FILE", "/key"}};
    CHECK(Must().engine.key_file == "/key");
    CHECK(Must().engine.keys.empty());
  }

  TEST_CASE_FIXTURE(SettingsScene, "have several names, of which the first counts") {
    const std::vector<std::vector<std::string>> all = {
        {"ZOOM_WEBHOOK_SECRET_TOKEN", "ZOOM_WEBHOOK_SECRET", "ZOOM_SECRET_TOKEN",
         "ZOOM_APP_SECRET_TOKEN", "RIVET_WEBHOOK_SECRET_TOKEN", "WEBHOOK_SECRET_TOKEN"},
        {"ZOOM_REDIRECT_URI", "ZOOM_REDIRECT_URL", "ZOOM_OAUTH_APP_REDIRECT_URI"},
    };
    for (const auto& names : all) {
      for (std::size_t first = 0; first < names.size(); ++first) {
        CAPTURE(names[first]);
        file.clear();
        for (std::size_t i = names.size(); i > first; --i) {
          file += names[i - 1] + "=" + names[i - 1] + "\n";
        }
        const Settings settings = Must();
        const std::string given = settings.app.webhook_secrets.empty()
                                      ? settings.redirect_uri
                                      : std::string(settings.app.webhook_secrets[0].Reveal());
        CHECK(given == names[first]);
      }
    }
  }

  TEST_CASE_FIXTURE(SettingsScene, "have a client id and its secret of one row") {
    const std::string rows[] = {"ZOOM_OAUTH_CLIENT", "ZOOM_OAUTH_APP_CLIENT", "ZOOM_CLIENT"};
    file = "ZOOM_SDK_KEY=key\nZOOM_SDK_SECRET=of key\n";
    CHECK(Must().app.client_id == "key");
    CHECK(Must().app.client_secret == Secret("of key"));
    for (int i = 2; i >= 0; --i) {
      file += rows[i] + "_ID=" + rows[i] + "\n" + rows[i] + "_SECRET=of " + rows[i] + "\n";
      CHECK(Must().app.client_id == rows[i]);
      CHECK(Must().app.client_secret == Secret("of " + rows[i]));
    }
    environment = {{"ZOOM_SDK_KEY", "mine"}};  // its secret stands in the file
    CHECK(Must().app.client_id == "mine");
    CHECK(Must().app.client_secret == Secret("of key"));
    file.clear();
    CHECK(WhyNot() == "invalid_argument: settings: ZOOM_SDK_KEY is set without ZOOM_SDK_SECRET");
    environment.clear();
    file = "ZOOM_CLIENT_SECRET=s\nJOINPASS_APP_KIND=both\n";
    CHECK(WhyNot() ==
          "invalid_argument: settings: JOINPASS_APP_KIND is neither user_managed nor "
          "account_managed; ZOOM_CLIENT_SECRET is set without ZOOM_CLIENT_ID");
  }

  TEST_CASE_FIXTURE(SettingsScene, "come of a plain file, or of none") {
    file = "nonsense";
    CHECK(WhyNot() == "invalid_argument: settings: the file says no NAME=value in line 1");
    const auto read = [](const std::string& path) {
      SettingsSources sources;
      sources.env_file = path;
      sources.environment = [](const std::string&) { return std::nullopt; };
      return ReadSettings(sources);
    };
    CHECK(read("").ok());
    CHECK(read(folder / "none").ok());
    const auto of_folder = read(folder.path());
    REQUIRE_FALSE(of_folder.ok());
    CHECK(of_folder.status().message() == "settings: the file is no plain file");
    REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK_FALSE(read(folder / "pipe").ok());
    testing::WriteFile(folder / "large", std::string(70'000, '\n'));
    CHECK_FALSE(read(folder / "large").ok());
    const auto below_a_file = read(folder / ".env/x");
    REQUIRE_FALSE(below_a_file.ok());
    CHECK(ReasonOf(below_a_file.status()) == Reason::kStoreUnavailable);
  }

  TEST_CASE_FIXTURE(SettingsScene, "are read from the process and its folder by themselves") {
    const std::string before = std::filesystem::current_path();
    testing::WriteFile(folder / ".env", "JOINPASS_STORE=of the file\n");
    REQUIRE(chdir(std::string(folder.path()).c_str()) == 0);
    REQUIRE(setenv("ZOOM_REDIRECT_URI", "of the process", 1) == 0);
    const auto settings = ReadSettings();
    unsetenv("ZOOM_REDIRECT_URI");
    REQUIRE(chdir(before.c_str()) == 0);
    REQUIRE(settings.ok());
    CHECK(settings->engine.store_folder == "of the file");
    CHECK(settings->redirect_uri == "of the process");
  }

  TEST_CASE_FIXTURE(SettingsScene, "that throw are an error") {
    SettingsSources sources;
    sources.env_file = "";
    sources.environment = [](const std::string&) -> std::optional<Secret> { throw 7; };
    CHECK_FALSE(ReadSettings(sources).ok());
  }
}

}  // namespace
}  // namespace joinpass
