// Which candidate comes first: decisions only.

#ifndef JOINPASS_LIB_DIRECTORY_RANKING_H_
#define JOINPASS_LIB_DIRECTORY_RANKING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "joinpass/credentials.h"
#include "joinpass/directory.h"
#include "store/record_types.h"

namespace joinpass::directory {

// A candidate, and what only ranking needs to know of it.
struct Match {
  Candidate candidate = {};
  Health health = Health::kHealthy;
  std::string cause = {};    // of the health
  std::uint64_t number = 0;  // of the meeting that this one hosts
};

// The rule by which a meeting of this kind is found.
MatchRule RuleOf(store::MeetingKind kind);

// Those whose consent works first; among them by rule, then the newest
// knowledge. Each credential once, by its best match. All host one meeting, that
// of the best: a personal link's name may lead to several rooms, and a token for
// one is none for another.
Resolution Rank(std::vector<Match> matches);

}  // namespace joinpass::directory

#endif  // JOINPASS_LIB_DIRECTORY_RANKING_H_
