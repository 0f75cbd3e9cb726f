#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "unit/oauth/consent_scene.h"

namespace joinpass::oauth {
namespace {

struct AccountScene : ConsentScene {
  std::string access_token = "opaque";
  std::string scopes = "user:read:list_users:admin";
  std::string owner = "boss";

  // The owner stands on the second page.
  message::Response Page(bool second) const {
    if (second) {
      return JsonAnswer(200, R"({"users":[{"id":"member","role_id":"2"},{"id":")" + owner +
                                 R"(","role_id":"0"}],"next_page_token":""})");
    }
    return JsonAnswer(200, R"({"users":[{"id":"admin","role_id":"1"},{"email":"pending@b.example",
        "role_id":"0"},{"id":"other"}],"next_page_token":"next"})");
  }

  AccountScene() {
    store::AppRecord accounts;
    accounts.id = "app_accounts";
    accounts.settings.kind = AppKind::kAccountManaged;
    accounts.settings.client_id = "accounts";
    accounts.settings.client_secret = Secret("s");
    REQUIRE(records.CreateApp(accounts).ok());
    request.app_id = "app_accounts";
    transport.answer = [this](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") == 0) {
        return JsonAnswer(200, R"({"refresh_token":"r","access_token":")" + access_token +
                                   R"(","expires_in":3599,"scope":")" + scopes + R"("})");
      }
      if (seen.target.find("/v2/users?") == 0) {
        return Page(seen.target.find("next_page_token=next") != std::string::npos);
      }
      return JsonAnswer(200, R"({"id":"admin","account_id":"acme","email":"a@b.example"})");
    };
  }
};

TEST_SUITE("An account's consent") {
  TEST_CASE_FIXTURE(AccountScene,
                    "an account's consent is asked for its admin where that is allowed") {
    scopes += " user:read:user:admin";
    const auto credential = End("code=c&state=" + Begun());
    REQUIRE(credential.ok());
    CHECK(credential->user_id == "admin");
    CHECK(credential->account_id == "acme");
    CHECK(credential->client_id == "accounts");
    CHECK(records.FindCredential("app_accounts", store::Principal::Account("acme"))->id ==
          credential->id);
  }

  TEST_CASE_FIXTURE(AccountScene,
                    "without that scope the token itself names the account, without a request") {
    access_token = Jwt(R"({"iss":"zm:cid:accounts","uid":"admin","aid":"acme"})");
    const auto credential = End("code=c&state=" + Begun());
    REQUIRE(credential.ok());
    CHECK(credential->account_id == "acme");
    CHECK(transport.Count("/v2/") == 0);
  }

  TEST_CASE_FIXTURE(AccountScene, "where no scopes are said, Zoom is asked, and may refuse") {
    scopes = "";
    const auto asked = End("code=c&state=" + Begun());
    REQUIRE(NameOf(asked) == "ok");
    CHECK(asked->account_id == "acme");
    CHECK(asked->tokens.scopes.empty());
    access_token = Jwt(R"({"uid":"admin","aid":"globex"})");
    const auto token_answer = transport.answer;
    transport.answer = [&](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/oauth/token") == 0) return token_answer(seen);
      return JsonAnswer(400, R"({"code":4711,"message":"does not contain scopes:[a]."})");
    };
    const auto named = End("code=d&state=" + Begun());
    REQUIRE(NameOf(named) == "ok");
    CHECK(named->account_id == "globex");
  }

  TEST_CASE_FIXTURE(AccountScene, "an account that nobody names is kept without a name") {
    scopes = "meeting:read:list_meetings:admin";
    const auto credential = End("code=c&state=" + Begun());
    REQUIRE(NameOf(credential) == "unnamed");
    CHECK(Stored(credential->id).tokens.refresh_token == Secret("r"));
    const auto events = *records.ListEvents(credential->id);
    CHECK(events.front().kind == CredentialEventKind::kIdentificationFailed);
    CHECK(events.front().reason == "scope_missing");
  }

  TEST_CASE_FIXTURE(AccountScene, "a token that is no JWT leaves it to the list of its users") {
    const auto first = End("code=c&state=" + Begun());
    REQUIRE(NameOf(first) == "ok");
    CHECK(first->account_id == "owner:boss");
    CHECK(first->user_id.empty());
    CHECK(transport.Count("/v2/users?") == 2);
    CHECK(End("code=d&state=" + Begun())->id == first->id);
    owner = "another";
    CHECK(End("code=e&state=" + Begun())->id != first->id);
  }

  TEST_CASE_FIXTURE(AccountScene, "a list without an owner names nobody") {
    owner = "";
    const auto credential = End("code=c&state=" + Begun());
    REQUIRE(NameOf(credential) == "unnamed");
    CHECK(records.ListEvents(credential->id)->front().reason == "answer_invalid");
  }

  TEST_CASE_FIXTURE(AccountScene, "another admin of the account renews the same credential") {
    access_token = Jwt(R"({"uid":"admin","aid":"acme"})");
    const auto first = End("code=c&state=" + Begun());
    access_token = Jwt(R"({"uid":"deputy","aid":"acme"})");
    const auto second = End("code=d&state=" + Begun());
    REQUIRE(second.ok());
    CHECK(second->id == first->id);
    CHECK(second->user_id == "deputy");
  }
}

}  // namespace
}  // namespace joinpass::oauth
