// Which candidate comes first: decisions only.

#ifndef JOINPASS_LIB_DIRECTORY_RANKING_H_
#define JOINPASS_LIB_DIRECTORY_RANKING_H_

#include <vector>

#include "joinpass/credentials.h"
#include "joinpass/directory.h"

namespace joinpass::directory {

// A candidate, and what only ranking needs to know of it.
struct Match {
  Candidate candidate = {};
  Health health = Health::kHealthy;
};

// Those whose consent works first; among them by rule, then the newest
// knowledge. Each credential once, by its best match.
std::vector<Candidate> Rank(std::vector<Match> matches);

}  // namespace joinpass::directory

#endif  // JOINPASS_LIB_DIRECTORY_RANKING_H_
