#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "unit/store/contract/directory_fixture.h"

namespace joinpass::store {
namespace {

TEST_SUITE("Meetings that a list shows, or does not") {
  TEST_CASE_FIXTURE(DirectoryFixture, "are swept by host and app, by the tick") {
    const absl::Time tick = kNow + absl::Milliseconds(1);
    REQUIRE(records
                .PutMeetings(std::array{MeetingOf("app_1", kNumber, "ann"),
                                        MeetingOf("app_1", kNumber + 1, "ann", tick),
                                        MeetingOf("app_1", kNumber + 2, "bob"),
                                        MeetingOf("app_2", kNumber, "ann")})
                .ok());
    CHECK(Must(records.EndListings("app_1", "ann", EmptyList(kNow))) == 0);
    CHECK(Must(records.EndListings("app_1", "ann", EmptyList(tick))) == 1);
    CHECK(Must(FindMeetings(records, kNumber)).at(0).app_id == "app_2");
    CHECK(Must(FindMeetings(records, kNumber + 1)).size() == 1);
    CHECK(Must(FindMeetings(records, kNumber + 2)).size() == 1);
    CHECK(Stored(kNumber).deleted == Learnt<bool>{true, tick});
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "are swept by the list that they stand in") {
    for (const MeetingKind kind :
         {MeetingKind::kScheduled, MeetingKind::kWebinar, MeetingKind::kInstant}) {
      MeetingRecord meeting = MeetingOf("app_1", kNumber + static_cast<std::uint64_t>(kind), "ann");
      meeting.host.value.kind = kind;
      Put(meeting);
      CHECK(Stored(meeting.number).host.value.kind == kind);
    }
    CHECK(Must(records.EndListings("app_1", "ann", EmptyList(At(1), MeetingKind::kWebinar))) == 1);
    CHECK(Must(FindMeetings(records, kNumber)).size() == 1);
    CHECK(Must(FindMeetings(records, kNumber + 1)).empty());
    CHECK(Must(FindMeetings(records, kNumber + 2)).size() == 1);
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "are spared by a sweep if somebody got them after it began") {
    Put(MeetingOf("app_1", kNumber, "bob"));
    Put(HostedBy("ann", At(5)));
    CHECK(Must(records.EndListings("app_1", "ann", EmptyList(At(4)))) == 0);
    CHECK(Must(FindMeetings(records, kNumber)).size() == 1);
    CHECK(Must(records.EndListings("app_1", "ann", EmptyList(At(6)))) == 1);
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "learnt by a clock that was ahead are as good as unknown") {
    const absl::Time ahead = kNow + absl::Hours(24 * 365);
    const absl::Time skewed = LatestLearnt(kNow);  // as far as two good clocks may differ
    CHECK(skewed == kNow + absl::Minutes(5));
    const HostRecord wrong = HostOf("app_1", "ann", kRoom, "ann.lee", ahead);
    const HostRecord right = HostOf("app_1", "ann", kRoom + 1, "ann", kNow);
    REQUIRE(records.PutHost(wrong, ahead).ok());
    REQUIRE(records.PutHost(right, kNow).ok());
    CHECK(Must(FindHostsByPersonalMeetingId(records, kRoom)).empty());
    CHECK(Must(records.FindHostsByVanityName("ann")).size() == 1);
    REQUIRE(records.PutHost(HostOf("app_1", "ann", kRoom, "ann.lee", skewed), kNow).ok());
    REQUIRE(records.PutHost(right, kNow).ok());
    CHECK(Must(FindHostsByPersonalMeetingId(records, kRoom)).size() == 1);

    const MeetingRecord anns = MeetingOf("app_1", kNumber, "ann", ahead);
    REQUIRE(records.PutMeetings(std::array{anns, Deleted(ahead, 7)}, ahead).ok());
    REQUIRE(records.PutMeetings(std::array{HostedBy("bob", kNow)}, kNow).ok());
    REQUIRE(records.PutMeetings(std::array{Deleted(kNow)}, kNow).ok());
    CHECK(Stored(kNumber).host.value.user_id == "bob");
    CHECK(Stored(kNumber).deleted == Learnt<bool>{true, kNow});
    // A deletion that nobody could take back is forgotten.
    CHECK_FALSE(Seal(7).empty());
    REQUIRE(records.ForgetDeleted(kNow).ok());
    CHECK(Seal(7).empty());
    CHECK_FALSE(Seal(kNumber).empty());
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "learnt by a clock that was ahead are swept, too") {
    const absl::Time ahead = kNow + absl::Hours(24 * 365);
    REQUIRE(records
                .PutMeetings(std::array{MeetingOf("app_1", kNumber, "ann", ahead),
                                        MeetingOf("app_1", kNumber + 1, "ann", LatestLearnt(kNow))},
                             ahead)
                .ok());
    CHECK(Must(records.EndListings("app_1", "ann", EmptyList(kNow), kNow)) == 1);
    CHECK(Stored(kNumber).deleted == Learnt<bool>{true, kNow});
    CHECK(Must(FindMeetings(records, kNumber)).empty());
    CHECK(Must(FindMeetings(records, kNumber + 1)).size() == 1);
  }

  // What a whole list shows, and what it does not.
  TEST_CASE_FIXTURE(DirectoryFixture, "are as the list that was read whole shows them") {
    Put(HostOf("app_1", "ann", kRoom, "ann.lee"));
    for (std::uint64_t n = 0; n < 4; ++n) Put(MeetingOf("app_1", kNumber + n, "ann"));
    Put(Deleted(At(1), kNumber + 3));
    const auto list = [](absl::Time began, std::vector<std::uint64_t> numbers) {
      return std::array{MeetingListing{.numbers = std::move(numbers), .began = began}};
    };
    CHECK(Must(records.EndListings("app_1", "ann", list(At(5), {kNumber, kNumber + 3}))) == 2);
    CHECK(Must(records.FindHost("app_1", "ann"))->meetings_listed_at == At(5));
    CHECK(Must(records.FindHost("app_1", "ann"))->webinars_listed_at == absl::InfinitePast());
    CHECK(Must(FindMeetings(records, kNumber)).at(0).learnt_at() == At(5));
    CHECK(Must(FindMeetings(records, kNumber + 1)).empty());
    CHECK(Stored(kNumber + 2).deleted == Learnt<bool>{true, At(5)});
    CHECK(Must(FindMeetings(records, kNumber + 3)).at(0).learnt_at() == At(5));  // is back

    // A list that began earlier and ends later says nothing, nor one of another kind.
    CHECK(Must(records.EndListings("app_1", "ann", list(At(4), {}))) == 0);
    CHECK(Must(records.EndListings("app_1", "ann", EmptyList(At(9), MeetingKind::kWebinar))) == 0);
    CHECK(Must(FindMeetings(records, kNumber)).at(0).learnt_at() == At(5));
    CHECK(Must(records.EndListings("app_1", "ann", list(At(6), {}))) == 2);
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "in a list are not written for what is known") {
    Put(HostOf("app_1", "ann", kRoom, "ann.lee"));
    Put(HostOf("app_1", "bob", kRoom + 1, "bob"));
    for (const char* user : {"ann", "bob"})
      Must(records.EndListings("app_1", user, EmptyList(At(-9))));
    const auto by_list = [&](const MeetingRecord& meeting, absl::Time now) {
      REQUIRE(records.PutMeetings(std::array{meeting}, now, Noting::kByList).ok());
    };
    by_list(MeetingOf("app_1", kNumber, "ann"), At(0));
    by_list(MeetingOf("app_1", kNumber, "ann", At(1)), At(1));
    CHECK(Stored(kNumber).host.at == kNow);
    by_list(MeetingOf("app_1", kNumber, "bob", At(2)), At(2));
    CHECK(Stored(kNumber).host == Learnt<MeetingHost>{{"bob", "account"}, At(2)});
    Put(Deleted(At(3)));
    by_list(MeetingOf("app_1", kNumber, "bob", At(4)), At(4));
    CHECK(Stored(kNumber).deleted == Learnt<bool>{false, At(4)});
    // Of a host of whom there is no row, the meeting's own says when.
    by_list(MeetingOf("app_1", kNumber + 1, "eve", At(1)), At(1));
    by_list(MeetingOf("app_1", kNumber + 1, "eve", At(2)), At(2));
    CHECK(Stored(kNumber + 1).host.at == At(2));
    // By a clock that was ahead: that counts as not known.
    Put(MeetingOf("app_1", kNumber, "bob", At(600)));
    by_list(MeetingOf("app_1", kNumber, "bob", At(5)), At(5));
    CHECK(Stored(kNumber).host.at == At(5));
  }

  // What the list told is as good as if each row said it.
  TEST_CASE_FIXTURE(DirectoryFixture, "of a list are not undone by what was said before it") {
    Put(HostOf("app_1", "ann", kRoom, "ann.lee"));
    Put(MeetingOf("app_1", kNumber, "ann"));
    const MeetingListing list = {.numbers = {kNumber}, .began = At(5)};
    CHECK(Must(records.EndListings("app_1", "ann", std::array{list})) == 0);
    Put(Deleted(At(4)));
    Put(HostedBy("bob", At(4)));
    CHECK(Must(FindMeetings(records, kNumber)).at(0).host.value.user_id == "ann");
    Put(Deleted(At(6)));
    CHECK(Must(FindMeetings(records, kNumber)).empty());
    // A list that a clock which was ahead has read says nothing of when.
    Put(MeetingOf("app_1", kNumber, "ann", At(7)));
    const MeetingListing ahead = {.numbers = {kNumber}, .began = At(9'000)};
    CHECK(Must(records.EndListings("app_1", "ann", std::array{ahead})) == 0);
    REQUIRE(records.PutMeetings(std::array{Deleted(At(8))}, At(8)).ok());
    CHECK(Must(FindMeetings(records, kNumber)).empty());
  }
}

}  // namespace
}  // namespace joinpass::store
