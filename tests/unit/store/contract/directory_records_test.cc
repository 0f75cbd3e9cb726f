#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <random>

#include "unit/store/contract/directory_fixture.h"

namespace joinpass::store {
namespace {

TEST_SUITE("Records of hosts") {
  TEST_CASE_FIXTURE(DirectoryFixture, "are found by personal meeting id and by vanity name") {
    HostRecord ann = HostOf("app_1", "ann", kRoom, "ann.lee");
    ann.email = {"ann@acme.example", kNow};
    Put(ann);
    for (const auto& found : {Must(FindHostsByPersonalMeetingId(records, kRoom)),
                              Must(records.FindHostsByVanityName("ann.lee")),
                              Must(records.FindHostsByEmail("ann@acme.example"))}) {
      REQUIRE(found.size() == 1);
      CHECK(found[0].app_id == "app_1");
      CHECK(found[0].user_id == "ann");
      CHECK(found[0].account_id == Learnt<std::string>{"account", kNow});
      CHECK(found[0].personal_meeting_id == Learnt<std::uint64_t>{kRoom, kNow});
      CHECK(found[0].vanity_name == Learnt<std::string>{"ann.lee", kNow});
      CHECK(found[0].email == Learnt<std::string>{"ann@acme.example", kNow});
    }
    CHECK(Must(records.FindHostsByEmail("")).empty());
    CHECK(Must(FindHostsByPersonalMeetingId(records, kRoom + 1)).empty());
    CHECK(Must(records.FindHostsByVanityName("ann")).empty());
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "without a number or a name are found by neither") {
    Put(HostOf("app_1", "ann", 0, ""));
    CHECK(Must(FindHostsByPersonalMeetingId(records, 0)).empty());
    CHECK(Must(records.FindHostsByVanityName("")).empty());
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "may be the same in two apps") {
    Put(HostOf("app_1", "ann", kRoom, "ann.lee"));
    Put(HostOf("app_2", "ann", kRoom, "ann.lee"));
    CHECK(Must(FindHostsByPersonalMeetingId(records, kRoom)).size() == 2);
    CHECK(Must(records.FindHostsByVanityName("ann.lee")).size() == 2);
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "follow what changed, each field by itself") {
    Put(HostOf("app_1", "ann", kRoom, "ann.lee"));
    Put({.app_id = "app_1", .user_id = "ann", .vanity_name = {"lee", At(2)}});
    Put({.app_id = "app_1", .user_id = "ann", .personal_meeting_id = {kRoom + 1, At(1)}});
    CHECK(Must(FindHostsByPersonalMeetingId(records, kRoom)).empty());
    CHECK(Must(records.FindHostsByVanityName("ann.lee")).empty());
    CHECK(Must(records.FindHostsByVanityName("lee")).size() == 1);
    const auto found = Must(FindHostsByPersonalMeetingId(records, kRoom + 1));
    REQUIRE(found.size() == 1);
    CHECK(found[0].account_id == Learnt<std::string>{"account", kNow});
    CHECK(found[0].vanity_name == Learnt<std::string>{"lee", At(2)});
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "that say the same are not sealed again") {
    Put(HostOf("app_1", "ann", kRoom, "ann.lee"));
    const std::string sealed = SealOfAnn();
    Put(HostOf("app_1", "ann", kRoom, "ann.lee", At(60)));
    CHECK(SealOfAnn() == sealed);
    CHECK(Must(records.FindHost("app_1", "ann"))->vanity_name.at == At(60));
    Put(HostOf("app_1", "ann", kRoom, "ann.lee", At(61), "another"));
    CHECK(SealOfAnn() != sealed);
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "never go back to what was learnt before") {
    Put(HostOf("app_1", "ann", kRoom, "ann.lee", At(60)));
    Put(HostOf("app_1", "ann", 7, "old.lee", At(60) - absl::Milliseconds(1), "older"));
    const auto ann = Must(records.FindHost("app_1", "ann"));
    REQUIRE(ann);
    CHECK(ann->vanity_name == Learnt<std::string>{"ann.lee", At(60)});
    CHECK(ann->personal_meeting_id.value == kRoom);
    CHECK(ann->account_id.value == "account");
    CHECK(Must(records.FindHostsByVanityName("old.lee")).empty());
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "are not written over what another one wrote in between") {
    Put(HostOf("app_1", "ann", kRoom, "ann.lee"));
    const auto seen = Must(store.FindHost(sealer.HostKeys("app_1", "ann")));
    Put(HostOf("app_1", "ann", kRoom, "faster", At(1)));
    const HostRow late = sealer.SealHost(HostOf("app_1", "ann", kRoom, "late", At(2)));
    CHECK(Must(store.Change({.hosts = {{.row = late, .seen = seen}}})) == Outcome::kMoved);
    CHECK(Must(store.Change({.hosts = {{.row = late}}})) == Outcome::kMoved);
    CHECK(Must(records.FindHostsByVanityName("faster")).size() == 1);
  }
}

TEST_SUITE("Records of meetings") {
  TEST_CASE_FIXTURE(DirectoryFixture, "are found by number, in every app") {
    REQUIRE(records
                .PutMeetings(std::array{MeetingOf("app_1", kNumber, "ann"),
                                        MeetingOf("app_2", kNumber, "bob"),
                                        MeetingOf("app_1", kNumber + 1, "ann")})
                .ok());
    CHECK(Must(FindMeetings(records, kNumber)).size() == 2);
    const auto found = Must(FindMeetings(records, kNumber + 1));
    REQUIRE(found.size() == 1);
    CHECK(found[0].number == kNumber + 1);
    CHECK(found[0].app_id == "app_1");
    CHECK(found[0].host.value == MeetingHost{"ann", "account"});
    CHECK(found[0].learnt_at() == kNow);
    CHECK(Must(FindMeetings(records, 1)).empty());
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "may come twice in one call, or not at all") {
    CHECK(records.PutMeetings({}).ok());
    CHECK(records
              .PutMeetings(std::array{HostedBy("bob", At(1)), MeetingOf("app_1", kNumber, "ann"),
                                      HostedBy("eve", At(2))})
              .ok());
    const auto found = Must(FindMeetings(records, kNumber));
    REQUIRE(found.size() == 1);
    CHECK(found[0].host.value.user_id == "eve");
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "that say the same are not sealed again") {
    Put(MeetingOf("app_1", kNumber, "ann"));
    const std::string sealed = Seal(kNumber);
    Put(MeetingOf("app_1", kNumber, "ann"));
    Put(MeetingOf("app_1", kNumber, "ann", At(60)));
    Put(Deleted(At(61)));
    CHECK(Seal(kNumber) == sealed);
    CHECK(Stored(kNumber).host.at == At(60));
    Put(MeetingOf("app_1", kNumber, "ann", At(62), "another"));
    CHECK(Seal(kNumber) != sealed);
    CHECK(Must(FindMeetings(records, kNumber)).at(0).host.value.account_id == "another");
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "have one host: the last who was named") {
    Put(MeetingOf("app_1", kNumber, "ann"));
    Put(HostedBy("bob", At(2)));
    Put(HostedBy("eve", At(1)));
    Put(MeetingOf("app_1", kNumber, "ann", At(2) - absl::Milliseconds(1)));
    const auto found = Must(FindMeetings(records, kNumber));
    REQUIRE(found.size() == 1);
    CHECK(found[0].host.value.user_id == "bob");
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "stay deleted, whatever was said before and comes late") {
    Put(Deleted(At(10)));  // before anybody said that it was there
    CHECK(Must(FindMeetings(records, kNumber)).empty());
    Put(MeetingOf("app_1", kNumber, "ann", At(9)));
    Put(HostedBy("bob", At(11)));  // who hosts it is another question
    CHECK(Must(FindMeetings(records, kNumber)).empty());
    Put(MeetingOf("app_1", kNumber, "ann", At(12)));
    CHECK(Must(FindMeetings(records, kNumber)).size() == 1);
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "are not found before anybody said who hosts them") {
    Put({.app_id = "app_1", .number = kNumber, .deleted = {false, kNow}});
    CHECK(Must(FindMeetings(records, kNumber)).empty());
    Put(HostedBy("ann", At(-1)));
    CHECK(Must(FindMeetings(records, kNumber)).size() == 1);
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "are not written over what another one wrote in between") {
    Put(MeetingOf("app_1", kNumber, "ann"));
    const MeetingSearch search = sealer.SearchMeeting(Deleted(kNow));
    const auto seen = Must(store.FindEachMeeting({&search, 1}))[0];
    Put(Deleted(At(1)));
    const MeetingChange other = {.row = sealer.SealMeeting(MeetingOf("app_1", 7, "ann"))};
    const MeetingRow late = sealer.SealMeeting(MeetingOf("app_1", kNumber, "bob", At(2)));
    for (const MeetingChange& moved :
         {MeetingChange{.row = late, .seen = seen}, MeetingChange{.row = late}}) {
      CHECK(Must(store.Change({.meetings = {other, moved}})) == Outcome::kMoved);
    }
    CHECK(Stored(kNumber).deleted == Learnt<bool>{true, At(1)});
    CHECK(Must(FindMeetings(records, 7)).empty());
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "are forgotten 48 hours after they were deleted") {
    Put(MeetingOf("app_1", kNumber, "ann"));
    Put(Deleted(At(1)));
    REQUIRE(records.ForgetDeleted(At(1) + absl::Hours(48)).ok());
    CHECK_FALSE(Seal(kNumber).empty());
    REQUIRE(records.ForgetDeleted(At(2) + absl::Hours(48)).ok());
    CHECK(Seal(kNumber).empty());
  }
}

TEST_SUITE("Records of syncs") {
  TEST_CASE_FIXTURE(DirectoryFixture, "are kept whole, by who saw the last one, and go with it") {
    const SyncRecord sync = {.credential_id = "cred_1",
                             .state = SyncState::kFailed,
                             .began_at = At(1),
                             .changed_at = At(2),
                             .completed_at = At(-9),
                             .users = 3,
                             .users_in_all = 4,
                             .meetings = 5,
                             .webinars = 6,
                             .removed = 7,
                             .calls = 8,
                             .reason = "rate_limited"};
    CHECK_FALSE(Must(records.FindSync("cred_1")));
    CHECK_FALSE(Must(records.PutSync(sync, sync)));
    CHECK(Must(records.PutSync(sync, std::nullopt)));
    CHECK_FALSE(Must(records.PutSync(sync, std::nullopt)));
    CHECK(*Must(records.FindSync("cred_1")) == sync);
    SyncRecord next = sync;
    next.users = 4;
    next.changed_at = At(3);
    CHECK(Must(records.PutSync(next, sync)));
    CHECK_FALSE(Must(records.PutSync(next, sync)));
    CHECK(Must(records.FindSync("cred_1"))->users == 4);
    CHECK(Must(records.BeginDisconnect("cred_1", kNow)));
    CHECK(Must(records.RemoveCredential(Ann())));
    CHECK_FALSE(Must(records.FindSync("cred_1")));
  }
}

// What is said of one thing may come in any order, and more than once.
struct Shuffled : DirectoryFixture {
  static constexpr int kSequences = 1'000;
  static constexpr int kFacts = 8;

