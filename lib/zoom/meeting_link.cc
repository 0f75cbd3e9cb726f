#include "joinpass/meeting_link.h"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"
#include "base/wipe.h"
#include "zoom/encode.h"
#include "zoom/link_forms.h"
#include "zoom/link_text.h"
#include "zoom/link_wrappers.h"
#include "zoom/url.h"

namespace joinpass {
namespace {

using zoom::LinkForm;
using zoom::Url;

constexpr std::size_t kLongest = 4 * 1024;
constexpr int kMostDecodes = 3;
constexpr int kMostWrappers = 3;

absl::Status NotALink(std::string_view why) {
  return base::MakeError(Reason::kNotAMeetingLink,
                         absl::StrCat("meeting link: ", base::ToAbsl(why)));
}

// What one look at the text gives: a link, the text inside of it, or an error. If
// `encoded`, decoding the text may show another.
struct Look {
  std::optional<MeetingLink> link = {};
  std::optional<base::Buffer> inside = {};
  absl::Status error = absl::OkStatus();
  bool encoded = false;
};

Look Refuse(std::string_view why) { return {.error = NotALink(why)}; }
Look MaybeEncoded(std::string_view why) { return {.error = NotALink(why), .encoded = true}; }

constexpr std::string_view kFreeText =
    "there is more than a link in it; MeetingLink::FindIn reads that";

// `text` with what RFC 3986 does not allow percent-encoded: people paste "José".
base::Buffer Tidy(std::string_view text) {
  base::Buffer tidy;
  tidy.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view c = text.substr(i, 1);
    const bool is_escape = i + 2 < text.size() &&
                           absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 1])) &&
                           absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 2]));
    const bool bad = c[0] <= ' ' || c[0] > '~' || (c[0] == '%' && !is_escape) ||
                     std::string_view("\"<>\\^`{|}").find(c[0]) != std::string_view::npos;
    if (bad) {
      zoom::AppendPercentEncoded(c, tidy);
    } else {
      base::Append(tidy, c);
    }
  }
  return tidy;
}

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (absl::EqualsIgnoreCase(base::ToAbsl(text), base::ToAbsl(name))) return true;
  }
  return false;
}

bool HasScheme(std::string_view text) {
  const std::size_t end = text.find_first_of(":/?#");
  return end != std::string_view::npos && text.substr(end).starts_with("://");
}

// A port is fine where it says what the scheme says already.
bool HasUsualPort(const Url& url) {
  if (!url.has_colon) return true;
  return (IsOneOf(url.scheme, {"https"}) && url.port == "443") ||
         (IsOneOf(url.scheme, {"http"}) && url.port == "80");
}

}  // namespace

class MeetingLinkReader {
 public:
  static absl::StatusOr<MeetingLink> Read(std::string_view text);

 private:
  static Look LookAt(std::string_view text, bool wrapped);
  static Look LookAtDialString(std::string_view text);
  static Look LookAtUrl(std::string_view text, bool has_scheme);
  static Look LookAtPage(const Url& url);
  static Look LookAtWrapper(const Url& url, std::string_view text);
  static bool ReadSecret(std::string_view query, std::initializer_list<std::string_view> keys,
                         Secret& to);
};

absl::StatusOr<MeetingLink> MeetingLinkReader::Read(std::string_view text) {
  const std::string_view trimmed = zoom::TrimLink(text);
  // A space may stand in a number, and a number before the query.
  if (zoom::HasSpace(trimmed.substr(std::min(trimmed.find_first_of("?#"), trimmed.size())))) {
    return NotALink(kFreeText);
  }
  base::Buffer current = base::ToBuffer(text);
  int decodes = 0;
  int wrappers = 0;
  for (;;) {
    Look look = LookAt(base::View(current), wrappers > 0);
    if (look.link) return *std::move(look.link);
    if (look.inside) {
      if (++wrappers > kMostWrappers) return NotALink("too many wrappers around it");
      current = *std::move(look.inside);
      continue;
    }
    if (look.encoded && decodes++ < kMostDecodes) {
      current = zoom::PercentDecoded(base::View(current), zoom::Plus::kIsPlus);
      continue;
    }
    const bool is_more =
        zoom::HasSpace(trimmed) && ReasonOf(look.error) == Reason::kNotAMeetingLink;
    return is_more ? NotALink(kFreeText) : look.error;
  }
}

Look MeetingLinkReader::LookAt(std::string_view text, bool wrapped) {
  if (!zoom::IsCleanText(text)) return Refuse("a byte of it is no text");
  text = zoom::TrimLink(text);
  if (text.empty()) return Refuse("it is empty");
  if (!wrapped && zoom::NumberSize(text) == text.size()) {
    const std::optional<std::uint64_t> number = zoom::ReadNumber(text);
    if (!number) return Refuse("a meeting number has 9 to 11 digits");
    Look look{.link = MeetingLink()};
    look.link->number_ = *number;
    return look;
  }
  if (HasScheme(text)) return LookAtUrl(text, true);
  if (wrapped) return MaybeEncoded("the wrapper holds no link");
  if (zoom::IsDialString(text)) return LookAtDialString(text);
  base::Buffer with_scheme = base::ToBuffer("https://");
  base::Append(with_scheme, text);
  return LookAtUrl(base::View(with_scheme), false);
}

