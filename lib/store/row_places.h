// Where values stand: tables and columns as seals and look-up keys name them.
// They are bound into every stored row, so a name never changes.

#ifndef JOINPASS_LIB_STORE_ROW_PLACES_H_
#define JOINPASS_LIB_STORE_ROW_PLACES_H_

#include <string_view>

#include "crypto/key_ring.h"
#include "crypto/seal.h"

namespace joinpass::store {

// Sealed: in which row.
inline crypto::Place AppPlace(std::string_view id) { return {"app", "settings", id}; }
inline crypto::Place AuthorizationPlace(std::string_view key) {
  return {"consent", "consent", key};
}
inline crypto::Place PassPlace(std::string_view id) { return {"pass", "pass", id}; }
inline crypto::Place UserPlace(std::string_view id) { return {"credential", "user", id}; }
inline crypto::Place TokensPlace(std::string_view id) { return {"credential", "tokens", id}; }
inline crypto::Place CausePlace(std::string_view id) { return {"credential", "cause", id}; }
inline crypto::Place EventPlace(std::string_view id) { return {"event", "event", id}; }
inline crypto::Place HostPlace(std::string_view key) { return {"host", "host", key}; }
inline crypto::Place MeetingPlace(std::string_view key) { return {"meeting", "meeting", key}; }

// Looked up: within which app, or in all of them.
inline crypto::LookupPlace ClientLookup() { return {"app", "client_id", ""}; }
inline crypto::LookupPlace StateLookup() { return {"consent", "state", ""}; }
// An app has principals of one kind only, so their ids are told apart. The word is the
// one that stands in the files.
inline crypto::LookupPlace PrincipalLookup(std::string_view app) {
  return {"credential", "subject", app};
}
inline crypto::LookupPlace UnnamedLookup() { return {"credential", "unnamed", ""}; }
inline crypto::LookupPlace AnyUserLookup() { return {"credential", "any_user", ""}; }
// Equal refresh tokens of two credentials do not look equal.
inline crypto::LookupPlace RefreshLookup(std::string_view id) {
  return {"credential", "refresh_token", id};
}
inline crypto::LookupPlace HostLookup(std::string_view app) { return {"host", "user", app}; }
inline crypto::LookupPlace HostAccountLookup(std::string_view app) {
  return {"host", "account", app};
}
inline crypto::LookupPlace VanityLookup() { return {"host", "vanity", ""}; }
inline crypto::LookupPlace EmailLookup() { return {"host", "email", ""}; }
// Two apps may be told the same.
inline crypto::LookupPlace BucketLookup(std::string_view label) {
  return {"bucket", "account", label};
}
inline crypto::LookupPlace WebhookLookup(std::string_view app) { return {"webhook", "body", app}; }
// Of meetings and of hosts' rooms: a link does not say which of the two it leads to.
inline crypto::LookupPlace NumberLookup() { return {"directory", "number", ""}; }

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_ROW_PLACES_H_
