#include "zoom/access_token_claims.h"

#include <doctest/doctest.h>

#include <string>

#include "absl/strings/escaping.h"

namespace joinpass::zoom {
namespace {

Secret Jwt(const std::string& payload) {
  return Secret("eyJhbGciOiJIUzUxMiJ9." + absl::WebSafeBase64Escape(payload) + ".c2ln");
}

TEST_SUITE("ReadAccessTokenClaims") {
  TEST_CASE("reads whose token it is, to whom it was issued, and until when") {
    const auto claims = ReadAccessTokenClaims(
        Jwt(R"({"iss":"zm:cid:abc_1","uid":"u","aid":"a","exp":1700000000,"x":{"uid":"no"}})"));
    REQUIRE(claims);
    CHECK(claims->issuer == AccessTokenClaims::Issuer::kZoom);
    CHECK(claims->client_id == "abc_1");
    CHECK(claims->user_id == "u");
    CHECK(claims->account_id == "a");
    CHECK(*claims->expires_at == absl::FromUnixSeconds(1'700'000'000));
  }

  TEST_CASE("leaves out what is not there, of another type, or too long") {
    const std::string long_id(257, 'i');
    const auto claims = ReadAccessTokenClaims(
        Jwt(R"({"iss":"somebody","uid":7,"aid":")" + long_id + R"(","exp":"soon"})"));
    REQUIRE(claims);
    CHECK(claims->issuer == AccessTokenClaims::Issuer::kOther);
    CHECK(claims->client_id.empty());
    CHECK(claims->account_id.empty());
    CHECK_FALSE(claims->expires_at);
    REQUIRE(ReadAccessTokenClaims(Jwt("{}")));
    CHECK(ReadAccessTokenClaims(Jwt("{}"))->issuer == AccessTokenClaims::Issuer::kUnsaid);
    CHECK_FALSE(ReadAccessTokenClaims(Jwt(R"({"exp":1700000000.5})"))->expires_at);
    for (const char* past : {R"({"exp":-1})", R"({"exp":0})", R"({"exp":"0"})"}) {
      CHECK(*ReadAccessTokenClaims(Jwt(past))->expires_at == absl::UnixEpoch());
    }
    CHECK(*ReadAccessTokenClaims(Jwt(R"({"exp":"1700000000"})"))->expires_at ==
          absl::FromUnixSeconds(1'700'000'000));
  }

  TEST_CASE("knows nothing of what is no JWT") {
    for (const std::string& text :
         {std::string(), std::string("opaque"), std::string("a.b"), std::string("a.b.c.d"),
          std::string("..."), std::string("a.!!!.c"), std::string("a.W10.c"),
          std::string("a.bm90anNvbg.c"), std::string("a.eyJhIjo.c"), std::string(17'000, 'a'),
          "a." + std::string(16'384, 'e') + ".c"}) {
      CAPTURE(text.substr(0, 40));
      CHECK_FALSE(ReadAccessTokenClaims(Secret(text)));
    }
  }

  TEST_CASE("survives a JWT that is cut anywhere") {
    const Secret whole = Jwt(R"({"iss":"zm:cid:abc","uid":"u","aid":"a","exp":1700000000})");
    for (std::size_t size = 0; size < whole.size(); ++size) {
      (void)ReadAccessTokenClaims(Secret(whole.Reveal().substr(0, size)));
    }
  }
}

}  // namespace
}  // namespace joinpass::zoom
