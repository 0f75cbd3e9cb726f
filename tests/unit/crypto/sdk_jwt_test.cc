#include "joinpass/sdk_jwt.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "crypto/hmac.h"
#include "joinpass/reason.h"

namespace joinpass {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'030);

std::string Decoded(const std::string& part) {
  std::string text;
  REQUIRE(absl::WebSafeBase64Unescape(part, &text));
  return text;
}

TEST_SUITE("MakeSdkJwt") {
  TEST_CASE("has the four claims, and is signed with the secret") {
    const auto jwt = MakeSdkJwt("sdk_Key.1-a", Secret("s3cret"), kNow, absl::Hours(2));
    REQUIRE(jwt.ok());
    const std::string text(jwt->Reveal());
    const std::vector<std::string> parts = absl::StrSplit(text, '.');
    REQUIRE(parts.size() == 3);
    CHECK(Decoded(parts[0]) == R"({"alg":"HS256","typ":"JWT"})");
    CHECK(Decoded(parts[1]) ==
          R"({"appKey":"sdk_Key.1-a","iat":1700000000,"exp":1700007230,"tokenExp":1700007230})");
    const crypto::Digest digest = crypto::HmacSha256("s3cret", parts[0] + "." + parts[1]);
    CHECK(Decoded(parts[2]) == crypto::View(digest));
    CHECK(text.find_first_of("+/=") == std::string::npos);
  }

  TEST_CASE("lives between half an hour and two days, as Zoom counts") {
    CHECK(MakeSdkJwt("k", Secret("s"), kNow, kShortestSdkJwt).ok());
    const auto longest = MakeSdkJwt("k", Secret("s"), kNow, kLongestSdkJwt);
    REQUIRE(longest.ok());
    const std::vector<std::string> parts = absl::StrSplit(std::string(longest->Reveal()), '.');
    // 48 hours after iat, which is 30 s before now.
    CHECK(Decoded(parts[1]).find(R"("exp":1700172800,)") != std::string::npos);
    for (const absl::Duration wrong :
         {kShortestSdkJwt - absl::Seconds(1), kLongestSdkJwt + absl::Seconds(1), absl::Seconds(-1),
          absl::ZeroDuration(), absl::InfiniteDuration()}) {
      CHECK(ReasonOf(MakeSdkJwt("k", Secret("s"), kNow, wrong).status()) ==
            Reason::kInvalidArgument);
    }
  }

  TEST_CASE("refuses what can be no key, no secret, or no time") {
    const std::string long_text(257, 'k');
    for (const std::string& wrong :
         {std::string(), long_text, std::string("a b"), std::string("a\"b"), std::string("a\\b"),
          std::string("a\n"), std::string("a\0b", 3), std::string("\xc3\xa4")}) {
      CAPTURE(wrong);
      CHECK(ReasonOf(MakeSdkJwt(wrong, Secret("s"), kNow).status()) == Reason::kInvalidArgument);
      const auto of_secret = MakeSdkJwt("k", Secret(wrong), kNow);
      CHECK(ReasonOf(of_secret.status()) == Reason::kInvalidArgument);
      if (wrong.size() > 1) CHECK(of_secret.status().message().find(wrong) == std::string::npos);
    }
    for (const absl::Time wrong : {absl::UnixEpoch(), absl::InfinitePast(), absl::InfiniteFuture(),
                                   absl::FromUnixSeconds(5'000'000'000)}) {
      CHECK(ReasonOf(MakeSdkJwt("k", Secret("s"), wrong).status()) == Reason::kInvalidArgument);
    }
  }
}

}  // namespace
}  // namespace joinpass