Look MeetingLinkReader::LookAtDialString(std::string_view text) {
  const zoom::DialString dialled = zoom::SplitDialString(text);
  const base::Buffer digits = zoom::PercentDecoded(dialled.number, zoom::Plus::kIsPlus);
  const std::optional<std::uint64_t> number = zoom::ReadNumber(base::View(digits));
  const base::Buffer passcode = zoom::PercentDecoded(dialled.passcode, zoom::Plus::kIsPlus);
  if (!number) return Refuse("no number of 9 to 11 digits is before the @");
  if (!zoom::IsCleanText(base::View(passcode))) return Refuse("its passcode is no text");
  Look look{.link = MeetingLink()};
  look.link->number_ = *number;
  look.link->passcode_ = Secret(base::View(passcode));
  return look;
}

Look MeetingLinkReader::LookAtUrl(std::string_view text, bool has_scheme) {
  const base::Buffer tidy = Tidy(text);
  const std::optional<Url> url = zoom::SplitUrl(base::View(tidy));
  if (!url) return MaybeEncoded("it is neither a URL nor a number");
  const bool is_web = IsOneOf(url->scheme, {"http", "https"});
  if (!is_web && !IsOneOf(url->scheme, {"zoommtg", "zoomus"})) {
    return Refuse("its scheme is not one of Zoom's");
  }
  if (url->has_user) return Refuse("it has a user name before its host");
  if (!zoom::IsMeetingHost(url->host)) {
    if (!has_scheme) return MaybeEncoded("it is neither a link of Zoom's nor a number");
    return is_web ? LookAtWrapper(*url, base::View(tidy)) : Refuse("its host is not Zoom's");
  }
  if (!HasUsualPort(*url)) return Refuse("its port is not Zoom's");
  return LookAtPage(*url);
}

Look MeetingLinkReader::LookAtPage(const Url& url) {
  const LinkForm form = zoom::ReadPage(url.host, url.path);
  if (form.kind == LinkForm::Kind::kUnknown) return MaybeEncoded("its page is not a meeting's");
  if (form.kind == LinkForm::Kind::kNotJoined) {
    return {.error = base::MakeError(Reason::kLinkWithoutNumber,
                                     "meeting link: its page is a registration, an event, a "
                                     "recording, or another that nobody can join")};
  }
  MeetingLink link;
  if (form.kind == LinkForm::Kind::kPersonal) {
    if (!zoom::IsPersonalName(form.text)) return MaybeEncoded("its personal name is malformed");
    link.vanity_name_ = absl::AsciiStrToLower(base::ToAbsl(form.text));
  } else {
    const bool in_query = form.kind == LinkForm::Kind::kConfno;
    const base::Buffer digits =
        in_query ? zoom::PercentDecoded(zoom::FindInQuery(url.query, "confno").value_or(""),
                                        zoom::Plus::kIsSpace)
                 : zoom::PercentDecoded(form.text, zoom::Plus::kIsPlus);
    const std::optional<std::uint64_t> number = zoom::ReadNumber(base::View(digits));
    if (!number) return MaybeEncoded("no number of 9 to 11 digits is where one belongs");
    link.number_ = *number;
  }
  if (!ReadSecret(url.query, {"pwd", "password"}, link.passcode_) ||
      !ReadSecret(url.query, {"tk"}, link.registrant_token_)) {
    return Refuse("its passcode or registrant token is no text");
  }
  return {.link = std::move(link)};
}

Look MeetingLinkReader::LookAtWrapper(const Url& url, std::string_view text) {
  zoom::Unwrapped unwrapped = zoom::Unwrap(url, text);
  switch (unwrapped.kind) {
    case zoom::Unwrapped::Kind::kInside:
      return {.inside = std::move(unwrapped.inside)};
    case zoom::Unwrapped::Kind::kSealed:
      return {.error = base::MakeError(Reason::kLinkWrapped,
                                       "meeting link: a mail filter or a shortener has hidden it")};
    case zoom::Unwrapped::Kind::kNone:
      break;
  }
  return Refuse("its host is not Zoom's");
}

// The first of `keys` that is not empty.
bool MeetingLinkReader::ReadSecret(std::string_view query,
                                   std::initializer_list<std::string_view> keys, Secret& to) {
  for (const std::string_view key : keys) {
    const std::string_view value = zoom::FindInQuery(query, key).value_or("");
    if (value.empty()) continue;
    const base::Buffer decoded = zoom::PercentDecoded(value, zoom::Plus::kIsPlus);
    to = Secret(base::View(decoded));
    return zoom::IsCleanText(base::View(decoded));
  }
  return true;
}

absl::StatusOr<MeetingLink> MeetingLink::Parse(std::string_view text) {
  if (text.size() > kLongest) return NotALink("it is longer than 4 KiB");
  return MeetingLinkReader::Read(text);
}

}  // namespace joinpass
