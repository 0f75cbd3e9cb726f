// HTTP as values, as the fake sees it. On purpose not the library's own: two
// readings of the same rules meet in the tests.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_MESSAGE_H_
#define JOINPASS_TESTS_FAKE_ZOOM_MESSAGE_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace joinpass::fake_zoom {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method = {};
  std::string path = {};  // as sent, without the query: still percent-encoded
  Pairs query = {};       // decoded
  Pairs headers = {};     // names in lower case
  std::string body = {};
};

struct Response {
  int status = 200;
  std::string content_type = "application/json;charset=UTF-8";
  Pairs headers = {};
  std::string body = {};
};

// The value of the first pair named `name`. Points into `pairs`.
std::optional<std::string_view> Find(const Pairs& pairs, std::string_view name);

// The same, "" when there is none.
std::string Get(const Pairs& pairs, std::string_view name);

// Every value of pairs named `name`.
std::vector<std::string> GetAll(const Pairs& pairs, std::string_view name);

// Reads `a=1&b=2`, percent-encoding and '+' undone. Nothing if it is malformed
// or has more than 200 pairs.
std::optional<Pairs> ReadForm(std::string_view text);

// Reads an origin-form target ("/v2/users/me?x=1") into path and query.
// False if it is malformed.
bool ReadTarget(std::string_view target, Request& request);

// The path's segments, percent-encoding undone: "/v2/users/a%40b" → v2, users, a@b.
std::vector<std::string> Segments(std::string_view path);

// Percent-encodes everything but the unreserved characters.
std::string Escape(std::string_view text);

// `text` fit for HTML text and for a quoted attribute, and back.
std::string EscapeHtml(std::string_view text);
std::string UnescapeHtml(std::string_view text);

// The whole answer as it goes over the wire: status line, headers
// (Content-Length and `connection` among them), body.
std::string WriteResponse(const Response& response, std::string_view connection);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_MESSAGE_H_
