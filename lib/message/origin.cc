#include "message/origin.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"

namespace joinpass::message {
namespace {

constexpr std::size_t kMaxHost = 253;
constexpr std::size_t kMaxLabel = 63;

absl::Status Refuse(std::string_view what) {
  return base::MakeError(Reason::kInvalidArgument, absl::StrCat("origin: ", base::ToAbsl(what)));
}

bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (text.size() < prefix.size() ||
      !absl::EqualsIgnoreCase(base::ToAbsl(text.substr(0, prefix.size())), base::ToAbsl(prefix))) {
    return false;
  }
  text.remove_prefix(prefix.size());
  return true;
}

bool IsLabel(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabel && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
         });
}

// A name whose last label is all digits would be an address in disguise.
bool IsName(std::string_view host) {
  if (host.empty() || host.size() > kMaxHost) return false;
  for (;;) {
    const std::size_t dot = host.find('.');
    const std::string_view label = host.substr(0, dot);
    if (!IsLabel(label)) return false;
    if (dot == std::string_view::npos)
      return absl::ascii_isalpha(static_cast<unsigned char>(label[0]));
    host.remove_prefix(dot + 1);
  }
}

struct Address {
  std::string text;
  bool loopback = false;
};

std::optional<Address> ReadAddress(int family, const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes = {};
  std::array<char, INET6_ADDRSTRLEN> out = {};
  if (inet_pton(family, text.c_str(), bytes.data()) != 1) return std::nullopt;
  inet_ntop(family, bytes.data(), out.data(), out.size());
  Address address;
  address.text = out.data();
  address.loopback = family == AF_INET ? bytes[0] == 127 : address.text == "::1";
  return address;
}

// Takes the host off the front of `rest`, brackets and all.
std::optional<std::string> TakeHost(std::string_view& rest, int& family) {
  const bool bracketed = !rest.empty() && rest.front() == '[';
  const std::size_t end = bracketed ? rest.find(']') : rest.find(':');
  if (bracketed && end == std::string_view::npos) return std::nullopt;
  std::string host(bracketed ? rest.substr(1, end - 1) : rest.substr(0, end));
  rest =
      end == std::string_view::npos ? std::string_view() : rest.substr(bracketed ? end + 1 : end);
  family = bracketed ? AF_INET6 : AF_INET;
  absl::AsciiStrToLower(&host);
  return host;
}

std::optional<std::uint16_t> ReadPort(std::string_view text, std::uint16_t standard) {
  if (text.empty()) return standard;
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 1, end, port);
  if (text[0] != ':' || error != std::errc() || stop != end || port == 0) return std::nullopt;
  return port;
}

std::uint16_t StandardPort(Scheme scheme) { return scheme == Scheme::kHttps ? 443 : 80; }

}  // namespace

absl::StatusOr<Origin> ReadOrigin(std::string_view text) {
  Origin origin;
  if (TakePrefix(text, "http://")) {
    origin.scheme = Scheme::kHttp;
  } else if (!TakePrefix(text, "https://")) {
    return Refuse("the scheme is not https");
  }
  int family = AF_INET;
  const std::optional<std::string> host = TakeHost(text, family);
  if (!host || host->find('\0') != std::string::npos) return Refuse("the host is malformed");
  const std::optional<std::uint16_t> port = ReadPort(text, StandardPort(origin.scheme));
  if (!port) return Refuse("the port is malformed, or something follows it");
  origin.port = *port;

  std::optional<Address> address = ReadAddress(family, *host);
  origin.is_address = address.has_value();
  if (!address && (family == AF_INET6 || !IsName(*host))) return Refuse("the host is malformed");
  if (origin.scheme == Scheme::kHttp && !(address && address->loopback)) {
    return Refuse("http goes to a loopback address only");
  }
  origin.host = address ? std::move(address->text) : *host;
  return origin;
}

std::string WriteAuthority(const Origin& origin) {
  const bool v6 = origin.host.find(':') != std::string::npos;
  std::string text = v6 ? absl::StrCat("[", origin.host, "]") : origin.host;
  if (origin.port != StandardPort(origin.scheme)) absl::StrAppend(&text, ":", origin.port);
  return text;
}

std::string WriteOrigin(const Origin& origin) {
  return absl::StrCat(origin.scheme == Scheme::kHttps ? "https://" : "http://",
                      WriteAuthority(origin));
}

}  // namespace joinpass::message
