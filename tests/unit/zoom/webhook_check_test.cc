#include "zoom/webhook_check.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/text.h"
#include "joinpass/reason.h"
#include "support/signed_webhook.h"

namespace joinpass::zoom {
namespace {

const auto SignatureOf = testing::SignedWebhook::SignatureOf;

constexpr char kSecret[] = "test_secret_token";
constexpr char kTimestamp[] = "1739923528";
const absl::Time kSignedAt = absl::FromUnixSeconds(1739923528);
constexpr char kBody[] = R"({"event":"meeting.created","event_ts":1626230691572,)"
                         R"("payload":{"account_id":"AAAAAABBBB","object":{"id":1234567890}}})";
// Computed by `openssl dgst -sha256 -hmac`.
constexpr char kSignature[] = "v0=c6708cc38ef2ad935acca23ccee81401abf816aa7f6d89b998430cf63334e3a9";

// One delivery, good as it stands; each test spoils a part.
struct Delivery {
  std::vector<Secret> secrets = {Secret(kSecret)};
  std::string signature = kSignature;
  std::string timestamp = kTimestamp;
  std::string body = kBody;
  absl::Time now = kSignedAt;

  void SignAnew() { signature = SignatureOf(kSecret, timestamp, body); }

  absl::StatusOr<CheckedWebhook> Check(std::vector<WebhookHeader> more = {}) const {
    std::vector<WebhookHeader> headers = {{"Content-Type", "application/json"},
                                          {"X-Zm-Signature", signature},
                                          {"x-zm-request-timestamp", timestamp}};
    headers.insert(headers.end(), more.begin(), more.end());
    return CheckWebhook(secrets, headers, body, now);
  }
};

Cause CauseOf(const absl::StatusOr<CheckedWebhook>& checked) {
  return GetErrorInfo(checked.status()).value_or(ErrorInfo()).cause;
}

TEST_SUITE("CheckWebhook") {
  TEST_CASE("takes what the secret has signed, over the raw bytes") {
    const auto good = Delivery().Check();
    REQUIRE(good.ok());
    CHECK(good->signed_at == kSignedAt);
    CHECK(good->secret == 0);
    // Each of which a parser would write otherwise.
    for (const char* body : {R"({"a":"b\/c"})", "{\"a\":\"\\u00e9\"}", "{\"a\":\"\xc3\xa9\"}",
                             R"({"a":1.0})", "{\"a\":\"\xf0\x9f\x98\x80\"}", R"({"2":1,"1":2})",
                             R"( { "a" : 1 } )", "", "{", "{\"a\":1e2}\r\n"}) {
      CAPTURE(body);
      Delivery delivery;
      delivery.body = body;
      CHECK_FALSE(delivery.Check().ok());
      delivery.SignAnew();
      CHECK(delivery.Check().ok());
    }
    Delivery with_nul;
    with_nul.body = std::string("{\"a\":\"\0\"}", 9);
    with_nul.SignAnew();
    CHECK(with_nul.Check().ok());
  }

  TEST_CASE("takes each of several secrets, and no blank one") {
    Delivery delivery;
    delivery.secrets = {Secret("another"), Secret(kSecret)};
    CHECK(delivery.Check()->secret == 1);
    delivery.secrets = {Secret(""), Secret("another")};
    delivery.signature = SignatureOf("", kTimestamp, kBody);
    CHECK(CauseOf(delivery.Check()) == Cause::kSignatureWrong);
    for (const auto& none : {std::vector<Secret>(), std::vector<Secret>{Secret("")}}) {
      delivery.secrets = none;
      CHECK(ReasonOf(delivery.Check().status()) == Reason::kWebhookSecretMissing);
    }
  }

  TEST_CASE("refuses what was signed otherwise") {
    struct Row {
      const char* what;
      std::string signature;
    };
    const std::string good = kSignature;
    for (const Row& row :
         {Row{"nothing", ""}, Row{"another secret", SignatureOf("another", kTimestamp, kBody)},
          Row{"another body", SignatureOf(kSecret, kTimestamp, "{}")},
          Row{"another time", SignatureOf(kSecret, "1739923529", kBody)},
          Row{"upper case", "v0=" + absl::AsciiStrToUpper(good.substr(3))},
          Row{"cut short", good.substr(0, good.size() - 1)}, Row{"the version alone", "v0="},
          Row{"without version", good.substr(3)}, Row{"another version", "v1=" + good.substr(3)},
          Row{"longer", good + "0"}, Row{"with a space", good + " "}}) {
      CAPTURE(row.what);
      Delivery delivery;
      delivery.signature = row.signature;
      CHECK(ReasonOf(delivery.Check().status()) == Reason::kWebhookNotAuthentic);
      CHECK(CauseOf(delivery.Check()) == Cause::kSignatureWrong);
    }
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
      Delivery delivery;
      delivery.signature[bit / 8] = static_cast<char>(delivery.signature[bit / 8] ^ (1 << bit % 8));
      CHECK_FALSE(delivery.Check().ok());
    }
  }

