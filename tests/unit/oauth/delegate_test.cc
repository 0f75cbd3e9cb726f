#include "oauth/delegate.h"

#include <doctest/doctest.h>

#include <string>

#include "absl/strings/escaping.h"
#include "support/engine_room.h"

namespace joinpass::oauth {
namespace {

using testing::JsonAnswer;
using testing::ScriptedTransport;

// A token that says of itself what the claims say.
std::string Jwt(const std::string& claims) {
  return absl::WebSafeBase64Escape(R"({"alg":"HS512"})") + "." + absl::WebSafeBase64Escape(claims) +
         ".c2lnbmF0dXJl";
}

struct Scene : testing::EngineRoom {
  AccessTokens tokens{context};
  AuthorizedCalls calls{context, tokens};
  std::string token = "opaque";
  ScriptedTransport::Answer me =
      JsonAnswer(200, R"({"id":"user-1","account_id":"account-1","email":"a@b.example"})");
  ScriptedTransport::Answer users = JsonAnswer(500, "");
  DelegateRequest request;

  explicit Scene(AppKind kind = AppKind::kUserManaged) {
    store::AppRecord app;
    app.id = "app_1";
    app.settings.kind = kind;
    app.settings.client_id = "client";
    app.settings.client_secret = Secret("client-secret");
    REQUIRE(records.CreateApp(app).ok());
    request.app_id = "app_1";
    request.callback_url = Secret("https://customer.example/token?key=1");
    transport.answer = [this](const ScriptedTransport::Seen& seen) -> ScriptedTransport::Answer {
      if (seen.target.find("/v2/users?") == 0) return users;
      if (seen.target.find("/token?key=") != 0) return me;
      message::Response response = JsonAnswer(200, token);
      response.headers = {{"Content-Type", "text/plain"}};
      return response;
    };
  }

  std::string Try() {
    const auto kept = FinishInTime(Delegate(context, calls, request, In(absl::Seconds(10))));
    return kept.ok() ? kept->record.id : std::string(ReasonName(ReasonOf(kept.status())));
  }
};

struct AccountScene : Scene {
  AccountScene() : Scene(AppKind::kAccountManaged) {}
};

const auto kNoScope = JsonAnswer(
    400,
    R"({"code":4711,"message":"Invalid access token, does not contain scopes:[user:read:user]."})");

TEST_SUITE("Delegate") {
  TEST_CASE_FIXTURE(Scene, "the same user again keeps his credential, and takes the new URL") {
    const std::string id = Try();
    CHECK(Stored(id).user_id == "user-1");
    CHECK(Stored(id).tokens.access_token.empty());
    request.callback_url = Secret("https://customer.example/token?key=2");
    CHECK(Try() == id);
    CHECK(Stored(id).tokens.callback_url == request.callback_url);
    me = JsonAnswer(200, R"({"id":"user-2","account_id":"account-1"})");
    CHECK(Try() != id);
  }

  TEST_CASE_FIXTURE(Scene, "a user who consented to us keeps his tokens, however late that came") {
    transport.hold = true;
    const auto kept = Begin(Delegate(context, calls, request, In(absl::Seconds(10))));
    REQUIRE(records.PutConsented(Consent("cred_1", "user-1", absl::Hours(1))).ok());
    transport.Release();
    loop.Run();
    REQUIRE(*kept);
    CHECK(ReasonOf((*kept)->status()) == Reason::kInvalidArgument);
    CHECK(Stored().tokens.refresh_token == Secret("refresh-0"));
    CHECK_FALSE(Stored().IsDelegated());
  }

  TEST_CASE_FIXTURE(Scene, "a consent takes the place of a URL") {
    const std::string id = Try();
    CHECK(records.PutConsented(Consent("cred_1", "user-1", absl::Hours(1)))->record.id == id);
    CHECK_FALSE(Stored(id).IsDelegated());
  }

  TEST_CASE_FIXTURE(Scene, "who it is says the token, where no scope lets us ask") {
    me = kNoScope;
    CHECK(Try() == "scope_missing");
    token = Jwt(R"({"iss":"zm:cid:client","uid":"user-7","aid":"account-1"})");
    CHECK(Stored(Try()).user_id == "user-7");
  }

  TEST_CASE_FIXTURE(Scene, "shows Zoom no token that is not one of Zoom's, to us") {
    for (const std::string& issuer :
         {std::string("zm:cid:another"), std::string("https://login.acme.example")}) {
      token = Jwt(R"({"iss":")" + issuer + R"(","client_id":"client","uid":"user-7"})");
      CHECK(Try() == "callback_answer_invalid");
    }
    CHECK(transport.seen.size() == 2);
    CHECK(transport.Count("/v2/") == 0);
  }

  TEST_CASE_FIXTURE(Scene,
                    "a token that Zoom refuses is the callback's fault, and asked for once") {
    me = JsonAnswer(401, R"({"code":124,"message":"Access token is expired."})");
    CHECK(Try() == "callback_answer_invalid");
    CHECK(transport.seen.size() == 2);
    me = JsonAnswer(503, "");
    CHECK(Try() == "zoom_unavailable");
  }

  TEST_CASE_FIXTURE(Scene, "somebody else than is expected is not kept") {
    request.expected.user_id = "user-2";
    CHECK(Try() == "consenter_unexpected");
    CHECK(records.ListCredentials("")->empty());
    request.expected.user_id = "user-1";
    CHECK(Stored(Try()).user_id == "user-1");
  }

  TEST_CASE_FIXTURE(AccountScene, "of an account-managed app is the account's") {
    const std::string id = Try();
    CHECK(Stored(id).account_id == "account-1");
    me = JsonAnswer(200, R"({"id":"user-2","account_id":"account-1"})");
    CHECK(Try() == id);
    me = JsonAnswer(200, R"({"id":"user-1"})");
    CHECK(Try() == "answer_invalid");
  }

  TEST_CASE_FIXTURE(AccountScene, "of an account whose token says nothing, is its owner's") {
    me = kNoScope;
    users = JsonAnswer(200, R"({"users":[{"id":"user-3","role_id":"2"},
                                         {"id":"user-1","role_id":"0"}]})");
    CHECK(Stored(Try()).account_id == "owner:user-1");
  }
}

}  // namespace
}  // namespace joinpass::oauth
