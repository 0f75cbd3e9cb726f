#include "zoom/link_wrappers.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "base/text.h"
#include "crypto/base64.h"
#include "zoom/encode.h"
#include "zoom/link_forms.h"
#include "zoom/link_text.h"

namespace joinpass::zoom {
namespace {

using Kind = Unwrapped::Kind;

constexpr std::string_view kUrlDefense[] = {"urldefense.com", "urldefense.us",
                                            "urldefense.proofpoint.com"};

// Filters and shorteners that keep the address to themselves.
constexpr std::string_view kSealed[] = {"mimecast.com", "mimecastprotect.com",
                                        "bit.ly",       "tinyurl.com",
                                        "t.co",         "goo.gl",
                                        "ow.ly",        "is.gd",
                                        "lnkd.in",      "rebrand.ly",
                                        "aka.ms",       "inky.com"};

constexpr std::string_view kThirdForm = "/v3/__";
constexpr std::string_view kEndOfThird = "__;";

// Also where it is percent-encoded once more.
bool IsUrl(std::string_view text) {
  text = TrimLink(text);
  const std::size_t end = std::min(text.find_first_of(":/?#%"), text.size());
  if (end == 0) return false;
  for (const std::string_view mark : {"://", "%3a", "%25"}) {
    if (absl::StartsWithIgnoreCase(base::ToAbsl(text.substr(end)), base::ToAbsl(mark))) return true;
  }
  return false;
}

template <std::size_t N>
bool IsOneOf(std::string_view host, const std::string_view (&domains)[N]) {
  return std::any_of(std::begin(domains), std::end(domains),
                     [host](std::string_view domain) { return IsAtOrBelow(host, domain); });
}

Unwrapped Inside(base::Buffer inside) {
  return {.kind = Kind::kInside, .inside = std::move(inside)};
}

// "https-3A__zoom.us_j_84335626851": a hyphen begins an escape, "_" is a slash.
base::Buffer ReadSecondForm(std::string_view text) {
  base::Buffer escaped;
  for (const char c : text) escaped.push_back(c == '-' ? '%' : c == '_' ? '/' : c);
  return PercentDecoded(base::View(escaped), Plus::kIsPlus);
}

// How many characters "**B" stands for: from "A" on, 2 and more, in the digits of
// base64url.
std::size_t RunLength(char c) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const std::size_t at = kDigits.find(c);
  return at == std::string_view::npos ? 0 : at + 2;
}

// Takes up to `count` characters of UTF-8 from `from`.
void Take(std::string_view& from, std::size_t count, base::Buffer& to) {
  for (; count > 0 && !from.empty(); --count) {
    const std::size_t size = std::max<std::size_t>(FirstCharacter(from).size, 1);
    base::Append(to, from.substr(0, size));
    from.remove_prefix(size);
  }
}

// "https://zoom.us/j/84335626851*pwd=x__;Pw!!…": each "*" is the next of the
// characters behind "__;", which are in base64; "**B" is three of them.
Unwrapped ReadThirdForm(std::string_view text) {
  const std::size_t begin = text.find(kThirdForm) + kThirdForm.size();
  const std::size_t end = text.rfind(kEndOfThird);
  if (end == std::string_view::npos || end < begin) return {};
  const std::string_view url = text.substr(begin, end - begin);
  std::string_view replaced = text.substr(end + kEndOfThird.size());
  replaced = replaced.substr(0, replaced.find('!'));
  const std::optional<base::Buffer> characters = crypto::DecodeBase64(replaced);
  if (!characters) return {};
  std::string_view left = base::View(*characters);
  base::Buffer inside;
  for (std::size_t i = 0; i < url.size(); ++i) {
    if (url[i] != '*') {
      inside.push_back(url[i]);
    } else if (i + 2 < url.size() && url[i + 1] == '*') {
      Take(left, RunLength(url[i + 2]), inside);
      i += 2;
    } else {
      Take(left, 1, inside);
    }
  }
  // One of its slashes is lost on the way sometimes: "https:/zoom.us".
  const std::string_view view = base::View(inside);
  const std::size_t slash = view.find(":/");
  if (slash != std::string_view::npos && !view.substr(slash).starts_with("://")) {
    inside.insert(inside.begin() + static_cast<std::ptrdiff_t>(slash) + 1, '/');
  }
  return Inside(std::move(inside));
}

Unwrapped ReadUrlDefense(const Url& url, std::string_view text) {
  if (url.path.starts_with(kThirdForm)) return ReadThirdForm(text);
  const std::optional<std::string_view> inside = FindInQuery(url.query, "u");
  if (!inside) return {.kind = Kind::kSealed};
  if (url.path.starts_with("/v2/")) return Inside(ReadSecondForm(*inside));
  return Inside(PercentDecoded(*inside, Plus::kIsPlus));
}

// The address in base64, as Sophos writes it.
std::optional<base::Buffer> DecodedUrl(std::string_view value) {
  std::optional<base::Buffer> decoded = crypto::DecodeBase64(value);
  if (!decoded || !IsUrl(base::View(*decoded))) return std::nullopt;
  return decoded;
}

// "https://secure-web.cisco.com/1abc/https%3A%2F%2Fzoom.us%2Fj%2F84335626851".
std::optional<base::Buffer> FindInPath(std::string_view path) {
  const std::size_t at = path.rfind("/http");
  if (at == std::string_view::npos) return std::nullopt;
  base::Buffer inside = PercentDecoded(path.substr(at + 1), Plus::kIsPlus);
  if (!IsUrl(base::View(inside))) return std::nullopt;
  return inside;
}

}  // namespace

Unwrapped Unwrap(const Url& url, std::string_view text) {
  if (IsOneOf(url.host, kUrlDefense)) return ReadUrlDefense(url, text);
  for (const std::string_view key : {"url", "q", "u", "a"}) {
    const std::optional<std::string_view> value = FindInQuery(url.query, key);
    if (!value) continue;
    base::Buffer inside = PercentDecoded(*value, Plus::kIsPlus);
    if (IsUrl(base::View(inside))) return Inside(std::move(inside));
    if (std::optional<base::Buffer> decoded = DecodedUrl(base::View(inside))) {
      return Inside(*std::move(decoded));
    }
  }
  if (std::optional<base::Buffer> inside = FindInPath(url.path)) return Inside(*std::move(inside));
  return {.kind = IsOneOf(url.host, kSealed) ? Kind::kSealed : Kind::kNone};
}

}  // namespace joinpass::zoom
