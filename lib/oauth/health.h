// How a credential does, from what is stored of it and of its app. Pure.

#ifndef JOINPASS_LIB_OAUTH_HEALTH_H_
#define JOINPASS_LIB_OAUTH_HEALTH_H_

#include <span>
#include <string>

#include "absl/time/time.h"
#include "joinpass/credentials.h"
#include "store/record_types.h"

namespace joinpass::oauth {

struct HealthState {
  Health health = Health::kHealthy;
  absl::Time since = absl::InfinitePast();
  Cause cause = Cause::kNone;
};

// The name of its cause, as users see it; where an app is paused, that of the reason.
std::string CauseTextOf(const HealthState& state);

// The first of these that is true:
//   disconnecting             it is stored so
//   reauthorization_required  client_id_changed: the consent was to another client
//                             id than the app has now
//   reauthorization_required  the stored verdict, with its cause
//   paused                    a delegated credential, as stored
//   paused                    the app is
//   identifying               it has no name; without a cause
//   healthy
// An app that is paused pauses no delegated credential: that needs no client secret.
HealthState HealthOf(const store::CredentialRecord& credential, const store::AppRecord& app);

// The same among the unnamed ones. One that is not disconnecting is identifying,
// consented_again, if the access token of a later consent speaks of the same principal.
HealthState HealthAmong(std::span<const store::CredentialRecord> unnamed,
                        const store::CredentialRecord& credential, const store::AppRecord& app);

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_HEALTH_H_
