#include "keeper/pages.h"

#include "absl/strings/str_cat.h"
#include "base/text.h"

namespace joinpass::keeper {

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

Response Page(int status, std::string_view heading, std::string_view sentence) {
  Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.headers = {
      {"Cache-Control", "no-store"},
      {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"},
      {"Referrer-Policy", "no-referrer"},  // the URL has the code
      {"X-Content-Type-Options", "nosniff"},
  };
  response.body = absl::StrCat(
      "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
      Escaped(heading),
      "</title>\n<style>body{font:18px/1.5 sans-serif;max-width:32em;margin:4em auto;"
      "padding:0 1em}</style>\n<h1>",
      Escaped(heading), "</h1>\n<p>", Escaped(sentence), "</p>\n</html>\n");
  return response;
}

}  // namespace joinpass::keeper
