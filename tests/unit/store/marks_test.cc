// Plants marks in everything secret or personal and looks for them in the raw
// bytes of the files.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "crypto/fields.h"
#include "unit/store/raw_sqlite.h"
#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

// Numbers as text and as the bytes of an integer, either way round.
constexpr std::uint64_t kMeeting = 91'357'924'680;
constexpr std::uint64_t kPersonal = 6'421'357'908;

const std::vector<std::string> kTexts = {
    "MARKclientid",  "MARKclientsecret", "MARKwebhook", "MARKaccessone", "MARKrefreshone",
    "MARKaccesstwo", "MARKrefreshtwo",   "MARKscope",   "MARKorigin",    "MARKverifier",
    "MARKredirect",  "MARKbinding",      "MARKstate",   "MARKuser",      "MARKaccount",
    "MARKemail",     "MARKvanity",       "MARKhost",    "MARKhaccount",  "MARKtracking",
    "MARKcallback",
};

void AddForms(const std::string& mark, std::vector<std::string>& forms) {
  forms.push_back(mark);
  forms.push_back(absl::BytesToHexString(mark));
  forms.push_back(absl::AsciiStrToUpper(absl::BytesToHexString(mark)));
  // In base64 a text looks different at each of three offsets; the characters
  // that its neighbours change are cut off.
  for (std::size_t offset = 0; offset < 3; ++offset) {
    const std::string text = absl::Base64Escape(std::string(offset, 'x') + mark);
    const std::size_t from = (8 * offset + 5) / 6;
    forms.push_back(text.substr(from, 8 * (offset + mark.size()) / 6 - from));
  }
}

std::vector<std::string> AllForms() {
  std::vector<std::string> forms;
  for (const std::string& text : kTexts) AddForms(text, forms);
  for (const std::uint64_t number : {kMeeting, kPersonal}) {
    AddForms(std::to_string(number), forms);
    base::Buffer bytes;
    crypto::AppendBigEndian(bytes, number, 5);
    const std::string big(base::View(bytes));
    forms.push_back(big);
    forms.emplace_back(big.rbegin(), big.rend());
  }
  return forms;
}

AppRecord MarkedApp(const std::string& id) {
  return {.id = id,
          .settings = {.client_id = "MARKclientid" + id,
                       .client_secret = Secret("MARKclientsecret"),
                       .webhook_secrets = {Secret("MARKwebhook")}},
          .created_at = kNow};
}

Tokens MarkedTokens(const std::string& which) {
  return {.access_token = Secret("MARKaccess" + which),
          .refresh_token = Secret("MARKrefresh" + which),
          .access_expires_at = kNow,
          .scopes = {"MARKscope"},
          .api_origin = message::Origin{.host = "MARKorigin"}};
}

struct MarkedStore {
  testing::TempFolder folder;
  std::string path = folder / "store";
  OpenedStore opened{path};
  std::vector<std::string> forms = AllForms();
  int looked_at = 0;

  void LookFor(const std::string& where) {
    for (const auto& entry : std::filesystem::directory_iterator(where)) {
      if (!entry.is_regular_file()) continue;
      const std::string bytes = testing::ReadFile(entry.path());
      looked_at += bytes.empty() ? 0 : 1;
      for (const std::string& form : forms) {
        CAPTURE(entry.path().string());
        CAPTURE(form);
        CHECK(bytes.find(form) == std::string::npos);
      }
    }
  }

