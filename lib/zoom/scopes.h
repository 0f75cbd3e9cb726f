// Which scopes let which feature work.

#ifndef JOINPASS_LIB_ZOOM_SCOPES_H_
#define JOINPASS_LIB_ZOOM_SCOPES_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joinpass/apps.h"
#include "joinpass/credentials.h"

namespace joinpass::zoom {

// The scopes of a token answer, separated by spaces or commas, each once, in their
// order. Bounded: 1024 scopes of at most 128 printable characters; what is beyond is
// left out, since a token is worth more than its label.
std::vector<std::string> ReadScopes(std::string_view separated);

// The scopes of which any one will do for `feature`: the granular ones first, then
// those of older apps. An app managed by users asks about "me", where Zoom takes
// the user's and the admin's form; one managed by an account names the user, where
// Zoom takes the admin's form only.
// Source: x-granular-scopes and x-macro-scopes of Zoom's OpenAPI, read 2026-03.
std::vector<std::string> ScopesFor(Feature feature, AppKind kind);

bool Allows(std::span<const std::string> granted, Feature feature, AppKind kind);

// The features that `granted` does not allow. Of ZAK and on-behalf-of one is enough.
// None if nothing is granted: nobody has said what is. Webinars and single meetings
// are extras, and never missing.
std::vector<MissingScope> MissingScopes(std::span<const std::string> granted, AppKind kind);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_SCOPES_H_
