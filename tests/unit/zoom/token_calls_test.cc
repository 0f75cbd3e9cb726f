#include "zoom/token_calls.h"

#include <doctest/doctest.h>

#include <string>

#include "answers.h"

namespace joinpass::zoom {
namespace {

using message::Method;
using testing::Answer;
using testing::InfoIn;

const absl::Time kSent = absl::FromUnixSeconds(1'700'000'000);
const ClientKeys kKeys = {.client_id = "CLIENT_ID", .client_secret = Secret("CLIENT_SECRET")};

TEST_SUITE("AuthorizeUrl") {
  TEST_CASE("asks for a code with PKCE and leaves nothing unencoded") {
    CHECK(AuthorizeUrl({}, "id&x", "https://app.example/cb?a=b", "st ate", "E9-_Melh") ==
          "https://zoom.us/oauth/authorize?response_type=code&client_id=id%26x"
          "&redirect_uri=https%3A%2F%2Fapp.example%2Fcb%3Fa%3Db&state=st%20ate"
          "&code_challenge=E9-_Melh&code_challenge_method=S256");
  }
}

TEST_SUITE("A token call") {
  TEST_CASE("exchanges a code as Zoom's example does") {
    const message::Request request =
        ExchangeCode({}, kKeys, Secret("JFiSLNVIEejhfiJLmU6AuTnKZQ"), "https://app.example/cb",
                     Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
    CHECK(request.method == Method::kPost);
    CHECK(request.origin == Origins().oauth);
    CHECK(request.target == "/oauth/token");
    CHECK(request.authorization.Reveal() == "Basic Q0xJRU5UX0lEOkNMSUVOVF9TRUNSRVQ=");
    CHECK(request.content_type == "application/x-www-form-urlencoded");
    CHECK(request.body.Reveal() ==
          "grant_type=authorization_code&code=JFiSLNVIEejhfiJLmU6AuTnKZQ&redirect_uri=https%3A%2F%"
          "2Fapp.example%2Fcb&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    CHECK(request.send_once);
    CHECK(request.take_partial);
    CHECK_FALSE(request.follow_redirects);
  }

  TEST_CASE("sends a refresh token once, and encodes it") {
    const message::Request request = RefreshToken({}, kKeys, Secret("a+b/c=&d"));
    CHECK(request.body.Reveal() == "grant_type=refresh_token&refresh_token=a%2Bb%2Fc%3D%26d");
    CHECK(request.send_once);
    CHECK(request.take_partial);
    CHECK_FALSE(request.follow_redirects);
    CHECK(request.target == "/oauth/token");
  }

  TEST_CASE("probes with nothing but the keys, and may do so again") {
    const message::Request request = ProbeClient({}, kKeys);
    CHECK(request.body.Reveal() == "grant_type=client_credentials");
    CHECK_FALSE(request.send_once);
    CHECK_FALSE(request.authorization.empty());
  }

  TEST_CASE("revokes at an address of its own") {
    const Origins origins = {.oauth = {.host = "one.example"}, .api = {.host = "two.example"}};
    const message::Request request = RevokeToken(origins, kKeys, Secret("t"));
    CHECK(request.origin == origins.oauth);
    CHECK(request.target == "/oauth/revoke");
    CHECK(request.body.Reveal() == "token=t");
    CHECK(request.send_once);
  }
}

TEST_SUITE("ReadTokenAnswer") {
  TEST_CASE("reads what Zoom's example holds") {
    const auto answer = ReadTokenAnswer(
        Answer(200, R"({"access_token":"acc","token_type":"bearer","refresh_token":"ref",
                        "expires_in":3599,"scope":"user:read:user  meeting:read user:read:user",
                        "api_url":"https://api-eu.zoom.us"})"),
        kSent);
    REQUIRE(answer.ok());
    CHECK(answer->access_token.Reveal() == "acc");
    CHECK(answer->refresh_token.Reveal() == "ref");
    CHECK(answer->expires_at == kSent + absl::Seconds(3599));
    CHECK(answer->scopes == std::vector<std::string>{"user:read:user", "meeting:read"});
    CHECK(answer->api_url == "https://api-eu.zoom.us");
  }

  TEST_CASE("keeps the old refresh token where there is no new one") {
    const auto answer = ReadTokenAnswer(Answer(200, R"({"access_token":"acc"})"), kSent);
    REQUIRE(answer.ok());
    CHECK(answer->refresh_token.empty());
    CHECK(answer->scopes.empty());
    CHECK(answer->api_url.empty());
    CHECK(answer->expires_at == kSent + absl::Hours(1));
  }

  TEST_CASE("takes a lifetime in any shape, and an absurd one as one hour") {
    struct Row {
      const char* lifetime;
      int seconds;
    };
    for (const Row& row :
         {Row{"3600", 3600}, Row{"\"3599\"", 3599}, Row{"1", 1}, Row{"0", 3600}, Row{"-1", 3600},
          Row{"86400", 86400}, Row{"86401", 3600}, Row{"1e3", 3600}, Row{"null", 3600},
          Row{"\"soon\"", 3600}, Row{"\"03599\"", 3600}, Row{"99999999999999999999", 3600}}) {
      CAPTURE(row.lifetime);
      const std::string body =
          std::string(R"({"access_token":"a","expires_in":)") + row.lifetime + "}";
      const auto answer = ReadTokenAnswer(Answer(200, body), kSent);
      REQUIRE(answer.ok());
      CHECK(answer->expires_at == kSent + absl::Seconds(row.seconds));
    }
  }

  TEST_CASE("names each refusal") {
    struct Row {
      int http;
      const char* body;
      Reason reason;
      const char* cause;
    };
    for (const Row& row : {
             Row{400, R"({"reason":"Invalid Token!","error":"invalid_grant"})",
                 Reason::kReauthorizationRequired, "revoked_or_expired"},
             Row{401, R"({"reason":"Invalid Token!","error":"invalid_grant"})",
                 Reason::kReauthorizationRequired, "revoked_or_expired"},
             Row{400, R"({"reason":"Invalid authorization code","error":"invalid_grant"})",
                 Reason::kReauthorizationRequired, "revoked_or_expired"},
             Row{400, R"({"reason":"Invalid authorization code abc","error":"invalid_request"})",
                 Reason::kReauthorizationRequired, "revoked_or_expired"},
             Row{400, R"({"reason":"Redirect URI mismatch.","error":"invalid_grant"})",
                 Reason::kAppCredentialsInvalid, "redirect_uri_mismatch"},
             Row{400, R"({"reason":"Redirect URI mismatch","error":"invalid_request"})",
                 Reason::kAppCredentialsInvalid, "redirect_uri_mismatch"},
             Row{400, R"({"reason":"Invalid redirect: x","error":"invalid_request"})",
                 Reason::kAppCredentialsInvalid, "redirect_uri_mismatch"},
             Row{401, R"({"reason":"bad redirect_uri","error":"invalid_client"})",
                 Reason::kAppCredentialsInvalid, "redirect_uri_mismatch"},
             Row{400, R"({"code":4709,"message":"Redirect URI mismatch."})",
                 Reason::kAppCredentialsInvalid, "redirect_uri_mismatch"},
             Row{400, R"({"error":"unauthorized_client"})", Reason::kAppCredentialsInvalid,
                 "client_unauthorized"},
             Row{400, R"({"reason":"The app has been disabled","error":"invalid_grant"})",
                 Reason::kAppCredentialsInvalid, "app_disabled"},
             Row{400, R"({"reason":"App has been removed","error":"invalid_request"})",
                 Reason::kAppCredentialsInvalid, "app_disabled"},
             Row{400, R"({"code":4717,"message":"no"})", Reason::kAppCredentialsInvalid,
                 "app_disabled"},
             Row{400, R"({"errorCode":4738,"errorMessage":"no"})", Reason::kAppCredentialsInvalid,
                 "app_disabled"},
             Row{400, R"({"code":4740,"message":"The app has been disabled."})",
                 Reason::kAppCredentialsInvalid, "app_disabled"},
             Row{400, R"({"code":4741,"message":"This app has been removed."})",
                 Reason::kAppCredentialsInvalid, "app_disabled"},
             Row{400, R"({"code":4740,"message":"no"})", Reason::kReauthorizationRequired,
                 "revoked_or_expired"},
             Row{401, R"({"reason":"Invalid Token!","error":"invalid_request"})",
                 Reason::kReauthorizationRequired, "revoked_or_expired"},
             Row{400, R"({"reason":"Missing grant type","error":"invalid_request"})",
                 Reason::kRequestRefused, ""},
             Row{400, R"({"reason":"Invalid client_id or client_secret","error":"invalid_client"})",
                 Reason::kAppCredentialsInvalid, ""},
             Row{401, R"({"reason":"Invalid client_id or client_secret","error":"invalid_client"})",
                 Reason::kAppCredentialsInvalid, ""},
             Row{400, R"({"reason":"unsupported grant type","error":"unsupported_grant_type"})",
                 Reason::kRequestRefused, ""},
             Row{400, R"({"error":"invalid_scope"})", Reason::kRequestRefused, ""},
             Row{400, R"({"error":"unsupported grant"})", Reason::kRequestRefused, ""},
             Row{400, R"({"code":4702,"message":"no"})", Reason::kAppCredentialsInvalid, ""},
             Row{400, R"({"code":4709,"message":"no"})", Reason::kAppCredentialsInvalid,
                 "redirect_uri_mismatch"},
             Row{400, R"({"errorCode":"4709","errorMessage":"no"})", Reason::kAppCredentialsInvalid,
                 "redirect_uri_mismatch"},
             Row{400, R"({"code":"4741","message":"no"})", Reason::kReauthorizationRequired,
                 "revoked_or_expired"},
             Row{400, R"({"code":4700,"message":"no"})", Reason::kRequestRefused, ""},
             Row{400, R"({"code":4799,"message":"no"})", Reason::kRequestRefused, ""},
             Row{400, R"({"error":"server_error"})", Reason::kZoomUnavailable, ""},
             Row{429, R"({"code":429,"message":"slow"})", Reason::kRateLimited, ""},
             Row{429, "<html>", Reason::kRateLimited, ""},
             // What may or may not have spent the token:
             Row{400, R"({"error":"something_new"})", Reason::kZoomUnavailable, ""},
             Row{404, R"({"error":"Not Found"})", Reason::kZoomUnavailable, ""},
             Row{403, R"({"code":1020,"message":"no"})", Reason::kZoomUnavailable, ""},
             Row{400, R"({"code":4699,"message":"no"})", Reason::kZoomUnavailable, ""},
             Row{400, R"({"code":4800,"message":"no"})", Reason::kZoomUnavailable, ""},
             Row{500, R"({"error":"invalid_grant"})", Reason::kZoomUnavailable, ""},
             Row{502, "<html>Bad gateway</html>", Reason::kZoomUnavailable, ""},
             Row{408, R"({"error":"invalid_grant"})", Reason::kZoomUnavailable, ""},
             Row{400, "<html>", Reason::kZoomUnavailable, ""},
             Row{400, "{}", Reason::kZoomUnavailable, ""},
             Row{403, "", Reason::kZoomUnavailable, ""},
             Row{302, "", Reason::kZoomUnavailable, ""},
             Row{302, R"({"error":"invalid_grant"})", Reason::kZoomUnavailable, ""},
             Row{204, "", Reason::kZoomUnavailable, ""},
             Row{200, "<html>", Reason::kZoomUnavailable, ""},
             Row{200, "", Reason::kZoomUnavailable, ""},
             Row{200, "{}", Reason::kAnswerInvalid, ""},
             Row{200, R"({"access_token":"")", Reason::kAnswerInvalid, ""},
             Row{200, R"({"access_token":""})", Reason::kAnswerInvalid, ""},
             Row{200, R"({"access_token":7})", Reason::kAnswerInvalid, ""},
             Row{200, R"({"access_token":"a b"})", Reason::kAnswerInvalid, ""},
             Row{200, R"({"access_token":"a\r\nX: y"})", Reason::kAnswerInvalid, ""},
             Row{200, R"({"access_token":"a","refresh_token":"b c"})", Reason::kAnswerInvalid, ""},
             Row{200, R"({"access_token":"a","refresh_token":"b)", Reason::kAnswerInvalid, ""},
             Row{200, R"({"access_token":"a","refresh_token":"b\u0020"} x)", Reason::kAnswerInvalid,
                 ""},
             Row{200, R"({"access_token":"a","expires_in":)", Reason::kAnswerInvalid, ""},
             Row{200, R"([{"access_token":"a"}])", Reason::kAnswerInvalid, ""},
         }) {
      CAPTURE(row.http);
      CAPTURE(row.body);
      const ErrorInfo info = InfoIn(ReadTokenAnswer(Answer(row.http, row.body), kSent).status());
      CHECK(info.reason == row.reason);
      CHECK(CauseName(info.cause) == row.cause);
      CHECK(info.http_status == row.http);
      CHECK(info.request_left);
    }
  }

  TEST_CASE("shows what Zoom said, but no code") {
    const auto answer = ReadTokenAnswer(
        Answer(400, R"({"reason":"Invalid authorization code 7short","error":"invalid_request"})",
               {{"X-Zm-TrackingId", "v=2.0;rid=WEB_1"}}),
        kSent);
    CHECK(InfoIn(answer.status()).server_text == "Invalid authorization code [...]");
    CHECK(InfoIn(answer.status()).tracking_id == "v=2.0;rid=WEB_1");
  }

  TEST_CASE("keeps the tokens where a label beside them is too long") {
    const std::string body = R"({"scope":")" + std::string(300 * 1024, 's') +
                             R"(","access_token":"acc","refresh_token":"ref"})";
    const auto answer = ReadTokenAnswer(Answer(200, body), kSent);
    REQUIRE(answer.ok());
    CHECK(answer->access_token.Reveal() == "acc");
    CHECK(answer->refresh_token.Reveal() == "ref");
    CHECK(answer->scopes.empty());
    const std::string bad =
        R"({"access_token":"acc","refresh_token":")" + std::string(300 * 1024, 'r') + R"("})";
    CHECK(ReasonOf(ReadTokenAnswer(Answer(200, bad), kSent).status()) == Reason::kAnswerInvalid);
  }

