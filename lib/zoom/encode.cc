#include "zoom/encode.h"

#include <cstddef>

#include "absl/strings/ascii.h"

namespace joinpass::zoom {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

bool IsUnreserved(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("-._~").find(c) != std::string_view::npos;
}

int HexValue(char c) {
  const std::size_t at =
      kHex.find(static_cast<char>(absl::ascii_toupper(static_cast<unsigned char>(c))));
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

template <typename Text>
void AppendEncoded(std::string_view text, Text& to) {
  for (const char c : text) {
    if (IsUnreserved(c)) {
      to.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    to.push_back('%');
    to.push_back(kHex[byte >> 4]);
    to.push_back(kHex[byte & 15]);
  }
}

}  // namespace

void AppendPercentEncoded(std::string_view text, base::Buffer& to) { AppendEncoded(text, to); }

std::string PercentEncoded(std::string_view text) {
  std::string encoded;
  AppendEncoded(text, encoded);
  return encoded;
}

base::Buffer PercentDecoded(std::string_view text, Plus plus) {
  base::Buffer decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? HexValue(text[i + 1]) : -1;
    const int low = high >= 0 ? HexValue(text[i + 2]) : -1;
    if (low >= 0) {
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      decoded.push_back(text[i] == '+' && plus == Plus::kIsSpace ? ' ' : text[i]);
    }
  }
  return decoded;
}

}  // namespace joinpass::zoom
