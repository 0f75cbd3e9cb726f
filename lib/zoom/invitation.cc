#include "zoom/invitation.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/text.h"
#include "zoom/link_text.h"
#include "zoom/token_text.h"

namespace joinpass::zoom {
namespace {

constexpr std::size_t kNowhere = std::string_view::npos;
constexpr std::size_t kLongestSpacedNumber = 64;
constexpr std::size_t kLongestPasscode = 64;

// Letters of ASCII in lower case. Source: Zoom's invitations in its languages.
constexpr std::string_view kNumberLabels[] = {"meeting id",
                                              "meeting-id",
                                              "meetingid",
                                              "webinar id",
                                              "webinar-id",
                                              "zoom id",
                                              "id de reunión",
                                              "id de la reunión",
                                              "id de réunion",
                                              "id de la réunion",
                                              "id da reunião",
                                              "id riunione",
                                              "id della riunione",
                                              "vergader-id",
                                              "ミーティング id",
                                              "ミーティングid",
                                              "会议号",
                                              "会议 id",
                                              "会议id",
                                              "會議 id",
                                              "會議id",
                                              "회의 id",
                                              "회의id",
                                              "идентификатор конференции",
                                              "identyfikator spotkania",
                                              "id cuộc họp",
                                              "toplantı kimliği",
                                              "id rapat",
                                              "mötes-id"};
constexpr std::string_view kPasscodeLabels[] = {"passcode",
                                                "password",
                                                "pwd",
                                                "kenncode",
                                                "code secret",
                                                "mot de passe",
                                                "código de acceso",
                                                "contraseña",
                                                "senha",
                                                "codice d'accesso",
                                                "codice di accesso",
                                                "パスコード",
                                                "パスワード",
                                                "密码",
                                                "密碼",
                                                "암호",
                                                "код доступа",
                                                "пароль",
                                                "toegangscode",
                                                "kod dostępu",
                                                "hasło",
                                                "mật mã",
                                                "kata sandi",
                                                "lösenord"};

bool IsAlpha(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)); }
bool IsAlnum(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }
bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

// Where a link in free text surely ends: Zoom's have no such character, and
// calendars write a line end as "\n".
bool EndsLink(char c) {
  return c <= ' ' || c > '~' || std::string_view("\"<>\\^`{|}").find(c) != kNowhere;
}

std::size_t EndOfLink(std::string_view text, std::size_t at) {
  while (at < text.size() && !EndsLink(text[at])) ++at;
  return at;
}

// Back from `at` over characters that `belongs` takes.
template <typename Belongs>
std::size_t BackOver(std::string_view text, std::size_t at, std::size_t least, Belongs belongs) {
  while (at > least && belongs(text[at - 1])) --at;
  return at;
}

// Where the scheme before "://" begins, which may stand right behind other letters.
std::size_t BeginOfScheme(std::string_view text, std::size_t colon, std::size_t least) {
  const std::string_view before = text.substr(least, colon - least);
  for (const std::string_view scheme : {"https", "http", "zoommtg", "zoomus"}) {
    if (absl::EndsWithIgnoreCase(base::ToAbsl(before), base::ToAbsl(scheme))) {
      return colon - scheme.size();
    }
  }
  return BackOver(text, colon, least, IsAlpha);
}

// The same, or where the second link of a word begins: one may be around the other,
// or they stand together without a space.
std::size_t EndOfFirstLink(std::string_view text, std::size_t from) {
  int schemes = 0;
  for (std::size_t at = from; at < text.size() && !EndsLink(text[at]); ++at) {
    if (text.substr(at).starts_with("://") && ++schemes == 2) {
      return BeginOfScheme(text, at, from);
    }
  }
  return EndOfLink(text, from);
}

bool IsHostCharacter(char c) { return IsAlnum(c) || c == '.' || c == '-'; }
bool IsDialled(char c) { return IsHostCharacter(c) || c == '_' || c == '*' || c == '%'; }

// Finds `part`, in any case of ASCII letters, in [from, end).
std::size_t Find(std::string_view text, std::string_view part, std::size_t from, std::size_t end) {
  const auto lower = [](char c) { return absl::ascii_tolower(static_cast<unsigned char>(c)); };
  const auto* const begin = text.begin() + from;
  const auto* const stop = text.begin() + end;
  const auto* const found = std::search(begin, stop, part.begin(), part.end(),
                                        [lower](char a, char b) { return lower(a) == lower(b); });
  return found == stop ? kNowhere : static_cast<std::size_t>(found - text.begin());
}

// Where a link begins in the word [from, end), or kNowhere: at its scheme, or, in a
// word without one, at a host of Zoom's or at what a room system dials.
std::size_t BeginOfLink(std::string_view text, std::size_t from, std::size_t end) {
  const std::size_t scheme = Find(text, "://", from, end);
  if (scheme != kNowhere) return BeginOfScheme(text, scheme, from);
  const std::size_t dialled = Find(text, "@zoomcrc.", from, end);
  if (dialled != kNowhere) return BackOver(text, dialled, from, IsDialled);
  for (const std::string_view host : {"zoom.us", "zoom.com", "zoom-x.de", "zoomgov.com"}) {
    const std::size_t at = Find(text, host, from, end);
    if (at != kNowhere) return BackOver(text, at, from, IsHostCharacter);
  }
  return kNowhere;
}