  TEST_CASE("reads scopes however they are written, and tells none from not said") {
    const std::vector<std::string> want = {"user:read:user", "meeting:read"};
    for (const char* scope :
         {R"("user:read:user meeting:read")", R"("user:read:user,meeting:read")",
          R"("user:read:user, meeting:read")", R"(["user:read:user","meeting:read"])",
          R"(["user:read:user meeting:read"])", R"(["user:read:user",7,["x"],"meeting:read"])"}) {
      CAPTURE(scope);
      const auto answer = ReadTokenAnswer(
          Answer(200, std::string(R"({"access_token":"a","scope":)") + scope + "}"), kSent);
      REQUIRE(answer.ok());
      CHECK(answer->scopes == want);
    }
    for (const char* scope : {"\"\"", "[]", "null", "{}", "7", "[7]"}) {
      CAPTURE(scope);
      const auto answer = ReadTokenAnswer(
          Answer(200, std::string(R"({"access_token":"a","scope":)") + scope + "}"), kSent);
      REQUIRE(answer.ok());
      CHECK(answer->scopes.empty());
    }
  }

  // The one live refresh token may be in it.
  TEST_CASE("keeps tokens that stand whole in a damaged answer") {
    const std::string deep = std::string(40, '[') + std::string(40, ']');
    for (const std::string& body : {
             std::string("\xef\xbb\xbf{\"access_token\":\"acc\",\"refresh_token\":\"ref\"}"),
             std::string(R"({"access_token":"acc","refresh_token":"ref","expires_in":35)"),
             std::string(R"({"access_token":"acc","refresh_token":"ref")"),
             std::string(R"({"access_token":"acc","refresh_token":"ref",})"),
             std::string(R"({"access_token":"acc","refresh_token":"ref","scope":"a)"),
             "{\"scope\":\"\xff\"," +
                 std::string("\"access_token\":\"acc\",\"refresh_token\":\"ref\"}"),
             R"({"x":)" + deep + R"(,"access_token" : "acc","refresh_token" : "ref"})",
             std::string(R"({'x':1,"access_token":"acc","refresh_token":"ref"})"),
             std::string(R"(<x>{"access_token":"acc","refresh_token":"ref"}</x>)"),
         }) {
      CAPTURE(body);
      const auto answer = ReadTokenAnswer(Answer(200, body), kSent);
      REQUIRE(answer.ok());
      CHECK(answer->access_token.Reveal() == "acc");
      CHECK(answer->refresh_token.Reveal() == "ref");
      CHECK(answer->expires_at == kSent + absl::Hours(1));
    }
    for (const std::string& body : {
             std::string(R"({"refresh_token":"ref","access_token":"ac)"),
             std::string(R"({"refresh_token":"ref"})"),
             std::string(R"({"access_token":"a b","refresh_token":"ref"})"),
             R"({"refresh_token":"ref","access_token":")" + std::string(300 * 1024, 'a') + "\"}",
         }) {
      CAPTURE(body.substr(0, 100));
      const auto answer = ReadTokenAnswer(Answer(200, body), kSent);
      REQUIRE(answer.ok());
      CHECK(answer->refresh_token.Reveal() == "ref");
      CHECK(answer->access_token.empty());
      CHECK(answer->expires_at == absl::InfinitePast());
    }
  }

  TEST_CASE("bounds a token at 16 KiB") {
    const auto body = [](std::size_t size) {
      return R"({"access_token":")" + std::string(size, 'a') + R"("})";
    };
    CHECK(ReadTokenAnswer(Answer(200, body(16 * 1024)), kSent).ok());
    CHECK_FALSE(ReadTokenAnswer(Answer(200, body(16 * 1024 + 1)), kSent).ok());
  }
}

TEST_SUITE("ReadRevokeAnswer") {
  TEST_CASE("believes nothing but success") {
    CHECK(ReadRevokeAnswer(Answer(200, R"({"status":"success"})")).ok());
    CHECK(ReasonOf(ReadRevokeAnswer(Answer(200, R"({"status":"failed"})"))) ==
          Reason::kAnswerInvalid);
    CHECK(ReasonOf(ReadRevokeAnswer(Answer(200, "<html>"))) == Reason::kZoomUnavailable);
    CHECK(ReasonOf(ReadRevokeAnswer(Answer(400, R"({"error":"invalid_client"})"))) ==
          Reason::kAppCredentialsInvalid);
  }
}

}  // namespace
}  // namespace joinpass::zoom
