#include "fake_zoom/consent_page.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/text.h"

namespace joinpass::fake_zoom {
namespace {

constexpr int kMaxListed = 200;
constexpr std::string_view kHead =
    "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Zoom "
    "(fake)</title>\n"
    "<style>body{font:16px sans-serif;max-width:36em;margin:3em auto}button{padding:.6em 2em}"
    "</style></head>\n<body>\n";
constexpr std::string_view kHidden = "<input type=\"hidden\" name=\"";
constexpr std::string_view kTicked = "<input type=\"checkbox\" checked name=\"";
constexpr std::string_view kValue = "\" value=\"";

Response Page(int status, std::string body) {
  return {.status = status,
          .content_type = "text/html;charset=UTF-8",
          .headers = {{"Cache-Control", "no-store"}},
          .body = absl::StrCat(base::ToAbsl(kHead), body, "</body>\n</html>\n")};
}

std::string Input(std::string_view opening, std::string_view name, std::string_view value) {
  return absl::StrCat(base::ToAbsl(opening), EscapeHtml(name), base::ToAbsl(kValue),
                      EscapeHtml(value), "\">");
}

std::string ScopeList(const App& app) {
  std::string list;
  for (const std::string& scope : app.scopes) {
    const bool optional = std::ranges::count(app.optional_scopes, scope) > 0;
    absl::StrAppend(&list, "<li>", Input(optional ? kTicked : kHidden, "scope", scope),
                    EscapeHtml(scope), optional ? " (optional)" : "", "</li>\n");
  }
  return list;
}

std::string PeopleList(const World& world) {
  std::string list;
  int listed = 0;
  for (const auto& [id, user] : world.users) {
    if (user.status != "active") continue;
    if (++listed > kMaxListed) break;
    absl::StrAppend(&list, "<option value=\"", EscapeHtml(user.email), "\">",
                    EscapeHtml(user.first_name + " " + user.last_name), "</option>\n");
  }
  return list;
}

void AppendField(std::string& form, std::string_view name, std::string_view value) {
  absl::StrAppend(&form, form.empty() ? "" : "&", Escape(name), "=", Escape(value));
}

// Appends the name and value of each input in `page` that opens with `opening`.
void CollectInputs(std::string_view page, std::string_view opening, std::string& form) {
  for (auto at = page.find(opening); at != std::string_view::npos; at = page.find(opening)) {
    page.remove_prefix(at + opening.size());
    const auto name_end = page.find(kValue);
    if (name_end == std::string_view::npos) return;
    const std::string_view name = page.substr(0, name_end);
    page.remove_prefix(name_end + kValue.size());
    AppendField(form, UnescapeHtml(name), UnescapeHtml(page.substr(0, page.find('"'))));
  }
}

}  // namespace

Response ConsentPage(const World& world, const App& app, const Pairs& asked) {
  std::string hidden;
  for (const auto& [name, value] : asked)
    absl::StrAppend(&hidden, Input(kHidden, name, value), "\n");
  return Page(
      200,
      absl::StrCat(
          "<h1>", EscapeHtml(app.name), " asks for access</h1>\n",
          "<form method=\"post\" action=\"/oauth/consent\">\n", hidden,
          "<p><label>You are signed in as <input name=\"email\" list=\"people\" required "
          "size=\"32\"></label></p>\n<datalist id=\"people\">\n",
          PeopleList(world), "</datalist>\n<p>The app will be able to:</p>\n<ul>\n", ScopeList(app),
          "</ul>\n<p><button name=\"decision\" value=\"allow\">Allow</button>\n"
          "<button name=\"decision\" value=\"decline\" formnovalidate>Decline</button></p>\n"
          "</form>\n"));
}

Response ErrorPage(int code, std::string_view text) {
  return Page(400,
              absl::StrCat("<h1>", EscapeHtml(text), "</h1>\n<p>Error code: ", code, "</p>\n"));
}

std::string FillConsentForm(std::string_view page, std::string_view email,
                            std::string_view decision) {
  std::string form;
  CollectInputs(page, kHidden, form);
  CollectInputs(page, kTicked, form);
  AppendField(form, "email", email);
  AppendField(form, "decision", decision);
  return form;
}

}  // namespace joinpass::fake_zoom
