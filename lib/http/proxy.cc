#include "http/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "base/text.h"

namespace joinpass::http {
namespace {

constexpr std::size_t kLongestProxy = 2'048;
constexpr std::size_t kMostExceptions = 1'024;
constexpr std::uint16_t kStandardPort = 80;

absl::Status Refuse(std::string_view what) {
  return base::MakeError(Reason::kInvalidArgument, absl::StrCat("proxy: ", base::ToAbsl(what)));
}

std::optional<unsigned> ReadNumber(std::string_view text, unsigned most) {
  unsigned number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number > most) return std::nullopt;
  return number;
}

// Source: RFC 7617 section 2.
absl::StatusOr<Secret> BasicAuthorization(const boost::urls::url_view& url) {
  if (!url.has_userinfo() || url.encoded_userinfo().empty()) return Secret();
  std::string user = url.user();
  std::string password = url.password();
  const bool can_be_sent = user.find(':') == std::string::npos;
  std::string pair = absl::StrCat(user, ":", password);
  std::string encoded = absl::Base64Escape(pair);
  for (std::string* one : {&user, &password, &pair}) base::Wipe(*one);
  std::string value = absl::StrCat("Basic ", encoded);
  base::Wipe(encoded);
  Secret authorization = Secret::Take(std::move(value));
  if (!can_be_sent) return Refuse("its user's name holds a colon");
  return authorization;
}

absl::StatusOr<Proxy> ReadProxy(std::string_view text) {
  base::Buffer whole = base::ToBuffer(text.find("://") == std::string_view::npos ? "http://" : "");
  base::Append(whole, text);
  const auto url = boost::urls::parse_uri(boost::urls::string_view(whole.data(), whole.size()));
  if (text.size() > kLongestProxy || !url) return Refuse("this is no URL");
  if (url->scheme_id() != boost::urls::scheme::http) return Refuse("its scheme is not http");
  const bool is_bare = (url->encoded_path().empty() || url->encoded_path() == "/") &&
                       !url->has_query() && !url->has_fragment();
  if (!is_bare) return Refuse("something follows its host");
  const auto host = url->encoded_host();
  const auto port = url->port();
  const auto at = message::ReadOrigin(
      absl::StrCat("https://", absl::string_view(host.data(), host.size()), ":",
                   port.empty() ? absl::StrCat(kStandardPort) : std::string(port)));
  if (!at.ok()) return Refuse("its host or port is malformed");
  Proxy proxy;
  proxy.at = *at;
  JOINPASS_ASSIGN_OR_RETURN(proxy.authorization, BasicAuthorization(*url));
  return proxy;
}

bool ReadBytes(const std::string& text, int& family, std::array<unsigned char, 16>& bytes) {
  family = text.find(':') == std::string::npos ? AF_INET : AF_INET6;
  return inet_pton(family, text.c_str(), bytes.data()) == 1;
}

bool IsOnThisMachine(const message::Origin& origin) {
  if (!origin.is_address) return origin.host == "localhost" || origin.host.ends_with(".localhost");
  int family = 0;
  std::array<unsigned char, 16> bytes = {};
  ReadBytes(origin.host, family, bytes);
  return family == AF_INET ? bytes[0] == 127 : origin.host == "::1";
}

}  // namespace

absl::StatusOr<ProxyRules> ProxyRules::Read(const Secret& proxy, std::string_view no_proxy) {
  ProxyRules rules;
  if (proxy.empty()) return rules;
  JOINPASS_ASSIGN_OR_RETURN(rules.proxy_, ReadProxy(proxy.Reveal()));
  for (const absl::string_view part :
       absl::StrSplit(base::ToAbsl(no_proxy), absl::ByAnyChar(", "))) {
    if (part.empty()) continue;
    if (rules.exceptions_.size() == kMostExceptions) return Refuse("no_proxy has too many parts");
    std::optional<Exception> exception =
        ReadException(base::ToStd(absl::StripAsciiWhitespace(part)));
    if (exception) rules.exceptions_.push_back(*std::move(exception));
  }
  return rules;
}

