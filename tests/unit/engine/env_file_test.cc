#include "engine/env_file.h"

#include <doctest/doctest.h>

#include <string>

#include "joinpass/reason.h"

namespace joinpass::engine {
namespace {

// "NAME=value|…", in the order of the names.
std::string Read(const std::string& text) {
  const auto values = ReadEnvLines(text);
  if (!values.ok()) {
    CHECK(ReasonOf(values.status()) == Reason::kInvalidArgument);
    return std::string(values.status().message());
  }
  std::string all;
  for (const auto& [name, value] : *values) {
    all += name + "=" + std::string(value.Reveal()) + "|";
  }
  return all;
}

std::string WrongIn(int line) {
  return "settings: the file says no NAME=value in line " + std::to_string(line);
}

TEST_SUITE("A file of settings") {
  TEST_CASE("says what stands in it") {
    struct Case {
      std::string text;
      std::string values;
    };
    const Case cases[] = {
        {"", ""},
        {"\n# A=1\n  # B=2\n\n", ""},
        {"A=1\nB=2", "A=1|B=2|"},
        {"\xEF\xBB\xBF"
         "A=1\r\nB=2\r\n",
         "A=1|B=2|"},
        {"  A = 1 \t\n_b9=2", "A=1|_b9=2|"},
        {"export A=1\nexport   B=2", "A=1|B=2|"},
        {"A=\nB=''\nC=\"\"\nD= # nothing", "A=|B=|C=|D=|"},
        {"A=1\nA=2", "A=2|"},
        {"A=a=b=c==", "A=a=b=c==|"},
        {"A=a#b # c", "A=a#b|"},
        {"A=#b", "A=|"},
        {"A=one two  # three", "A=one two|"},
        {"A='a # \\n $B \"'", "A=a # \\n $B \"|"},
        {"A=\"a\\tb\\nc\\\"d\\\\e\\$f\" # g", "A=a\tb\nc\"d\\e\\$f|"},
        {"A=it's", "A=it's|"},
        {"A=$B${C}`d`", "A=$B${C}`d`|"},
    };
    for (const Case& c : cases) {
      CAPTURE(c.text);
      CHECK(Read(c.text) == c.values);
    }
  }

  TEST_CASE("is refused with the line that is wrong, and not what it says") {
    struct Case {
      std::string text;
      int line;
    };
    const Case cases[] = {
        {"A=1\nsecret\n", 2},  {"=secret", 1},          {"A-B=secret", 1}, {"9A=secret", 1},
        {"\n\nA B=secret", 3}, {"A=\"secret", 1},       {"A='secret", 1},  {"A='a'secret", 1},
        {"A=\"secret\\\"", 1}, {"exports A=secret", 1},
    };
    for (const Case& c : cases) {
      CAPTURE(c.text);
      CHECK(Read(c.text) == WrongIn(c.line));
    }
    CHECK(Read(std::string("A=1\n\0B=2", 8)) == "settings: the file is no text");
    const std::string large = "A=" + std::string(kLargestEnvFile - 2, 'x');
    CHECK(Read(large).size() == kLargestEnvFile + 1);
    CHECK(Read(large + "x") == "settings: the file is larger than 64 KiB");
  }
}

}  // namespace
}  // namespace joinpass::engine
