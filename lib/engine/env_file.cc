#include "engine/env_file.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "base/text.h"
#include "base/wipe.h"

namespace joinpass::engine {
namespace {

using Line = std::pair<std::string, Secret>;

bool IsName(absl::string_view name) {
  const auto is_part = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
  };
  return !name.empty() && !absl::ascii_isdigit(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), is_part);
}

// After a value in quotes.
bool IsNothing(absl::string_view rest) {
  rest = absl::StripLeadingAsciiWhitespace(rest);
  return rest.empty() || rest.front() == '#';
}

char Unescaped(char c) { return c == 'n' ? '\n' : c == 't' ? '\t' : c; }

std::optional<Secret> ReadQuoted(absl::string_view text) {
  const char quote = text.front();
  base::Buffer value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    char c = text[i];
    if (c == quote) {
      if (!IsNothing(text.substr(i + 1))) return std::nullopt;
      return Secret(base::View(value));
    }
    const bool escapes = quote == '"' && c == '\\' && i + 1 < text.size() &&
                         absl::StrContains("nt\"\\", text.substr(i + 1, 1));
    if (escapes) c = Unescaped(text[++i]);
    base::Append(value, std::string_view(&c, 1));
  }
  return std::nullopt;  // no end
}

// Ends before a comment, which something blank must part from it.
Secret ReadPlain(absl::string_view text) {
  std::size_t size = 0;
  while (size < text.size()) {
    const bool begins =
        size == 0 || absl::ascii_isspace(static_cast<unsigned char>(text[size - 1]));
    if (text[size] == '#' && begins) break;
    ++size;
  }
  return Secret(base::ToStd(absl::StripTrailingAsciiWhitespace(text.substr(0, size))));
}

std::optional<Line> ReadLine(absl::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == absl::string_view::npos) return std::nullopt;
  absl::string_view name = absl::StripAsciiWhitespace(line.substr(0, equals));
  if (absl::ConsumePrefix(&name, "export ")) name = absl::StripLeadingAsciiWhitespace(name);
  if (!IsName(name)) return std::nullopt;
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(line.substr(equals + 1));
  const bool quoted = !text.empty() && (text.front() == '"' || text.front() == '\'');
  std::optional<Secret> value = quoted ? ReadQuoted(text) : ReadPlain(text);
  if (!value) return std::nullopt;
  return Line(name, *std::move(value));
}

absl::Status Wrong(absl::string_view what) {
  return base::MakeError(Reason::kInvalidArgument, absl::StrCat("settings: the file ", what));
}

}  // namespace

absl::StatusOr<std::map<std::string, Secret>> ReadEnvLines(std::string_view text) {
  if (text.size() > kLargestEnvFile) return Wrong("is larger than 64 KiB");
  if (text.find('\0') != std::string_view::npos) return Wrong("is no text");
  absl::string_view rest = base::ToAbsl(text);
  absl::ConsumePrefix(&rest, "\xEF\xBB\xBF");
  std::map<std::string, Secret> values;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(rest, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line.front() == '#') continue;
    std::optional<Line> read = ReadLine(line);
    if (!read) return Wrong(absl::StrCat("says no NAME=value in line ", number));
    values.insert_or_assign(std::move(read->first), std::move(read->second));
  }
  return values;
}

}  // namespace joinpass::engine
