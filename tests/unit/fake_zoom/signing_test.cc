#include "fake_zoom/signing.h"

#include <doctest/doctest.h>

#include "absl/strings/escaping.h"

namespace joinpass::fake_zoom {
namespace {

TEST_SUITE("Signing") {
  TEST_CASE("gives the S256 challenge of RFC 7636, Appendix B") {
    CHECK(S256Challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") ==
          "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  }

  TEST_CASE("gives the webhook signature of the published vector") {
    CHECK(
        WebhookSignature("test_secret_token", "1739923528",
                         R"({"event":"meeting.created","event_ts":1626230691572,)"
                         R"("payload":{"account_id":"AAAAAABBBB","object":{"id":1234567890}}})") ==
        "v0=c6708cc38ef2ad935acca23ccee81401abf816aa7f6d89b998430cf63334e3a9");
  }

  TEST_CASE("answers the URL validation of the published vector") {
    CHECK(EncryptedToken("test_secret_token", "qgg8vlvZRS6UYooatFL8Aw") ==
          "4efea922935c335d972476de138d2208a0d46ab28c79ee592d497a1b216419b8");
  }

  TEST_CASE("gives the HMACs of RFC 4231, test case 2") {
    const std::string text = "what do ya want for nothing?";
    CHECK(absl::BytesToHexString(HmacSha256("Jefe", text)) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(absl::BytesToHexString(HmacSha512("Jefe", text)) ==
          "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
          "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
  }

  TEST_CASE("makes a JWT of three parts, which another key signs otherwise") {
    const std::string token = MakeJwt(R"({"alg":"HS512"})", R"({"a":1})", "key");
    CHECK(token.starts_with("eyJhbGciOiJIUzUxMiJ9.eyJhIjoxfQ."));
    CHECK(token != MakeJwt(R"({"alg":"HS512"})", R"({"a":1})", "other"));
  }

  TEST_CASE("never gives the same random text twice") { CHECK(RandomHex(16) != RandomHex(16)); }
}

}  // namespace
}  // namespace joinpass::fake_zoom
