#include "fake_zoom/tokens.h"

#include <doctest/doctest.h>

#include "fake_zoom/oauth.h"

namespace joinpass::fake_zoom {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr absl::Duration kTick = absl::Nanoseconds(1);

TokenPair Connect(Tokens& tokens, const char* client = "app", const char* user = "jill") {
  return tokens.ExchangeCode(
      tokens.IssueCode({.client_id = client, .user_id = user, .scope = "s"}, kNow), kNow);
}

TEST_SUITE("A code") {
  TEST_CASE("is good for five minutes, and once") {
    Tokens tokens({.rotation = Rotation::kStrict});
    const std::string code = tokens.IssueCode({.client_id = "app"}, kNow);
    CHECK(tokens.FindCode(code, kNow + absl::Minutes(5) - kTick) != nullptr);
    CHECK(tokens.FindCode(code, kNow + absl::Minutes(5)) == nullptr);
    tokens.ExchangeCode(code, kNow);
    CHECK(tokens.FindCode(code, kNow) == nullptr);
  }
}

TEST_SUITE("An access token") {
  TEST_CASE("is good for an hour, then expired") {
    Tokens tokens({.rotation = Rotation::kStrict});
    const std::string token = Connect(tokens).access_token;
    const auto at = [&](absl::Duration age) {
      return tokens.CheckAccess(token, kNow + age).verdict;
    };
    CHECK(at(absl::Hours(1) - kTick) == AccessVerdict::kGood);
    CHECK(at(absl::Hours(1)) == AccessVerdict::kExpired);
    CHECK(tokens.CheckAccess("x", kNow).verdict == AccessVerdict::kUnknown);
    tokens.Revoke("other app", token);
    CHECK(at(absl::ZeroDuration()) == AccessVerdict::kGood);
    tokens.Revoke("app", token);
    CHECK(at(absl::ZeroDuration()) == AccessVerdict::kUnknown);
  }

  TEST_CASE("survives a refresh, but not a new consent") {
    Tokens tokens({.rotation = Rotation::kStrict});
    const TokenPair first = Connect(tokens);
    REQUIRE(tokens.Refresh("app", first.refresh_token, kNow));
    CHECK(tokens.CheckAccess(first.access_token, kNow).verdict == AccessVerdict::kGood);
    Connect(tokens, "app", "paul");
    Connect(tokens, "other app");
    CHECK(tokens.CheckAccess(first.access_token, kNow).verdict == AccessVerdict::kGood);
    Connect(tokens);
    CHECK(tokens.CheckAccess(first.access_token, kNow).verdict == AccessVerdict::kUnknown);
  }
}

TEST_SUITE("A refresh token") {
  TEST_CASE("is dead once used when the rotation is strict") {
    Tokens tokens({.rotation = Rotation::kStrict});
    const std::string first = Connect(tokens).refresh_token;
    const auto second = tokens.Refresh("app", first, kNow);
    REQUIRE(second);
    CHECK_FALSE(tokens.Refresh("app", first, kNow));
    CHECK(tokens.Refresh("app", second->refresh_token, kNow));
    CHECK(tokens.FindConsent("app", "jill")->generation == 2);
    CHECK(tokens.FindConsent("app", "jill")->refused == 1);
    CHECK(tokens.FindConsent("app", "jill")->most_uses_of_one_token == 1);
  }

  TEST_CASE("lives until one of its successors is used when the rotation is lenient") {
    Tokens tokens({.rotation = Rotation::kLenient});
    const std::string first = Connect(tokens).refresh_token;
    const auto lost = tokens.Refresh("app", first, kNow);
    const auto kept = tokens.Refresh("app", first, kNow);
    REQUIRE(lost);
    REQUIRE(kept);
    CHECK(tokens.FindConsent("app", "jill")->most_uses_of_one_token == 2);
    const auto third = tokens.Refresh("app", kept->refresh_token, kNow);
    REQUIRE(third);
    CHECK_FALSE(tokens.Refresh("app", first, kNow));
    CHECK_FALSE(tokens.Refresh("app", lost->refresh_token, kNow));
    CHECK(tokens.Refresh("app", kept->refresh_token, kNow));
    CHECK(tokens.Refresh("app", third->refresh_token, kNow));
  }

  TEST_CASE("is good for ninety days, for its own app, while the consent lives") {
    Tokens tokens({.rotation = Rotation::kStrict});
    const absl::Duration life = absl::Hours(24 * 90);
    const std::string first = Connect(tokens).refresh_token;
    CHECK_FALSE(tokens.Refresh("app", first, kNow + life));
    CHECK_FALSE(tokens.Refresh("other app", first, kNow));
    CHECK_FALSE(tokens.Refresh("app", "x", kNow));
    const auto second = tokens.Refresh("app", first, kNow + life - kTick);
    REQUIRE(second);
    CHECK(tokens.RevokeConsent("app", "jill"));
    CHECK_FALSE(tokens.RevokeConsent("app", "jill"));
    CHECK_FALSE(tokens.Refresh("app", second->refresh_token, kNow + life));
  }
}

TEST_SUITE("A PKCE challenge") {
  TEST_CASE("is proven by its verifier, plain being the default") {
    constexpr std::string_view kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    constexpr std::string_view kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    CHECK(ProvesChallenge(kChallenge, "S256", kVerifier));
    CHECK_FALSE(ProvesChallenge(kChallenge, "S256", kChallenge));
    CHECK_FALSE(ProvesChallenge(kChallenge, "", kVerifier));
    CHECK(ProvesChallenge(kVerifier, "", kVerifier));
    CHECK(ProvesChallenge(kVerifier, "plain", kVerifier));
    CHECK_FALSE(ProvesChallenge(kVerifier, "plain", ""));
    CHECK(ProvesChallenge("", "", ""));
  }
}

}  // namespace
}  // namespace joinpass::fake_zoom