// A link in brackets or quotes ends with them.
std::size_t EndInBrackets(std::string_view text, Span link) {
  constexpr std::string_view kOpen = "(['";
  constexpr std::string_view kClose = ")]'";
  const std::size_t kind = link.begin == 0 ? kNowhere : kOpen.find(text[link.begin - 1]);
  if (kind == kNowhere) return link.end;
  const std::string_view inside = text.substr(link.begin, link.end - link.begin);
  return link.begin + std::min(inside.find(kClose[kind]), inside.size());
}

// "/j/843 3562 6851?pwd=p": where the link ends whose number goes on behind a space.
std::optional<Span> WithSpacedNumber(std::string_view text, Span link) {
  const std::size_t digits = BackOver(text, link.end, link.begin, IsDigit);
  if (digits == link.end) return std::nullopt;
  std::string_view rest = text.substr(digits, kLongestSpacedNumber);
  rest = rest.substr(0, rest.find('\n'));
  const std::size_t number_end = digits + NumberSize(rest);
  if (number_end <= link.end) return std::nullopt;
  return Span{link.begin, EndOfLink(text, number_end)};
}

bool IsInlineTag(std::string_view tag) {
  if (tag.starts_with('/')) tag.remove_prefix(1);
  const auto* const end = std::find_if_not(tag.begin(), tag.end(), IsAlnum);
  const std::string_view name = tag.substr(0, static_cast<std::size_t>(end - tag.begin()));
  for (const std::string_view one : {"a", "b", "i", "u", "em", "strong", "span", "font", "code"}) {
    if (absl::EqualsIgnoreCase(base::ToAbsl(name), base::ToAbsl(one))) return true;
  }
  return false;
}

void Blank(base::Buffer& text, Span span, char first = ' ') {
  std::fill(text.begin() + static_cast<std::ptrdiff_t>(span.begin),
            text.begin() + static_cast<std::ptrdiff_t>(span.end), ' ');
  if (span.begin < span.end) text[span.begin] = first;
}

void BlankTags(std::string_view text, base::Buffer& plain) {
  for (std::size_t at = text.find('<'); at < text.size(); at = text.find('<', at + 1)) {
    const std::string_view inside = text.substr(at + 1);
    if (inside.empty() || (!IsAlpha(inside[0]) && inside[0] != '/' && inside[0] != '!')) continue;
    const std::size_t end = inside.find_first_of("<>");
    if (end == kNowhere || inside[end] == '<') continue;
    Blank(plain, {at, at + end + 2}, IsInlineTag(inside.substr(0, end)) ? ' ' : '\n');
  }
}

void BlankSpaces(std::string_view text, base::Buffer& plain) {
  for (std::size_t at = text.find('&'); at < text.size(); at = text.find('&', at + 1)) {
    for (const std::string_view entity : {"&nbsp;", "&#160;", "&#xa0;", "&#xA0;", "&ensp;"}) {
      if (text.substr(at).starts_with(entity)) Blank(plain, {at, at + entity.size()});
    }
  }
}

// How many bytes of spaces, line ends and `marks` begin `text`.
std::size_t SkipSize(std::string_view text, std::u32string_view marks, bool over_lines) {
  std::size_t size = 0;
  while (size < text.size()) {
    const Character c = FirstCharacter(text.substr(size));
    const bool line_end = c.code == U'\n' || c.code == U'\r';
    const bool space = IsSpace(c.code) && (over_lines || !line_end);
    if (c.size == 0 || (!space && marks.find(c.code) == std::u32string_view::npos)) break;
    size += c.size;
  }
  return size;
}

// The bytes of the label that begins at `at`, or 0.
template <std::size_t N>
std::size_t LabelSize(std::string_view text, std::size_t at, const std::string_view (&labels)[N]) {
  if (at > 0 && IsAlnum(text[at - 1])) return 0;
  std::size_t longest = 0;
  for (const std::string_view label : labels) {
    if (absl::StartsWithIgnoreCase(base::ToAbsl(text.substr(at)), base::ToAbsl(label))) {
      longest = std::max(longest, label.size());
    }
  }
  return longest;
}

// The number at the begin of `text`, if it is a meeting's, up to the line's end.
std::optional<std::uint64_t> NumberAtBegin(std::string_view text) {
  text = text.substr(0, kLongestSpacedNumber);
  text = text.substr(0, text.find_first_of("\r\n"));
  const std::size_t size = NumberSize(text);
  if (size < text.size() && IsAlnum(text[size])) return std::nullopt;
  return ReadNumber(text.substr(0, size));
}

