#include "join/ahead.h"

#include <algorithm>

#include "zoom/endpoints.h"

namespace joinpass::join {
namespace {

// That a token has at the join.
constexpr absl::Duration kLeastLeft = absl::Seconds(60);
// How much too late a bot may be.
constexpr absl::Duration kLateness = absl::Seconds(10);
// What is left for Zoom to answer.
constexpr absl::Duration kAnswer = absl::Seconds(5);

// Of the two there are, that lives shorter.
absl::Duration LongestBefore() { return zoom::kRecordingTokenLifetime - kLeastLeft - kLateness; }

// Not for want of an answer of Zoom's: no request would change it.
bool IsByRule(const Shortfall& shortfall) {
  const Reason reason = ReasonOf(shortfall.why);
  return reason == Reason::kOwnerNotHost || reason == Reason::kSdkLacksField;
}

}  // namespace

std::optional<absl::Time> WhenToMintAhead(absl::Time join_at, absl::Time now, double roll) {
  const absl::Time first = std::max(now, join_at - LongestBefore());
  const absl::Time last = join_at - kAnswer;
  if (first > last) return std::nullopt;
  return first + (last - first) * roll;
}

bool IsGoodToJoin(const JoinPass& pass, SteadyTime now) {
  for (const JoinPass::Token* token : {&pass.recording(), &pass.identity_token()}) {
    if (!token->value.empty() && token->expires_at - now < kLeastLeft) return false;
  }
  return std::all_of(pass.shortfalls().begin(), pass.shortfalls().end(), IsByRule);
}

}  // namespace joinpass::join
