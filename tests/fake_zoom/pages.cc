#include "fake_zoom/pages.h"

#include <algorithm>
#include <boost/json.hpp>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/random.h"
#include "base/text.h"
#include "fake_zoom/scopes.h"

namespace joinpass::fake_zoom {
namespace {

namespace json = boost::json;

Response Invalid(std::string_view field) {
  const json::object error = {{"field", field}, {"message", "Invalid field."}};
  return {.status = 400,
          .body = json::serialize(json::object{
              {"code", 300}, {"message", "Validation Failed."}, {"errors", json::array{error}}})};
}

// The listing with those of its parameters that shape it, in one order.
std::string BoundTo(std::string_view listing, Pairs query) {
  std::erase_if(query, [](const auto& pair) { return pair.first == "next_page_token"; });
  std::ranges::sort(query);
  std::string text(listing);
  for (const auto& [name, value] : query) absl::StrAppend(&text, "\n", name, "=", value);
  return text;
}

}  // namespace

std::variant<Page, Response> Pages::Read(std::string_view listing, const Pairs& query,
                                         std::size_t max_size, PageOverflow overflow,
                                         absl::Time now) {
  Page page;
  if (const auto size = Find(query, "page_size")) {
    if (!absl::SimpleAtoi(base::ToAbsl(*size), &page.size) || page.size == 0) {
      return Invalid("page_size");
    }
    if (page.size > max_size && overflow == PageOverflow::kRefused) return Invalid("page_size");
    page.size = std::min(page.size, max_size);
  }
  const std::string token = Get(query, "next_page_token");
  if (token.empty()) return page;
  const auto mark = marks_.find(token);
  if (mark == marks_.end() || mark->second.expires <= now ||
      mark->second.bound_to != BoundTo(listing, query)) {
    return RestError(400, 300, "The next page token is invalid or expired.");
  }
  page.begin = mark->second.begin;
  return page;
}

std::string Pages::Next(std::string_view listing, const Pairs& query, const Page& page,
                        std::size_t total, absl::Time now) {
  if (page.begin + page.size >= total) return "";
  std::erase_if(marks_, [now](const auto& entry) { return entry.second.expires <= now; });
  std::string token = base::SystemRandom().Token(32);
  marks_[token] = {
      .bound_to = BoundTo(listing, query), .begin = page.begin + page.size, .expires = now + kLife};
  return token;
}

}  // namespace joinpass::fake_zoom
