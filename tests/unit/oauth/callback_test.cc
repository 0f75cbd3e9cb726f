#include "oauth/callback.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "absl/strings/escaping.h"
#include "base/status.h"
#include "support/engine_room.h"

namespace joinpass::oauth {
namespace {

using testing::EngineRoom;
using testing::JsonAnswer;
using testing::NetworkError;
using testing::ScriptedTransport;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
const Secret kUrl("https://tokens.example/zoom?key=CANARY%20x&user=7");

Secret Jwt(const std::string& payload) {
  return Secret("e30." + absl::WebSafeBase64Escape(payload) + ".c2ln");
}

TEST_SUITE("CheckCallbackUrl") {
  TEST_CASE("takes https with a host, and nothing that hides or cannot be fetched") {
    for (const char* good : {"https://a.example", "https://a.example/", "https://a.example?x=1",
                             "https://a.example:8443/p/q?k=%20&l=a+b", "https://[2606:4700::1]/"}) {
      CAPTURE(good);
      CHECK(CheckCallbackUrl(Secret(good)).ok());
    }
    for (const std::string& bad :
         {std::string(), std::string("http://a.example/"), std::string("ftp://a.example/"),
          std::string("https://"), std::string("https:///x"), std::string("//a.example/"),
          std::string("https://user@a.example/"), std::string("https://u:p@a.example/"),
          std::string("https://a.example/#f"), std::string("https://a.example/a b"),
          std::string("https://a.example/\n"), std::string("https://a.example/\xc3\xa9"),
          "https://a.example/" + std::string(2048, 'x')}) {
      CAPTURE(bad.substr(0, 40));
      CHECK(ReasonOf(CheckCallbackUrl(Secret(bad))) == Reason::kInvalidArgument);
    }
    const absl::Status wrong = CheckCallbackUrl(Secret("http://CANARY.example/"));
    CHECK(wrong.ToString().find("CANARY") == std::string::npos);
  }
}

TEST_SUITE("WhenToAskAgain") {
  TEST_CASE("is when the token ends, and an hour from now at the latest") {
    const absl::Time latest = kNow + absl::Hours(1);
    const auto read = [](const std::string& payload) {
      return WhenToAskAgain(Jwt(payload), "client", kNow).value();
    };
    CHECK(WhenToAskAgain(Secret("opaque"), "client", kNow).value() == latest);
    CHECK(read("{}") == latest);
    CHECK(read(R"({"exp":"soon"})") == latest);
    CHECK(read(R"({"exp":1700001000})") == kNow + absl::Seconds(1000));
    CHECK(read(R"({"exp":1700003600})") == latest);
    CHECK(read(R"({"exp":1800000000})") == latest);
    CHECK(read(R"({"exp":1700000120})") == kNow + absl::Seconds(120));
    const auto dying = WhenToAskAgain(Jwt(R"({"exp":1700000119})"), "client", kNow);
    CHECK(GetErrorInfo(dying.status())->cause == Cause::kExpiresTooSoon);
  }

  // Whose token is taken, by the payloads that OAuth servers sign.
  TEST_CASE("is never of a token that somebody else than Zoom issued, or to another client") {
    struct Case {
      const char* what;
      const char* payload;
      bool taken;
    };
    const Case cases[] = {
        {"Zoom's", R"({"ver":10,"auid":"a","code":"c","iss":"zm:cid:client","gno":0,"type":0,
            "tid":0,"aud":"https://oauth.zoom.us","uid":"u","nbf":1700000000,"exp":1700003600,
            "iat":1700000000,"aid":"a"})",
         true},
        {"Zoom's, of another client", R"({"iss":"zm:cid:other","exp":1700003600})", false},
        {"Zoom's, of one like it", R"({"iss":"zm:cid:client2","exp":1700003600})", false},
        {"Zoom's, of none", R"({"iss":"zm:cid:","exp":1700003600})", false},
        {"Zoom's, if it followed RFC 9068", R"({"iss":"https://zoom.us","aud":"https://api.zoom.us",
            "sub":"u","client_id":"client","iat":1700000000,"exp":1700003600,"jti":"j"})",
         true},
        {"the same of another client", R"({"iss":"https://zoom.us/","client_id":"other"})", false},
        {"a host like Zoom's", R"({"iss":"https://zoom.us.example","client_id":"client"})", false},
        {"Zoom's without TLS", R"({"iss":"http://zoom.us","client_id":"client"})", false},
        {"RFC 9068, of a certified server", R"({"jti":"XgnPB0ATiA7Z2D1Or2vT","sub":"client",
            "iat":1700000000,"exp":1700003600,"scope":"api:read","client_id":"client",
            "iss":"http://localhost:3999","aud":"https://api.example"})",
         false},
        {"with the client in azp", R"({"exp":1700003600,"iat":1700000000,"jti":"onrtac:1",
            "iss":"https://id.example/realms/acme","aud":"account","sub":"s","typ":"Bearer",
            "azp":"client","acr":"1","scope":"profile"})",
         false},
        {"with several audiences", R"({"iss":"https://acme.id.example/","sub":"auth|1",
            "aud":["https://api.example","https://acme.id.example/userinfo"],"iat":1700000000,
            "exp":1700003600,"azp":"client"})",
         false},
        {"with cid, and a uid that is not Zoom's", R"({"ver":1,"jti":"AT.1",
            "iss":"https://acme.id.example","aud":"https://acme.id.example","sub":"s",
            "iat":1700000000,"exp":1700003600,"cid":"client","uid":"00u1"})",
         false},
        {"with appid", R"({"aud":"https://graph.example","iss":"https://sts.example/tenant/",
            "iat":1700000000,"nbf":1700000000,"exp":1700003600,"appid":"client","ver":"1.0"})",
         false},
        {"the bot's own, for the SDK", R"({"appKey":"client","iat":1700000000,"exp":1700003600,
            "tokenExp":1700003600})",
         true},  // names no issuer: Zoom will say
        {"an issuer that is no text", R"({"iss":["zm:cid:client"]})", false},
        {"an issuer that is null", R"({"iss":null})", false},
        {"no JSON", "zm:cid:other", true},
    };
    for (const Case& c : cases) {
      CAPTURE(c.what);
      const auto until = WhenToAskAgain(Jwt(c.payload), "client", kNow);
      CHECK(until.ok() == c.taken);
      if (until.ok()) continue;
      CHECK(GetErrorInfo(until.status())->cause == Cause::kWrongClient);
    }
    const std::string long_issuer = R"({"iss":"zm:cid:)" + std::string(300, 'x') + "\"}";
    CHECK_FALSE(WhenToAskAgain(Jwt(long_issuer), std::string(300, 'x'), kNow).ok());
    // Encrypted, it has five parts and nobody but Zoom reads it.
    CHECK(WhenToAskAgain(Secret("e30.a.b.c.d"), "client", kNow).ok());
  }
}

