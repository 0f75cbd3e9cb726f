// Consent: from "send the user there" to a credential that is kept.

#ifndef JOINPASS_LIB_OAUTH_CONSENT_H_
#define JOINPASS_LIB_OAUTH_CONSENT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/flight.h"
#include "base/task.h"
#include "joinpass/credentials.h"
#include "joinpass/secret.h"
#include "joinpass/time.h"
#include "oauth/authorized_calls.h"
#include "oauth/upkeep.h"
#include "service/context.h"
#include "store/records.h"
#include "zoom/token_calls.h"

namespace joinpass::oauth {

// Begins a consent. Blocks on the store; not for the loop's thread. Errors as
// for Credentials::BeginConnect().
absl::StatusOr<ConnectStart> BeginConsent(const service::Context& context,
                                          const ConnectRequest& request);

// Ends consents. Both steps belong to this object and not to who caused them: what
// the exchange gave is durable, without a name, before anything else is done with
// it, and is written again and again where the store refuses it; then Zoom is asked
// for the name, which upkeep goes on with if need be.
//
// Used from the loop's thread only.
class Consents {
 public:
  Consents(const service::Context& context, AuthorizedCalls& calls, Upkeep& upkeep);

  // Gives the credential as it is at `deadline` at the latest: perhaps without a name.
  // Errors as for Credentials::FinishConnect().
  base::Task<absl::StatusOr<store::CredentialRecord>> Finish(Secret redirected_to,
                                                             std::string bound_to,
                                                             SteadyTime deadline);

  // Waits until no exchange is under way, and what came of them is stored. False if
  // `deadline` passed first: what the store still refuses then is given up. None
  // must begin any more.
  base::Task<bool> Drain(SteadyTime deadline);

  // Only waits for all that is under way, after Drain().
  base::Task<bool> AwaitFlights();

 private:
  using MaybeCredential = absl::StatusOr<store::CredentialRecord>;
  using Flight = base::Flight<MaybeCredential>;
  using Flights = std::vector<std::shared_ptr<Flight>>;
  struct Begun {
    std::string state;
    store::AuthorizationRequest request;
    store::AppRecord app;
  };

  static absl::StatusOr<std::optional<Begun>> TakeBegun(const service::Context& context,
                                                        const std::string& state,
                                                        const std::string& bound_to);
  base::Task<absl::Status> Note(std::string state, store::ConnectOutcome outcome);
  void Launch(Flights& flights, std::shared_ptr<Flight> flight, base::Task<MaybeCredential> task);
  // Begins to ask for the name when it has kept what came.
  base::Task<MaybeCredential> ExchangeAndKeep(Begun begun, Secret code,
                                              std::shared_ptr<Flight> name);
  base::Task<absl::StatusOr<zoom::TokenAnswer>> Exchange(const Begun& begun, Secret code);
  base::Task<MaybeCredential> Keep(store::CredentialRecord credential);
  base::Task<MaybeCredential> FindWho(store::CredentialRecord kept, std::string state);
  // What became of it, which another process has named or taken away.
  base::Task<MaybeCredential> FindAgain(store::CredentialRecord kept, absl::Status why);
  base::Task<bool> AwaitAll(const Flights& flights, SteadyTime deadline);

  const service::Context& context_;
  AuthorizedCalls& calls_;
  Upkeep& upkeep_;
  Flights exchanges_;  // under way
  Flights names_;      // the same
  const std::shared_ptr<base::Flight<absl::Status>> gave_up_;
};

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_CONSENT_H_
