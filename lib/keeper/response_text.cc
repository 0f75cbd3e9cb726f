#include "keeper/response_text.h"

#include <boost/beast/http/status.hpp>

#include "absl/strings/str_cat.h"

namespace joinpass::keeper {

namespace http = boost::beast::http;

std::string ResponseText(const Response& response, const ResponseWay& way) {
  const auto phrase = http::obsolete_reason(static_cast<http::status>(response.status));
  std::string out = absl::StrCat(
      "HTTP/1.1 ", response.status, " ", absl::string_view(phrase.data(), phrase.size()),
      "\r\nConnection: ", way.keep_alive ? "keep-alive" : "close", "\r\n");
  for (const auto& [name, value] : response.headers) {
    absl::StrAppend(&out, name, ": ", value, "\r\n");
  }
  if (!response.body.empty()) {
    absl::StrAppend(&out, "Content-Type: ", response.content_type, "\r\n");
  }
  // RFC 9110 8.6: none with 204.
  if (response.status != 204) {
    absl::StrAppend(&out, "Content-Length: ", response.body.size(), "\r\n");
  }
  absl::StrAppend(&out, "\r\n");
  if (way.with_body) out += response.body;
  return out;
}

}  // namespace joinpass::keeper
