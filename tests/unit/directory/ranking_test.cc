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
  for (const Candidate& candidate : Rank(std::move(matches)).candidates)
    order += candidate.credential_id;
  return order;
}

std::vector<Candidate> CandidatesOf(std::vector<Match> matches) {
  return Rank(std::move(matches)).candidates;
}

TEST_SUITE("Rank") {
  TEST_CASE("puts a scheduled meeting before a PMI before a personal link") {
    CHECK(Order({Make("v", MatchRule::kVanityName, absl::ZeroDuration()),
                 Make("p", MatchRule::kPersonalMeetingId, absl::ZeroDuration()),
                 Make("s", MatchRule::kScheduled, absl::Hours(9))}) == "spv");
    // What is exact, is so in whatever list it stands.
    CHECK(Order({Make("p", MatchRule::kPersonalMeetingId, absl::ZeroDuration()),
                 Make("s", MatchRule::kScheduled, absl::Hours(9)),
                 Make("i", MatchRule::kInstant, absl::Hours(8)),
                 Make("w", MatchRule::kWebinar, absl::Hours(7))}) == "wisp");
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
    const auto ranked =
        CandidatesOf({Make("a", MatchRule::kPersonalMeetingId, absl::ZeroDuration()),
                      Make("a", MatchRule::kScheduled, absl::Hours(1))});
    REQUIRE(ranked.size() == 1);
    CHECK(ranked[0].rule == MatchRule::kScheduled);
    CHECK(CandidatesOf({}).empty());
  }

  TEST_CASE("names the number of the best match, and nobody of another meeting") {
    Match mine = Make("m", MatchRule::kVanityName, absl::ZeroDuration());
    mine.number = 1111111111;
    Match other = Make("o", MatchRule::kVanityName, absl::Hours(1));
    other.number = 2222222222;
    for (const auto& order : {std::vector<Match>{mine, other}, std::vector<Match>{other, mine}}) {
      const Resolution resolution = Rank(order);
      CHECK(resolution.meeting_number == 1111111111);
      REQUIRE(resolution.candidates.size() == 1);
      CHECK(resolution.candidates[0].credential_id == "m");
    }
  }
}

}  // namespace
}  // namespace joinpass::directory