// "84335626851" of ",,84335626851#", where the commas are a telephone's pauses.
std::optional<std::uint64_t> NumberOfOneTap(std::string_view behind_commas) {
  const auto* const end = std::find_if_not(behind_commas.begin(), behind_commas.end(), IsDigit);
  const auto size = static_cast<std::size_t>(end - behind_commas.begin());
  if (!behind_commas.substr(size).starts_with('#') ||
      behind_commas.substr(size).starts_with("##")) {
    return std::nullopt;
  }
  return ReadNumber(behind_commas.substr(0, size));
}

base::Buffer WithoutEntities(std::string_view text) {
  constexpr std::pair<std::string_view, char> kEntities[] = {
      {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};
  base::Buffer decoded;
  while (!text.empty()) {
    const auto* const entity =
        std::find_if(std::begin(kEntities), std::end(kEntities),
                     [text](auto& one) { return text.starts_with(one.first); });
    const bool is_one = entity != std::end(kEntities);
    decoded.push_back(is_one ? entity->second : text.front());
    text.remove_prefix(is_one ? entity->first.size() : 1);
  }
  return decoded;
}

// What stands behind a label, its colon and spaces; empty: it is no passcode's label.
std::string_view PasscodeBehind(std::string_view text) {
  text = text.substr(0, 2 * kLongestPasscode);
  text.remove_prefix(SkipSize(text, U"*_", false));
  const Character colon = FirstCharacter(text);
  if (colon.code != U':' && colon.code != U'\uff1a' && colon.code != U'=') return {};
  text.remove_prefix(colon.size);
  // "**Passcode:** x": the stars are the label's, if a space is behind them.
  const std::size_t stars = std::min(text.find_first_not_of("*_"), text.size());
  if (stars > 0 && SkipSize(text.substr(stars), U"", false) > 0) text.remove_prefix(stars);
  text.remove_prefix(SkipSize(text, U"", false));
  const auto* const end = std::find_if(text.begin(), text.end(), [](char c) {
    return c <= ' ' || c > '~' || c == '<' || c == '\\' || c == '|';
  });
  text = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  const std::size_t last = text.find_last_not_of(".,;)");
  return text.substr(0, last == kNowhere ? 0 : last + 1);
}

}  // namespace

// Whatever the words are, each of their bytes is looked at a few times only: the
// whole of a word is given once, at its begin, and parts of it behind that.
std::vector<Span> NextLinks(std::string_view text, std::size_t from) {
  while (from < text.size()) {
    if (EndsLink(text[from])) {
      ++from;
      continue;
    }
    const std::size_t part_end = EndOfFirstLink(text, from);
    const bool at_begin = from == 0 || EndsLink(text[from - 1]);
    const std::size_t end = at_begin ? EndOfLink(text, part_end) : part_end;
    const std::size_t begin = BeginOfLink(text, from, end);
    if (begin == kNowhere) {
      from = end;
      continue;
    }
    const Span first = {begin, EndInBrackets(text, {begin, end})};
    std::vector<Span> links;
    if (begin < part_end && part_end < first.end) links.push_back({begin, part_end});
    links.push_back(first);
    if (const auto spaced = WithSpacedNumber(text, first)) links.push_back(*spaced);
    return links;
  }
  return {};
}

base::Buffer PlainText(std::string_view text, const std::vector<Span>& links) {
  base::Buffer plain = base::ToBuffer(text);
  BlankTags(text, plain);
  BlankSpaces(text, plain);
  for (const Span& link : links) Blank(plain, link);
  return plain;
}

std::vector<NumberMention> FindNumbers(std::string_view plain) {
  const bool of_zoom = Contains(plain, "zoom");
  std::vector<NumberMention> found;
  for (std::size_t at = 0; at < plain.size();) {
    std::optional<std::uint64_t> number;
    std::size_t size = LabelSize(plain, at, kNumberLabels);
    if (size > 0) {
      size += SkipSize(plain.substr(at + size), U":=*_\uff1a", true);
      number = NumberAtBegin(plain.substr(at + size));
    } else if (of_zoom && plain.substr(at).starts_with(",,")) {
      size = 2;
      number = NumberOfOneTap(plain.substr(at + size));
    }
    if (number) found.push_back({.at = at, .number = *number});
    at += std::max<std::size_t>(size, 1);
  }
  return found;
}

std::vector<PasscodeMention> FindPasscodes(std::string_view plain) {
  std::vector<PasscodeMention> found;
  for (std::size_t at = 0; at < plain.size();) {
    const std::size_t size = LabelSize(plain, at, kPasscodeLabels);
    if (size > 0) {
      const std::string_view passcode = PasscodeBehind(plain.substr(at + size));
      if (!passcode.empty() && passcode.size() <= kLongestPasscode) {
        found.push_back({.at = at, .passcode = WithoutEntities(passcode)});
      }
    }
    at += std::max<std::size_t>(size, 1);
  }
  return found;
}

}  // namespace joinpass::zoom
