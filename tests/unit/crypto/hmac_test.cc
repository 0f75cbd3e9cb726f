#include "crypto/hmac.h"

#include <doctest/doctest.h>

#include <string>

#include "absl/strings/escaping.h"
#include "base/random.h"
#include "base/text.h"
#include "crypto/hkdf.h"
#include "crypto/pkce.h"

namespace joinpass::crypto {
namespace {

// Both ways to it.
Digest Hmac(std::string_view key, std::string_view message) {
  const Digest digest = HmacSha256(key, message);
  const HmacKey again(key);
  for (int i = 0; i < 2; ++i) CHECK(again.Of(message) == digest);
  return digest;
}

std::string Hex(std::string_view bytes) { return absl::BytesToHexString(base::ToAbsl(bytes)); }
std::string Bytes(absl::string_view hex) { return absl::HexStringToBytes(hex); }

TEST_SUITE("HMAC-SHA256") {
  TEST_CASE("signs a webhook and answers a URL validation as Zoom does") {
    // Computed apart, by the formulas of Zoom's page on webhooks.
    const std::string secret = "test_secret_token";
    const std::string body = R"({"event":"meeting.created","event_ts":1626230691572,"payload":)"
                             R"({"account_id":"AAAAAABBBB","object":{"id":1234567890}}})";
    CHECK(Hex(View(Hmac(secret, "v0:1739923528:" + body))) ==
          "c6708cc38ef2ad935acca23ccee81401abf816aa7f6d89b998430cf63334e3a9");
    CHECK(Hex(View(Hmac(secret, "qgg8vlvZRS6UYooatFL8Aw"))) ==
          "4efea922935c335d972476de138d2208a0d46ab28c79ee592d497a1b216419b8");
  }

  TEST_CASE("gives what RFC 4231 says") {
    CHECK(Hex(View(Hmac(std::string(20, '\x0b'), "Hi There"))) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(Hex(View(Hmac("Jefe", "what do ya want for nothing?"))) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(Hex(View(Hmac(std::string(131, '\xaa'),
                        "Test Using Larger Than Block-Size Key - Hash Key First"))) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  }

  TEST_CASE("takes an empty key and an empty message") {
    CHECK(Hex(View(Hmac({}, {}))) ==
          "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  }
}

TEST_SUITE("SameBytes") {
  TEST_CASE("tells what differs in one bit, or in size") {
    CHECK(SameBytes("", ""));
    CHECK(SameBytes("abc", "abc"));
    CHECK_FALSE(SameBytes("abc", "abb"));
    CHECK_FALSE(SameBytes("abc", "ab"));
    CHECK_FALSE(SameBytes("", "a"));
  }
}

TEST_SUITE("HKDF-SHA256") {
  TEST_CASE("gives what RFC 5869 says") {
    const std::string key(22, '\x0b');
    CHECK(Hex(Hkdf(key, Bytes("000102030405060708090a0b0c"), Bytes("f0f1f2f3f4f5f6f7f8f9"), 42)
                  .Reveal()) ==
          "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    CHECK(Hex(Hkdf(key, "", "", 42).Reveal()) ==
          "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  }
}

TEST_SUITE("PKCE") {
  TEST_CASE("makes the challenge of RFC 7636") {
    CHECK(CodeChallenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") ==
          "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  }

  TEST_CASE("makes verifiers of 43 characters, each another one") {
    const Secret verifier = MakeCodeVerifier(base::SystemRandom());
    CHECK(verifier.size() == 43);
    CHECK(verifier.Reveal().find_first_not_of(
              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          std::string_view::npos);
    CHECK_FALSE(verifier == MakeCodeVerifier(base::SystemRandom()));
  }
}

}  // namespace
}  // namespace joinpass::crypto
