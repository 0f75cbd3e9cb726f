#include "joinpass/sdk_jwt.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"
#include "base/wipe.h"
#include "crypto/base64.h"
#include "crypto/hmac.h"

namespace joinpass {
namespace {

constexpr std::size_t kLongest = 256;
constexpr absl::Duration kBehind = absl::Seconds(30);

absl::Status Invalid(std::string_view what) {
  return base::MakeError(Reason::kInvalidArgument, absl::StrCat("sdk_jwt: ", base::ToAbsl(what)));
}

bool IsPlain(std::string_view text) {
  return !text.empty() && text.size() <= kLongest &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '\\'; });
}

bool IsOfThisCentury(absl::Time now) {
  return now >= absl::FromUnixSeconds(946'684'800) && now < absl::FromUnixSeconds(4'102'444'800);
}

// Source: RFC 4648 section 5, without padding, as RFC 7515 has it.
void AppendBase64Url(std::string_view text, base::Buffer& to) {
  const std::size_t begin = to.size();
  crypto::AppendBase64(text, to);
  while (to.size() > begin && to.back() == '=') to.pop_back();
  std::replace(to.begin() + static_cast<std::ptrdiff_t>(begin), to.end(), '+', '-');
  std::replace(to.begin() + static_cast<std::ptrdiff_t>(begin), to.end(), '/', '_');
}

}  // namespace

absl::StatusOr<Secret> MakeSdkJwt(std::string_view sdk_key, const Secret& sdk_secret,
                                  absl::Time now, absl::Duration lifetime) {
  if (!IsPlain(sdk_key)) return Invalid("the key is empty, too long, or no plain text");
  if (!IsPlain(sdk_secret.Reveal())) {
    return Invalid("the secret is empty, too long, or no plain text");
  }
  if (lifetime < kShortestSdkJwt || lifetime > kLongestSdkJwt) {
    return Invalid("the lifetime is not between 30 minutes and 48 hours");
  }
  if (!IsOfThisCentury(now)) return Invalid("the clock is wrong");
  const std::int64_t issued = absl::ToUnixSeconds(now - kBehind);
  // Zoom counts the longest life from iat.
  const std::int64_t ends =
      std::min(absl::ToUnixSeconds(now + lifetime), issued + absl::ToInt64Seconds(kLongestSdkJwt));
  base::Buffer jwt;
  AppendBase64Url(R"({"alg":"HS256","typ":"JWT"})", jwt);
  base::Append(jwt, ".");
  AppendBase64Url(
      base::ToStd(absl::StrCat(R"({"appKey":")", base::ToAbsl(sdk_key), R"(","iat":)", issued,
                               R"(,"exp":)", ends, R"(,"tokenExp":)", ends, "}")),
      jwt);
  crypto::Digest signature = crypto::HmacSha256(sdk_secret.Reveal(), base::View(jwt));
  base::Append(jwt, ".");
  AppendBase64Url(crypto::View(signature), jwt);
  base::Wipe(signature.data(), signature.size());
  return Secret(base::View(jwt));
}

}  // namespace joinpass
