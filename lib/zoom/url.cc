#include "zoom/url.h"

#include <boost/url/parse.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/text.h"

namespace joinpass::zoom {
namespace {

std::string_view ToStd(boost::core::string_view text) { return {text.data(), text.size()}; }

bool IsHostName(std::string_view host) {
  char before = '.';
  for (const char c : host) {
    if (c == '.' && before == '.') return false;
    if (c != '.' && c != '-' && c != '_' && !absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      return false;
    }
    before = c;
  }
  return before != '.';
}

}  // namespace

std::optional<Url> SplitUrl(std::string_view text) {
  const auto parsed = boost::urls::parse_uri(boost::core::string_view(text.data(), text.size()));
  if (!parsed) return std::nullopt;
  Url url;
  url.scheme = ToStd(parsed->scheme());
  url.host = ToStd(parsed->encoded_host());
  url.port = ToStd(parsed->port());
  url.path = ToStd(parsed->encoded_path());
  url.query = ToStd(parsed->encoded_query());
  url.has_user = parsed->has_userinfo();
  url.has_colon = parsed->has_port();
  url.has_tail = parsed->has_query() || parsed->has_fragment();
  return url;
}

bool IsAtOrBelow(std::string_view host, std::string_view domain) {
  if (!IsHostName(host) || !absl::EndsWithIgnoreCase(base::ToAbsl(host), base::ToAbsl(domain))) {
    return false;
  }
  return host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.';
}

}  // namespace joinpass::zoom
