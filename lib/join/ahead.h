// When a pass is minted ahead of its join, and whether it still does then: decisions only.

#ifndef JOINPASS_LIB_JOIN_AHEAD_H_
#define JOINPASS_LIB_JOIN_AHEAD_H_

#include <optional>

#include "absl/time/time.h"
#include "joinpass/join.h"
#include "joinpass/time.h"

namespace joinpass::join {

// The moment for a join at `join_at`. `roll`: 0 to 1, by chance: where in the time that is left
// for it. Nothing: it is too late to mint ahead.
std::optional<absl::Time> WhenToMintAhead(absl::Time join_at, absl::Time now, double roll);

// Whether a pass that was minted ahead goes to the bot: each of its tokens is good for long enough,
// and it lacks nothing that Zoom might give now.
bool IsGoodToJoin(const JoinPass& pass, SteadyTime now);

}  // namespace joinpass::join

#endif  // JOINPASS_LIB_JOIN_AHEAD_H_
