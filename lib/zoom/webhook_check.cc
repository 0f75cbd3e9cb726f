#include "zoom/webhook_check.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"
#include "crypto/hmac.h"

namespace joinpass::zoom {
namespace {

constexpr std::string_view kSignatureHeader = "x-zm-signature";
constexpr std::string_view kTimestampHeader = "x-zm-request-timestamp";
constexpr std::string_view kVersion = "v0";
constexpr std::size_t kLongestPlainToken = 64;

absl::Status NotAuthentic(Cause cause, std::string_view what) {
  return base::MakeError({.reason = Reason::kWebhookNotAuthentic, .cause = cause},
                         absl::StrCat("webhook: ", base::ToAbsl(what)));
}

absl::Status Invalid(Cause cause, std::string_view what) {
  return base::MakeError({.reason = Reason::kWebhookInvalid, .cause = cause},
                         absl::StrCat("webhook: ", base::ToAbsl(what)));
}

// Of two that are named alike nobody could say which was signed with.
absl::StatusOr<std::string_view> FindOne(std::span<const WebhookHeader> headers,
                                         std::string_view name) {
  const auto is_it = [&](const WebhookHeader& header) {
    return absl::EqualsIgnoreCase(base::ToAbsl(header.name), base::ToAbsl(name));
  };
  const auto found = std::find_if(headers.begin(), headers.end(), is_it);
  if (found == headers.end()) {
    return NotAuthentic(Cause::kSignatureMissing, "a header of the signature is not there");
  }
  if (std::find_if(found + 1, headers.end(), is_it) != headers.end()) {
    return NotAuthentic(Cause::kSignatureMissing, "a header of the signature is there twice");
  }
  return found->value;
}

// Whole seconds as Zoom writes them: ten digits until the year 2286.
absl::StatusOr<absl::Time> ReadTimestamp(std::string_view text) {
  constexpr std::size_t kDigits = 10;
  std::int64_t seconds = 0;
  const bool are_digits = std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
  if (text.size() != kDigits || !are_digits || !absl::SimpleAtoi(base::ToAbsl(text), &seconds)) {
    return NotAuthentic(Cause::kTimestampInvalid, "the timestamp is no time in seconds");
  }
  return absl::FromUnixSeconds(seconds);
}

std::string Hex(const crypto::Digest& digest) {
  return absl::BytesToHexString(base::ToAbsl(crypto::View(digest)));
}

}  // namespace

absl::StatusOr<CheckedWebhook> CheckWebhook(const std::vector<Secret>& secrets,
                                            std::span<const WebhookHeader> headers,
                                            std::string_view body, absl::Time now) {
  const bool has_one = std::any_of(secrets.begin(), secrets.end(),
                                   [](const Secret& secret) { return !secret.empty(); });
  if (!has_one) {
    return base::MakeError(Reason::kWebhookSecretMissing, "webhook: the app has no secret token");
  }
  JOINPASS_ASSIGN_OR_RETURN(const std::string_view signature, FindOne(headers, kSignatureHeader));
  JOINPASS_ASSIGN_OR_RETURN(const std::string_view timestamp, FindOne(headers, kTimestampHeader));
  JOINPASS_ASSIGN_OR_RETURN(const absl::Time signed_at, ReadTimestamp(timestamp));
  if (signed_at < now - kOldestSignature) {
    return NotAuthentic(Cause::kTimestampTooOld, "it was signed too long ago");
  }
  if (signed_at > now + kNewestSignature) {
    return NotAuthentic(Cause::kTimestampAhead, "it was signed in the future");
  }
  if (body.size() > kLargestWebhook) return Invalid(Cause::kBodyTooLarge, "the body is too large");
  const std::string message =
      absl::StrCat(base::ToAbsl(kVersion), ":", base::ToAbsl(timestamp), ":", base::ToAbsl(body));
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    // Whoever knows that a blank secret is taken signs whatever he likes.
    if (secrets[i].empty()) continue;
    const std::string expected = absl::StrCat(
        base::ToAbsl(kVersion), "=", Hex(crypto::HmacSha256(secrets[i].Reveal(), message)));
    if (crypto::SameBytes(expected, signature)) return CheckedWebhook{signed_at, i};
  }
  return NotAuthentic(Cause::kSignatureWrong, "the signature is none of the app's secrets'");
}

absl::StatusOr<std::string> AnswerChallenge(const Secret& secret, std::string_view plain_token) {
  const bool is_plain =
      !plain_token.empty() && plain_token.size() <= kLongestPlainToken &&
      std::all_of(plain_token.begin(), plain_token.end(), [](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
      });
  if (!is_plain) {
    return Invalid(Cause::kChallengeNotPlain, "what the URL challenge has signed may be an event");
  }
  return absl::StrCat(R"({"plainToken":")", base::ToAbsl(plain_token), R"(","encryptedToken":")",
                      Hex(crypto::HmacSha256(secret.Reveal(), plain_token)), R"("})");
}

}  // namespace joinpass::zoom
