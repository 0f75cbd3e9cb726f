// Minter: asks Zoom for the parts of one pass.

#ifndef JOINPASS_LIB_JOIN_MINTER_H_
#define JOINPASS_LIB_JOIN_MINTER_H_

#include <cstdint>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "base/task.h"
#include "join/plan.h"
#include "join/zak_memory.h"
#include "joinpass/join.h"
#include "joinpass/time.h"
#include "oauth/authorized_calls.h"
#include "zoom/endpoints.h"

namespace joinpass::join {

// Used from the loop's thread only. What it is given by reference outlives its tasks.
class Minter {
 public:
  Minter(const service::Context& context, oauth::AuthorizedCalls& calls)
      : context_(context), calls_(calls) {}

  // Asks for both parts at the same time, for each one after the other of those
  // whom the plan names, until one gives it. An answer that only concerns one
  // of them leads to the next; a rate limit or an outage ends the search in
  // that Zoom account. The error of a part is that of the first who was asked.
  //
  // A part with a URL comes from there, and nobody else is asked. A ZAK may be one that another
  // join had, too.
  //
  // `number` is the meeting's, or 0: a personal link whose owner is not known.
  // Then nothing that is bound to a meeting can be had.
  base::Task<MintedParts> Mint(const Plan& plan, const JoinRequest& request, std::uint64_t number,
                               SteadyTime deadline);

  // Whether the ZAK of this user that ends then is good, as far as is known.
  bool KnowsZak(const std::string& credential_id, const std::string& user_id,
                SteadyTime expires_at) {
    return zaks_.Knows(credential_id, user_id, expires_at);
  }

  // The ZAK of this user that ends then is given to nobody any more.
  void ForgetZak(const std::string& credential_id, const std::string& user_id,
                 SteadyTime expires_at) {
    zaks_.Forget(credential_id, user_id, expires_at);
  }

 private:
  using MaybeToken = absl::StatusOr<JoinPass::Token>;
  using Ask = absl::AnyInvocable<base::Task<MaybeToken>(const Owner&)>;

  base::Task<absl::StatusOr<MintedPart>> MintPart(const std::vector<Owner>& owners,
                                                  absl::Status shortfall, Ask ask);
  base::Task<absl::StatusOr<MintedPart>> FetchPart(Secret url, UrlSource source,
                                                   absl::Duration lifetime, SteadyTime deadline);
  base::Task<MaybeToken> AskFor(zoom::Endpoint<zoom::MintedToken> endpoint, const Owner& owner,
                                SteadyTime deadline);
  base::Task<MaybeToken> AskForRecording(const Owner& owner, std::uint64_t number,
                                         zoom::WaitingRoom waiting_room, SteadyTime deadline);
  base::Task<MaybeToken> AskForZak(const Owner& owner, SteadyTime deadline);
  base::Task<MaybeToken> AskOnBehalf(const Owner& owner, std::uint64_t number, SteadyTime deadline);

  const service::Context& context_;
  oauth::AuthorizedCalls& calls_;
  ZakMemory zaks_;
};

}  // namespace joinpass::join

#endif  // JOINPASS_LIB_JOIN_MINTER_H_