  std::mt19937 engine{20'260'301};

  int Pick(int many) { return std::uniform_int_distribution<int>(0, many - 1)(engine); }
  std::string User() { return std::array{"ann", "bob", "eve"}[static_cast<std::size_t>(Pick(3))]; }

  static std::uint64_t NumberOf(int sequence) {
    return kNumber + static_cast<std::uint64_t>(sequence);
  }

  MeetingRecord MeetingFact(int sequence) {
    MeetingRecord fact = {.app_id = "app_1", .number = NumberOf(sequence)};
    const int kind = Pick(3);
    if (kind != 1) fact.host = {{User(), Pick(2) == 0 ? "account" : "another"}, At(Pick(6))};
    if (kind != 2) fact.deleted = {Pick(2) == 0, At(Pick(6))};
    return fact;
  }
  HostRecord HostFact(int sequence) {
    HostRecord fact = {.app_id = "app_1", .user_id = "user " + std::to_string(sequence)};
    const int kind = Pick(4);
    if (kind != 1) {
      fact.personal_meeting_id = {static_cast<std::uint64_t>(Pick(3)), At(Pick(6))};
    }
    if (kind != 2) fact.vanity_name = {User(), At(Pick(6))};
    if (kind != 3) fact.account_id = {User(), At(Pick(6))};
    return fact;
  }
};

TEST_SUITE("The end does not depend on the order") {
  TEST_CASE_FIXTURE(Shuffled, "in which 1,000 meetings are spoken of") {
    std::vector<std::vector<MeetingRecord>> sequences;
    for (int i = 0; i < kSequences; ++i) {
      std::vector<MeetingRecord> facts;
      for (int k = 0; k < kFacts; ++k) facts.push_back(MeetingFact(i));
      sequences.push_back(facts);
    }
    // Round by round, a fact of each: as many calls as one sequence has facts.
    const auto play = [&](Records& to) {
      for (std::size_t k = 0; k < kFacts; ++k) {
        std::vector<MeetingRecord> round;
        for (const auto& facts : sequences) round.push_back(facts[k]);
        REQUIRE(to.PutMeetings(round).ok());
      }
    };
    play(records);
    for (auto& facts : sequences) std::shuffle(facts.begin(), facts.end(), engine);
    DirectoryFixture other;
    play(other.records);
    int deleted = 0;
    for (int i = 0; i < kSequences; ++i) {
      CAPTURE(i);
      const MeetingRecord a = Stored(NumberOf(i));
      const MeetingRecord b = other.Stored(NumberOf(i));
      REQUIRE(a.host == b.host);
      REQUIRE(a.deleted == b.deleted);
      deleted += a.deleted.value ? 1 : 0;
    }
    CHECK(deleted > kSequences / 4);
    CHECK(deleted < kSequences);
  }

  TEST_CASE_FIXTURE(Shuffled, "in which 1,000 users are spoken of") {
    constexpr int kUsers = 1'000;
    for (int i = 0; i < kUsers; ++i) {
      CAPTURE(i);
      std::vector<HostRecord> facts;
      for (int k = 0; k < kFacts; ++k) facts.push_back(HostFact(i));
      HostRecord a;
      for (const HostRecord& fact : facts) Learn(a, fact, absl::InfiniteFuture());
      std::shuffle(facts.begin(), facts.end(), engine);
      HostRecord b;
      for (const HostRecord& fact : facts) Learn(b, fact, absl::InfiniteFuture());
      REQUIRE(a.account_id == b.account_id);
      REQUIRE(a.personal_meeting_id == b.personal_meeting_id);
      REQUIRE(a.vanity_name == b.vanity_name);
    }
  }
}

}  // namespace
}  // namespace joinpass::store