const Proxy* ProxyRules::For(const message::Origin& origin) const {
  if (!proxy_ || origin.scheme != message::Scheme::kHttps || IsOnThisMachine(origin)) {
    return nullptr;
  }
  const bool is_excepted =
      std::any_of(exceptions_.begin(), exceptions_.end(),
                  [&](const Exception& exception) { return exception.Fits(origin); });
  return is_excepted ? nullptr : &*proxy_;
}

// Nothing: no host is meant by it, so that it fits none.
std::optional<ProxyRules::Exception> ProxyRules::ReadException(std::string_view text) {
  Exception exception;
  exception.is_all = text == "*";
  if (text.empty() || exception.is_all) {
    return exception.is_all ? std::optional(exception) : std::nullopt;
  }
  std::string host = absl::AsciiStrToLower(base::ToAbsl(text));
  const std::size_t slash = host.find('/');
  const std::size_t colon = host.rfind(':');
  const bool is_v6 = std::count(host.begin(), host.end(), ':') > 1 && host.front() != '[';
  std::optional<unsigned> bits;
  if (slash != std::string::npos) {
    bits = ReadNumber(host.substr(slash + 1), 128);
    if (!bits) return std::nullopt;
    host.resize(slash);
  } else if (colon != std::string::npos && !is_v6 && host.back() != ']') {
    const auto port = ReadNumber(host.substr(colon + 1), 65'535);
    if (!port) return std::nullopt;
    exception.port = static_cast<std::uint16_t>(*port);
    host.resize(colon);
  }
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (ReadBytes(host, exception.family, exception.network)) {
    const unsigned most = exception.family == AF_INET ? 32 : 128;
    exception.bits = bits.value_or(most);
    return exception.bits <= most ? std::optional(exception) : std::nullopt;
  }
  if (bits) return std::nullopt;
  if (host.size() > 1 && host.back() == '.') host.pop_back();
  const std::string name = host.substr(host.starts_with("*.") ? 2 : host.starts_with(".") ? 1 : 0);
  if (name.empty()) return std::nullopt;
  exception.suffix = "." + name;
  // ".zoom.us" is what is within it alone.
  if (name.size() == host.size()) exception.name = name;
  return exception;
}

bool ProxyRules::Exception::Fits(const message::Origin& origin) const {
  if (is_all) return true;
  if (port && *port != origin.port) return false;
  if (!suffix.empty()) {
    return !origin.is_address && (origin.host == name || origin.host.ends_with(suffix));
  }
  int its_family = 0;
  std::array<unsigned char, 16> bytes = {};
  if (!origin.is_address || !ReadBytes(origin.host, its_family, bytes) || its_family != family) {
    return false;
  }
  for (unsigned bit = 0; bit < bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if ((bytes[bit / 8] & mask) != (network[bit / 8] & mask)) return false;
  }
  return true;
}

base::Buffer WriteConnect(const Proxy& proxy, const message::Origin& target) {
  const bool is_v6 = target.host.find(':') != std::string::npos;
  const std::string authority =
      absl::StrCat(is_v6 ? "[" : "", target.host, is_v6 ? "]" : "", ":", target.port);
  base::Buffer text;
  const std::string_view authorization = proxy.authorization.Reveal();
  text.reserve(128 + 2 * authority.size() + authorization.size());
  for (const std::string_view part :
       {std::string_view("CONNECT "), std::string_view(authority),
        std::string_view(" HTTP/1.1\r\nHost: "), std::string_view(authority),
        std::string_view("\r\nUser-Agent: joinpass/" JOINPASS_VERSION "\r\n")}) {
    base::Append(text, part);
  }
  if (!authorization.empty()) {
    for (const std::string_view part :
         {std::string_view("Proxy-Authorization: "), authorization, std::string_view("\r\n")}) {
      base::Append(text, part);
    }
  }
  base::Append(text, "\r\n");
  return text;
}

}  // namespace joinpass::http