struct Scene : EngineRoom {
  absl::StatusOr<Secret> Fetch(UrlSource source = UrlSource::kNetwork) {
    return Finish(FetchToken(context, kUrl, source, In(absl::Seconds(60))));
  }

  std::string After(ScriptedTransport::Answer answer) {
    transport.answer = [answer](const ScriptedTransport::Seen&) { return answer; };
    const auto token = Fetch();
    if (token.ok()) return std::string(token->Reveal());
    CHECK(token.status().ToString().find("CANARY") == std::string::npos);
    return std::string(ReasonName(ReasonOf(token.status())));
  }
};

TEST_SUITE("FetchToken") {
  TEST_CASE_FIXTURE(Scene, "gets the bare token, with the query as it is and no redirect") {
    CHECK(After(JsonAnswer(200, " \r\n token.of_life-1 \n")) == "token.of_life-1");
    REQUIRE(transport.seen.size() == 1);
    CHECK(transport.seen[0].target == "/zoom?key=CANARY%20x&user=7");
    CHECK(transport.seen[0].authorization.empty());
    CHECK(WriteOrigin(transport.requests[0].origin) == "https://tokens.example");
    CHECK(transport.requests[0].public_address_only);
    CHECK_FALSE(transport.requests[0].follow_redirects);
    CHECK(transport.seen[0].deadline == In(absl::Seconds(5)));
    CHECK(Fetch(UrlSource::kConfiguration).ok());
    CHECK_FALSE(transport.requests[1].public_address_only);
  }

  TEST_CASE_FIXTURE(Scene, "404 says that there is none; all else says what is wrong") {
    CHECK(After(JsonAnswer(404, "token")) == "token_not_offered");
    for (const int status : {204, 301, 302, 400, 401, 403, 429, 500, 503}) {
      CHECK(After(JsonAnswer(status, "token")) == "callback_failed");
    }
    for (const std::string& body :
         {std::string(), std::string(" \n"), std::string("two words"), std::string("{\"a\":1}"),
          std::string("<html></html>"), std::string("\x01\x02"), std::string("t\xc3\xb6ken"),
          std::string(16'385, 't')}) {
      CAPTURE(body.substr(0, 20));
      CHECK(After(JsonAnswer(200, body)) == "callback_answer_invalid");
    }
    CHECK(After(JsonAnswer(200, std::string(16'384, 't'))).size() == 16'384);
    CHECK(transport.requests.back().max_answer == 16'384);
    CHECK(After(NetworkError(Reason::kDeadlineExceeded, true)) == "callback_failed");
    CHECK(After(NetworkError(Reason::kTlsFailed, false)) == "callback_failed");
    CHECK(After(NetworkError(Reason::kAnswerTooLarge, true)) == "callback_answer_invalid");
    CHECK(After(NetworkError(Reason::kAddressNotAllowed, false)) == "address_not_allowed");
  }
}
TEST_SUITE("PauseFor") {
  TEST_CASE("is what the callback answers, and nothing else") {
    struct Case {
      Reason reason;
      Cause cause;
      std::optional<Reason> befell;
      std::optional<Cause> paused;
    };
    const Case cases[] = {
        {Reason::kCallbackFailed, Cause::kNone, Reason::kNetworkUnreachable,
         Cause::kCallbackFailed},
        {Reason::kCallbackFailed, Cause::kHttpStatus, {}, Cause::kHttpStatus},
        {Reason::kCallbackFailed, Cause::kNone, Reason::kResourcesExhausted, {}},
        {Reason::kCallbackAnswerInvalid, Cause::kNone, {}, Cause::kCallbackAnswerInvalid},
        {Reason::kCallbackAnswerInvalid, Cause::kWrongClient, {}, Cause::kWrongClient},
        {Reason::kCallbackAnswerInvalid, Cause::kExpiresTooSoon, {}, Cause::kExpiresTooSoon},
        {Reason::kCallbackAnswerInvalid, Cause::kTokenRefused, {}, Cause::kTokenRefused},
        {Reason::kCallbackAnswerInvalid, Cause::kWrongUser, {}, Cause::kWrongUser},
        {Reason::kTokenNotOffered, Cause::kNone, {}, Cause::kTokenNotOffered},
        {Reason::kAddressNotAllowed, Cause::kNone, {}, Cause::kAddressNotAllowed},
        {Reason::kCancelled, Cause::kNone, {}, {}},
        {Reason::kStoreUnavailable, Cause::kNone, {}, {}},
    };
    for (const Case& c : cases) {
      CAPTURE(ReasonName(c.reason));
      ErrorInfo info;
      info.reason = c.reason;
      info.cause = c.cause;
      info.befell = c.befell;
      CHECK(PauseFor(base::MakeError(info, "x")) == c.paused);
      // Nobody has to look a cause up in two lists.
      if (c.paused && c.cause == Cause::kNone) CHECK(CauseName(*c.paused) == ReasonName(c.reason));
    }
  }
}

}  // namespace
}  // namespace joinpass::oauth
