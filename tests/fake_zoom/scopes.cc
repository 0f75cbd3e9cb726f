#include "fake_zoom/scopes.h"

#include <algorithm>
#include <boost/json.hpp>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/text.h"

namespace joinpass::fake_zoom {
namespace {

bool IsAdmins(std::string_view scope) { return absl::StrContains(base::ToAbsl(scope), ":admin"); }

std::vector<std::string> Accepted(const ScopeRule& rule, Judged judged) {
  std::vector<std::string> accepted;
  const auto add = [&accepted](std::string_view scope) {
    if (!scope.empty()) accepted.emplace_back(scope);
  };
  for (const std::string_view scope : rule.classic) {
    if (IsAdmins(scope) == (judged == Judged::kAsAdmin)) add(scope);
  }
  add(judged == Judged::kAsAdmin ? rule.admin : rule.user);
  return accepted;
}

// What the refusal says would have done.
std::vector<std::string> Wanted(const ScopeRule& rule, const App& app, Judged judged) {
  if (app.classic_scopes) return {rule.classic.begin(), rule.classic.end()};
  const bool users_call_as_admin = app.kind == AppKind::kUser && judged == Judged::kAsAdmin;
  std::vector<std::string> wanted;
  if (!rule.user.empty() && !users_call_as_admin) wanted.emplace_back(rule.user);
  if (!rule.admin.empty()) wanted.emplace_back(rule.admin);
  return wanted;
}

}  // namespace

std::optional<Response> CheckScope(const ScopeRule& rule, const App& app, Judged judged,
                                   std::string_view granted) {
  const std::vector<std::string> scopes = absl::StrSplit(base::ToAbsl(granted), ' ');
  for (const std::string& scope : Accepted(rule, judged)) {
    if (std::ranges::count(scopes, scope) > 0) return std::nullopt;
  }
  const std::string list = absl::StrJoin(Wanted(rule, app, judged), ", ");
  const char* before = app.classic_scopes ? " [" : "[";
  return RestError(
      400, app.classic_scopes ? 4700 : 4711,
      absl::StrCat("Invalid access token, does not contain scopes:", before, list, "]."));
}

Response RestError(int status, int code, std::string_view message) {
  return {
      .status = status,
      .body = boost::json::serialize(boost::json::object{{"code", code}, {"message", message}})};
}

}  // namespace joinpass::fake_zoom
