#include "fake_zoom/message.h"

#include <boost/beast/http/status.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/text.h"

namespace joinpass::fake_zoom {
namespace {

namespace urls = boost::urls;
constexpr std::size_t kMaxPairs = 200;

std::string Decode(urls::pct_string_view text, bool plus_is_space) {
  urls::encoding_opts options;
  options.space_as_plus = plus_is_space;
  std::string decoded(text.decoded_size(), '\0');
  // decoded_size() counts a plus as one character, as it is either way.
  return text.decode(options, urls::string_token::assign_to(decoded));
}

std::optional<Pairs> ReadParameters(const urls::url_view& url) {
  const auto params = url.encoded_params();
  if (params.size() > kMaxPairs) return std::nullopt;
  Pairs pairs;
  for (const urls::param_pct_view param : params) {
    pairs.emplace_back(Decode(param.key, true), Decode(param.value, true));
  }
  return pairs;
}

}  // namespace

std::optional<std::string_view> Find(const Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::string Get(const Pairs& pairs, std::string_view name) {
  return std::string(Find(pairs, name).value_or(""));
}

std::vector<std::string> GetAll(const Pairs& pairs, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [key, value] : pairs) {
    if (key == name) values.push_back(value);
  }
  return values;
}

std::optional<Pairs> ReadForm(std::string_view text) {
  // By way of a target: urls::parse_query() of 1.81 reads on to the next NUL.
  const std::string target = absl::StrCat("/?", base::ToAbsl(text));
  const auto url = urls::parse_origin_form(target);
  if (!url || url->has_fragment()) return std::nullopt;
  return text.empty() ? Pairs() : ReadParameters(*url);
}

bool ReadTarget(std::string_view target, Request& request) {
  const auto url = urls::parse_origin_form(target);
  if (!url) return false;
  request.path = std::string(url->encoded_path().data(), url->encoded_path().size());
  auto query = ReadParameters(*url);
  if (!query) return false;
  request.query = *std::move(query);
  return true;
}

std::vector<std::string> Segments(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    const auto encoded = urls::make_pct_string_view(segment);
    segments.push_back(encoded ? Decode(*encoded, false) : std::string(segment));
  }
  return segments;
}

std::string Escape(std::string_view text) { return urls::encode(text, urls::unreserved_chars); }

std::string EscapeHtml(std::string_view text) {
  return absl::StrReplaceAll(
      base::ToAbsl(text),
      {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

std::string UnescapeHtml(std::string_view text) {
  return absl::StrReplaceAll(
      base::ToAbsl(text),
      {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}});
}

std::string WriteResponse(const Response& response, std::string_view connection) {
  const std::string_view reason = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(response.status)));
  std::string wire = absl::StrCat("HTTP/1.1 ", response.status, " ", base::ToAbsl(reason), "\r\n");
  for (const auto& [name, value] : response.headers) {
    absl::StrAppend(&wire, name, ": ", value, "\r\n");
  }
  absl::StrAppend(&wire, "Content-Type: ", response.content_type,
                  "\r\nContent-Length: ", response.body.size(),
                  "\r\nConnection: ", base::ToAbsl(connection), "\r\n\r\n", response.body);
  return wire;
}

}  // namespace joinpass::fake_zoom
