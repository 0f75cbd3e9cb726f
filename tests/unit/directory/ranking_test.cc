#include "directory/ranking.h"

#include <doctest/doctest.h>

#include <string>

namespace joinpass::directory {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

Match Make(std::string credential, MatchRule rule, absl::Duration age,
           Health health = Health::kHealthy) {
  Match match;
  match.candidate.credential_id = std::move(credential);
  match.candidate.rule = rule;
  match.candidate.learnt_at = kNow - age;
  match.health = health;
  return match;
}

std::string Order(std::vector<Match> matches) {
  std::string order;
  for (const Candidate& candidate : Rank(std::move(matches))) order += candidate.credential_id;
  return order;
}

TEST_SUITE("Rank") {
  TEST_CASE("puts a scheduled meeting before a PMI before a personal link") {
    CHECK(Order({Make("v", MatchRule::kVanityName, absl::ZeroDuration()),
                 Make("p", MatchRule::kPersonalMeetingId, absl::ZeroDuration()),
                 Make("s", MatchRule::kScheduled, absl::Hours(9))}) == "spv");
  }

  TEST_CASE("puts newer knowledge first under the same rule") {
    CHECK(Order({Make("o", MatchRule::kPersonalMeetingId, absl::Hours(2)),
                 Make("n", MatchRule::kPersonalMeetingId, absl::Hours(1))}) == "no");
  }

  TEST_CASE("puts a consent that does not work last, whatever its rule") {
    CHECK(Order({Make("d", MatchRule::kScheduled, absl::ZeroDuration(),
                      Health::kReauthorizationRequired),
                 Make("h", MatchRule::kVanityName, absl::Hours(1))}) == "hd");
  }

  TEST_CASE("names a credential once, by its best match") {
    const auto ranked = Rank({Make("a", MatchRule::kPersonalMeetingId, absl::ZeroDuration()),
                              Make("a", MatchRule::kScheduled, absl::Hours(1))});
    REQUIRE(ranked.size() == 1);
    CHECK(ranked[0].rule == MatchRule::kScheduled);
    CHECK(Rank({}).empty());
  }
}

}  // namespace
}  // namespace joinpass::directory
