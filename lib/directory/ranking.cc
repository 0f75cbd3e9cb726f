#include "directory/ranking.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

namespace joinpass::directory {

std::vector<Candidate> Rank(std::vector<Match> matches) {
  std::stable_sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
    return std::make_tuple(a.health != Health::kHealthy, a.candidate.rule, b.candidate.learnt_at) <
           std::make_tuple(b.health != Health::kHealthy, b.candidate.rule, a.candidate.learnt_at);
  });
  std::vector<Candidate> ranked;
  std::set<std::string> seen;
  for (Match& match : matches) {
    if (seen.insert(match.candidate.credential_id).second) {
      ranked.push_back(std::move(match.candidate));
    }
  }
  return ranked;
}

}  // namespace joinpass::directory