  TEST_CASE("refuses headers that are not there, or there twice") {
    const Delivery delivery;
    const std::vector<WebhookHeader> both = {{"x-zm-signature", delivery.signature},
                                             {"x-zm-request-timestamp", delivery.timestamp}};
    CHECK(CheckWebhook(delivery.secrets, both, kBody, kSignedAt).ok());
    for (std::size_t i : {0U, 1U}) {
      const auto one = CheckWebhook(delivery.secrets, {&both[i], 1}, kBody, kSignedAt);
      CHECK(CauseOf(one) == Cause::kSignatureMissing);
      CHECK(CauseOf(delivery.Check({both[i]})) == Cause::kSignatureMissing);
    }
    CHECK(CauseOf(delivery.Check({{"X-ZM-SIGNATURE", "v0=0"}})) == Cause::kSignatureMissing);
  }

  TEST_CASE("takes a timestamp from two hours ago to five minutes ahead") {
    struct Row {
      absl::Duration age;
      Cause cause;
    };
    for (const Row& row : {Row{absl::Hours(2), Cause::kNone}, Row{absl::Minutes(85), Cause::kNone},
                           Row{-absl::Minutes(5), Cause::kNone},
                           Row{absl::Hours(2) + absl::Seconds(1), Cause::kTimestampTooOld},
                           Row{-absl::Minutes(5) - absl::Seconds(1), Cause::kTimestampAhead}}) {
      CAPTURE(absl::FormatDuration(row.age));
      Delivery delivery;
      delivery.now = kSignedAt + row.age;
      CHECK(CauseOf(delivery.Check()) == row.cause);
    }
  }

  TEST_CASE("refuses a timestamp that is none, also where it is signed") {
    for (const char* timestamp :
         {"", "0", "-1739923528", "+739923528", " 739923528", "173992352x", "1739923528000",
          "1.73992e+9", "99999999999999999999", "0x67b51a08", "173992352"}) {
      CAPTURE(timestamp);
      Delivery delivery;
      delivery.timestamp = timestamp;
      delivery.SignAnew();
      CHECK(CauseOf(delivery.Check()) == Cause::kTimestampInvalid);
    }
  }

  TEST_CASE("refuses a large body before it reads it") {
    Delivery delivery;
    delivery.body = std::string(kLargestWebhook, ' ');
    delivery.SignAnew();
    CHECK(delivery.Check().ok());
    delivery.body.push_back(' ');
    delivery.SignAnew();
    CHECK(ReasonOf(delivery.Check().status()) == Reason::kWebhookInvalid);
    CHECK(CauseOf(delivery.Check()) == Cause::kBodyTooLarge);
  }
}

TEST_SUITE("AnswerChallenge") {
  TEST_CASE("signs a plain token") {
    const auto answer = AnswerChallenge(Secret(kSecret), "qgg8vlvZRS6UYooatFL8Aw");
    REQUIRE(answer.ok());
    CHECK(*answer == R"({"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":)"
                     R"("4efea922935c335d972476de138d2208a0d46ab28c79ee592d497a1b216419b8"})");
    CHECK(AnswerChallenge(Secret(kSecret), std::string(64, 'a')).ok());
  }

  TEST_CASE("signs nothing that may be an event") {
    for (const std::string& text :
         {std::string(), absl::StrCat("v0:", kTimestamp, ":", kBody), std::string("v0:1:x"),
          std::string("a b"), std::string("a{"), std::string("\"a\""), std::string("a\n"),
          std::string(65, 'a'), std::string("\xc3\xa9"), std::string("a\0b", 3)}) {
      CAPTURE(text);
      const auto answer = AnswerChallenge(Secret(kSecret), text);
      REQUIRE_FALSE(answer.ok());
      CHECK(GetErrorInfo(answer.status())->cause == Cause::kChallengeNotPlain);
    }
  }
}

}  // namespace
}  // namespace joinpass::zoom