  void UseAll() {
    Records& records = opened.records;
    REQUIRE(records.CreateApp(MarkedApp("app_1")).ok());
    REQUIRE(records.UpdateApp(MarkedApp("app_1"), kNow).ok());
    REQUIRE(records.CreateApp(MarkedApp("app_2")).ok());
    REQUIRE(records.RemoveApp("app_2").ok());
    const AuthorizationRequest consent = {.app_id = "app_1",
                                          .redirect_uri = "MARKredirect",
                                          .code_verifier = Secret("MARKverifier"),
                                          .bound_to_hash = records.HashBinding("MARKbinding"),
                                          .expires_at = kNow};
    REQUIRE(records.PutAuthorization("MARKstate1", consent).ok());
    REQUIRE(records.PutAuthorization("MARKstate2", consent).ok());
    REQUIRE(Must(records.TakeAuthorization("MARKstate1", kNow)));
    Must(records.PutConsented({.id = "cred_1",
                               .app_id = "app_1",
                               .client_id = "MARKclientid",
                               .user_id = "MARKuser",
                               .account_id = "MARKaccount",
                               .email = "MARKemail",
                               .tokens = MarkedTokens("one"),
                               .connected_at = kNow}));
    const Secret spent("MARKrefreshone");
    REQUIRE(Must(records.OpenPending("cred_1", spent, {}, kNow)));
    REQUIRE(Must(records.CommitTokens("cred_1", spent, MarkedTokens("two"), kNow)));
    REQUIRE(Must(records.Condemn("cred_1", Secret("MARKrefreshtwo"), Cause::kAnswerLost, {},
                                 kNow)) == Records::Verdict::kWritten);
    const EventRecord validated = {
        .kind = CredentialEventKind::kValidated, .tracking_id = "MARKtracking", .http_status = 200};
    REQUIRE(records.AddEvent("cred_1", validated, kNow).ok());
    Must(records.PutConsented({.id = "cred_2",
                               .app_id = "app_1",
                               .app_kind = AppKind::kAccountManaged,
                               .account_id = "MARKaccount",
                               .tokens = {.callback_url = Secret("https://MARKcallback/?key=1")}}));
    UseDirectory();
    LoggedPass pass = {.id = "pass_1",
                       .at = kNow,
                       .meeting_number = kMeeting,
                       .vanity_name = "MARKvanity",
                       .host_user_id = "MARKhost"};
    ErrorInfo info;
    info.server_text = "MARKemail";
    info.tracking_id = "MARKtracking";
    pass.error = base::MakeError(info, "zoom: no");
    const Records::NotedPass noted = {pass, true};
    REQUIRE(records.PutPasses(std::array{noted}, kNow).ok());
  }

  void UseDirectory() {
    HostRecord host = HostOf("app_1", "MARKhost", kPersonal, "MARKvanity", kNow, "MARKhaccount");
    REQUIRE(opened.records.PutHost(host).ok());
    host.account_id = {"MARKhaccount2", kNow + absl::Hours(1)};
    REQUIRE(opened.records.PutHost(host).ok());
    MeetingRecord meeting = MeetingOf("app_1", kMeeting, "MARKhost", kNow, "MARKhaccount");
    REQUIRE(opened.records.PutMeetings(std::array{meeting}).ok());
    meeting.host = {{"MARKhost", "MARKhaccount2"}, kNow + absl::Hours(1)};
    REQUIRE(opened.records.PutMeetings(std::array{meeting}).ok());
  }
};

TEST_SUITE("Nothing secret or personal") {
  TEST_CASE_FIXTURE(MarkedStore, "stands in clear in any file or journal") {
    UseAll();
    LookFor(path);
    CHECK(looked_at == 6);
  }

  TEST_CASE_FIXTURE(MarkedStore, "stands in clear in the middle of a transaction") {
    UseAll();
    const std::string copies = folder / "copies";
    std::filesystem::create_directory(copies);
    const std::vector<std::pair<std::string, std::string>> writes = {
        {"credentials.db",
         "UPDATE credential SET generation=generation+1; "
         "UPDATE app SET created_at=1"},
        {"directory.db", "UPDATE meeting SET host_at=1; UPDATE host SET number_at=1"},
        {"ephemera.db", "UPDATE consent SET expires_at=1; UPDATE pass SET at=1"}};
    for (const auto& [name, sql] : writes) {
      RawSqlite raw(path + "/" + name);
      raw.Run("PRAGMA journal_mode=PERSIST; BEGIN IMMEDIATE; " + sql);
      std::filesystem::copy_file(path + "/" + name, copies + "/" + name);
      std::filesystem::copy_file(path + "/" + name + "-journal", copies + "/" + name + "-journal");
      // The journal holds the pages as they were before.
      CHECK(testing::ReadFile(copies + "/" + name + "-journal").size() > 4096);
      raw.Run("ROLLBACK");
    }
    LookFor(copies);
    CHECK(looked_at == 6);
  }

  TEST_CASE_FIXTURE(MarkedStore, "is missed by the search, were it there") {
    for (const std::string& text : kTexts) {
      for (const std::string& planted :
           {text, absl::BytesToHexString(text), absl::Base64Escape(text),
            absl::Base64Escape("a" + text), absl::Base64Escape("ab" + text + "yz")}) {
        const std::string bytes = "before" + planted + "after";
        CAPTURE(planted);
        CHECK(std::any_of(forms.begin(), forms.end(), [&](const std::string& form) {
          return bytes.find(form) != std::string::npos;
        }));
      }
    }
    RawSqlite raw(folder / "number.db");
    raw.Run("CREATE TABLE t(n INTEGER); INSERT INTO t VALUES(" + std::to_string(kMeeting) + ")");
    const std::string bytes = testing::ReadFile(folder / "number.db");
    CHECK(std::any_of(forms.begin(), forms.end(), [&](const std::string& form) {
      return bytes.find(form) != std::string::npos;
    }));
  }
}

}  // namespace
}  // namespace joinpass::store
