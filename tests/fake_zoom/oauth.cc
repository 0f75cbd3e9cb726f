#include "fake_zoom/oauth.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/text.h"
#include "fake_zoom/consent_page.h"
#include "fake_zoom/signing.h"

namespace joinpass::fake_zoom {
namespace {

namespace json = boost::json;

Response Refuse(std::string_view reason, std::string_view error) {
  return {.status = 400,
          .body = json::serialize(json::object{{"reason", reason}, {"error", error}})};
}

Response InvalidClient() { return Refuse("Invalid client_id or client_secret", "invalid_client"); }
Response InvalidCode() { return Refuse("Invalid authorization code", "invalid_grant"); }
Response UnsupportedGrant() { return Refuse("unsupported grant type", "unsupported_grant_type"); }

Response TokenAnswer(const OAuth& oauth, const TokenPair& pair) {
  json::object body = {{"access_token", pair.access_token}, {"token_type", "bearer"}};
  if (!pair.refresh_token.empty()) body["refresh_token"] = pair.refresh_token;
  body["expires_in"] = pair.refresh_token.empty() ? 3600 : 3599;
  body["scope"] = pair.grant->scope;
  body["api_url"] = oauth.api_url;
  return {.body = json::serialize(body)};
}

// Client id and secret of `Authorization: Basic`, or of the parameters.
std::pair<std::string, std::string> ClientCredentials(const Request& request,
                                                      const Pairs& parameters) {
  const std::string header = Get(request.headers, "authorization");
  if (header.empty()) return {Get(parameters, "client_id"), Get(parameters, "client_secret")};
  std::string pair;
  if (!absl::StartsWithIgnoreCase(header, "basic ") ||
      !absl::Base64Unescape(absl::StripAsciiWhitespace(header.substr(6)), &pair)) {
    return {};
  }
  const auto colon = pair.find(':');
  if (colon == std::string::npos) return {};
  return {pair.substr(0, colon), pair.substr(colon + 1)};
}

App* CheckClient(const OAuth& oauth, const Request& request, const Pairs& parameters) {
  const auto [id, secret] = ClientCredentials(request, parameters);
  App* app = oauth.world.FindApp(id);
  return app != nullptr && app->client_secret == secret ? app : nullptr;
}

// Why the authorize request cannot be answered by a redirect, if so.
std::optional<Response> CheckAuthorize(const OAuth& oauth, const Pairs& asked) {
  const App* app = oauth.world.FindApp(Get(asked, "client_id"));
  if (app == nullptr || app->kind == AppKind::kServerToServer) {
    return ErrorPage(4702, "Invalid client id");
  }
  if (std::ranges::count(app->redirect_uris, Get(asked, "redirect_uri")) == 0) {
    return ErrorPage(4700, "Invalid redirect");
  }
  if (Get(asked, "response_type") != "code") return ErrorPage(4700, "Invalid response type");
  const std::string method = Get(asked, "code_challenge_method");
  if (!method.empty() && method != "plain" && method != "S256") {
    return ErrorPage(4700, "Invalid code challenge method");
  }
  return std::nullopt;
}

std::string RedirectTo(const Pairs& asked, std::string_view name, std::string_view value) {
  std::string url = Get(asked, "redirect_uri");
  absl::StrAppend(&url, absl::StrContains(url, '?') ? "&" : "?", base::ToAbsl(name), "=",
                  Escape(value));
  if (const auto state = Find(asked, "state")) absl::StrAppend(&url, "&state=", Escape(*state));
  return url;
}

Response Redirect(std::string url) {
  return {.status = 302,
          .content_type = "text/html;charset=UTF-8",
          .headers = {{"Location", std::move(url)}, {"Cache-Control", "no-store"}}};
}

std::string GrantedScope(OAuth& oauth, const App& app, const Pairs& form) {
  if (auto scopes = std::exchange(oauth.next_scopes, std::nullopt)) {
    return absl::StrJoin(*scopes, " ");
  }
  const std::vector<std::string> ticked = GetAll(form, "scope");
  std::vector<std::string> granted;
  for (const std::string& scope : app.scopes) {
    const bool optional = std::ranges::count(app.optional_scopes, scope) > 0;
    if (!optional || std::ranges::count(ticked, scope) > 0) granted.push_back(scope);
  }
  return absl::StrJoin(granted, " ");
}

Response ByCode(OAuth& oauth, const App& app, const Pairs& parameters, absl::Time now) {
  if (app.kind == AppKind::kServerToServer) return UnsupportedGrant();
  const std::string text = Get(parameters, "code");
  const Code* code = oauth.tokens.FindCode(text, now);
  if (code == nullptr || code->client_id != app.client_id) return InvalidCode();
  if (code->redirect_uri != Get(parameters, "redirect_uri")) {
    return Refuse("Redirect URI mismatch.", "invalid_grant");
  }
  if (!ProvesChallenge(code->challenge, code->method, Get(parameters, "code_verifier"))) {
    return Refuse("Invalid code verifier", "invalid_grant");
  }
  return TokenAnswer(oauth, oauth.tokens.ExchangeCode(text, now));
}

Response ByRefreshToken(OAuth& oauth, const App& app, const Pairs& parameters, absl::Time now) {
  const auto pair = oauth.tokens.Refresh(app.client_id, Get(parameters, "refresh_token"), now);
  if (!pair) return Refuse("Invalid Token!", "invalid_grant");
  return TokenAnswer(oauth, *pair);
}

Response ByAccount(OAuth& oauth, const App& app, const Pairs& parameters, absl::Time now) {
  if (app.kind != AppKind::kServerToServer) return UnsupportedGrant();
  if (Get(parameters, "account_id") != app.account_id) {
    return Refuse("Bad Request", "invalid_request");
  }
  Grant grant{.client_id = app.client_id,
              .account_id = app.account_id,
              .scope = absl::StrJoin(app.scopes, " ")};
  return TokenAnswer(oauth, oauth.tokens.IssueForApp(std::move(grant), now));
}

Response ByClient(OAuth& oauth, const App& app, absl::Time now) {
  Grant grant{.client_id = app.client_id,
              .account_id = app.account_id,
              .scope =
                  "marketplace:delete:event_subscription "
                  "marketplace:read:list_event_subscriptions "
                  "marketplace:update:event_subscription "
                  "marketplace:write:event_subscription"};
  return TokenAnswer(oauth, oauth.tokens.IssueForApp(std::move(grant), now));
}

}  // namespace

Response Authorize(const OAuth& oauth, const Request& request) {
  if (auto error = CheckAuthorize(oauth, request.query)) return *std::move(error);
  return ConsentPage(oauth.world, *oauth.world.FindApp(Get(request.query, "client_id")),
                     request.query);
}

Response Consented(OAuth& oauth, const Request& request, absl::Time now) {
  const auto form = ReadForm(request.body);
  if (!form) return ErrorPage(4700, "Invalid form");
  if (auto error = CheckAuthorize(oauth, *form)) return *std::move(error);
  if (Get(*form, "decision") != "allow") {
    return Redirect(RedirectTo(*form, "error", "access_denied"));
  }
  const App& app = *oauth.world.FindApp(Get(*form, "client_id"));
  const User* user = oauth.world.FindUser(Get(*form, "email"));
  if (user == nullptr || user->status != "active") return ErrorPage(4735, "No such active user");
  if (app.kind == AppKind::kAccount && user->role == "member") {
    return ErrorPage(4700, "Only an admin may install this app");
  }
  Code code{.client_id = app.client_id,
            .user_id = user->id,
            .account_id = user->account_id,
            .redirect_uri = Get(*form, "redirect_uri"),
            .challenge = Get(*form, "code_challenge"),
            .method = Get(*form, "code_challenge_method"),
            .scope = GrantedScope(oauth, app, *form)};
  return Redirect(RedirectTo(*form, "code", oauth.tokens.IssueCode(std::move(code), now)));
}

Response ExchangeToken(OAuth& oauth, const Request& request, absl::Time now) {
  const auto parameters = TokenParameters(request);
  if (!parameters) return Refuse("Bad Request", "invalid_request");
  const App* app = CheckClient(oauth, request, *parameters);
  if (app == nullptr) return InvalidClient();
  const std::string grant_type = Get(*parameters, "grant_type");
  if (grant_type == "authorization_code") return ByCode(oauth, *app, *parameters, now);
  if (grant_type == "refresh_token") return ByRefreshToken(oauth, *app, *parameters, now);
  if (grant_type == "account_credentials") return ByAccount(oauth, *app, *parameters, now);
  if (grant_type == "client_credentials") return ByClient(oauth, *app, now);
  return UnsupportedGrant();
}

Response RevokeToken(OAuth& oauth, const Request& request) {
  const auto parameters = TokenParameters(request);
  if (!parameters) return Refuse("Bad Request", "invalid_request");
  const App* app = CheckClient(oauth, request, *parameters);
  if (app == nullptr) return InvalidClient();
  oauth.tokens.Revoke(app->client_id, Get(*parameters, "token"));
  return {.body = R"({"status":"success"})"};
}

std::optional<Pairs> TokenParameters(const Request& request) {
  Pairs parameters = request.query;
  if (!absl::StartsWithIgnoreCase(Get(request.headers, "content-type"),
                                  "application/x-www-form-urlencoded")) {
    return parameters;
  }
  auto form = ReadForm(request.body);
  if (!form) return std::nullopt;
  parameters.insert(parameters.end(), form->begin(), form->end());
  return parameters;
}

bool ProvesChallenge(std::string_view challenge, std::string_view method,
                     std::string_view verifier) {
  if (challenge.empty()) return true;
  return challenge == (method == "S256" ? S256Challenge(verifier) : std::string(verifier));
}

}  // namespace joinpass::fake_zoom
