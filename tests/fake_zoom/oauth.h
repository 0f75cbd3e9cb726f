// /oauth/*: authorize, consent, token, revoke. Source: Zoom's OAuth pages.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_OAUTH_H_
#define JOINPASS_TESTS_FAKE_ZOOM_OAUTH_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "fake_zoom/message.h"
#include "fake_zoom/tokens.h"
#include "fake_zoom/world.h"

namespace joinpass::fake_zoom {

// What the OAuth endpoints work on. Borrows both; plain state otherwise.
struct OAuth {
  World& world;
  Tokens& tokens;
  std::string api_url = {};  // of token answers

  // What the next consent grants instead of what was ticked; used up by it.
  std::optional<std::vector<std::string>> next_scopes = {};
};

// GET /oauth/authorize: the consent page, or an error page.
Response Authorize(const OAuth& oauth, const Request& request);

// POST /oauth/consent, which the page's form goes to: 302 to the app.
Response Consented(OAuth& oauth, const Request& request, absl::Time now);

// POST /oauth/token.
Response ExchangeToken(OAuth& oauth, const Request& request, absl::Time now);

// POST /oauth/revoke. A token that is unknown is revoked already (RFC 7009).
Response RevokeToken(OAuth& oauth, const Request& request);

// The parameters of a token request: query, then form body. Nothing if the
// body is no form.
std::optional<Pairs> TokenParameters(const Request& request);

// Whether `verifier` proves `challenge`; `method` "" means plain. Without a
// challenge there is nothing to prove.
bool ProvesChallenge(std::string_view challenge, std::string_view method,
                     std::string_view verifier);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_OAUTH_H_
