#include <doctest/doctest.h>

#include "unit/store/contract/directory_fixture.h"

namespace joinpass::store {
namespace {

struct Fixture : DirectoryFixture {
  Fixture() {
    Put(HostOf("app_1", "ann", kRoom, "ann.lee"));
    Put(MeetingOf("app_1", kNumber, "ann"));
  }

  void SetInactive(bool inactive, absl::Time at, const std::string& user = "ann") {
    HostRecord host = {.app_id = "app_1", .user_id = user};
    host.inactive = {inactive, at};
    REQUIRE(records.PutHost(host).ok());
  }

  bool IsFound() {
    const bool by_number = !Must(FindMeetings(records, kNumber)).empty();
    CHECK(Must(records.FindNumber(kNumber, Records::Deleted::kShown)).meetings.empty() !=
          by_number);
    CHECK(Must(records.FindNumber(kRoom)).owners.empty() != by_number);
    CHECK(Must(records.FindHostsByVanityName("ann.lee")).empty() != by_number);
    for (const Records::MeetingList& list :
         {Records::MeetingList{.app_id = "app_1", .host_user_id = "ann", .most = 9},
          Records::MeetingList{.app_id = "app_1", .account_id = "account", .most = 9},
          Records::MeetingList{.app_id = "app_1", .most = 9}, Records::MeetingList{.most = 9}}) {
      CHECK(Must(records.ListMeetings(list)).meetings.empty() != by_number);
    }
    return by_number;
  }
};

TEST_SUITE("A host who is inactive") {
  TEST_CASE_FIXTURE(Fixture, "is found by nobody, and neither are his meetings") {
    CHECK(IsFound());
    SetInactive(true, At(1));
    CHECK_FALSE(IsFound());
    CHECK(Must(records.FindHost("app_1", "ann"))->inactive == Learnt<bool>{true, At(1)});
    SetInactive(false, At(2));
    CHECK(IsFound());
  }

  TEST_CASE_FIXTURE(Fixture, "is so by what was said last, whatever came last") {
    SetInactive(false, At(3));
    SetInactive(true, At(2));
    CHECK(IsFound());
    SetInactive(true, At(5));
    SetInactive(false, At(4));
    CHECK_FALSE(IsFound());
    // Before anybody knew of him.
    SetInactive(true, At(2), "bob");
    Put(HostOf("app_1", "bob", kRoom + 1, "bob", At(1)));
    Put(MeetingOf("app_1", kNumber + 1, "bob", At(1)));
    CHECK(Must(FindMeetings(records, kNumber + 1)).empty());
    CHECK(Must(records.FindNumber(kRoom + 1)).owners.empty());
  }

  TEST_CASE_FIXTURE(Fixture, "is who was in no list, so that nothing late brings him back") {
    CHECK(Must(records.ListHostsUnseen("app_1", "account", At(5))).size() == 1);
    CHECK(Must(records.ForgetHost("app_1", "ann", At(5))) == 1);
    CHECK(Must(records.ListHostsUnseen("app_1", "account", At(5))).empty());
    Put(HostOf("app_1", "ann", kRoom, "ann.lee", At(4)));
    Put(MeetingOf("app_1", kNumber, "ann", At(4)));
    Put(MeetingOf("app_1", kNumber + 1, "ann", At(4)));
    CHECK_FALSE(IsFound());
    CHECK(Must(FindMeetings(records, kNumber + 1)).empty());
    SetInactive(false, At(6));
    CHECK(Must(FindMeetings(records, kNumber + 1)).size() == 1);
  }

  TEST_CASE_FIXTURE(Fixture, "by a clock that is ahead is not forgotten for that") {
    SetInactive(true, At(5));
    REQUIRE(records.ForgetDeleted(At(0) - absl::Seconds(1)).ok());
    CHECK(Must(records.FindHost("app_1", "ann")));
  }

  TEST_CASE_FIXTURE(Fixture, "is forgotten in thirty days, with all that is his") {
    Put(HostOf("app_1", "bob", kRoom + 1, "bob"));
    Put(MeetingOf("app_1", kNumber + 1, "bob"));
    SetInactive(true, At(1));
    REQUIRE(records.ForgetDeleted(At(1) + absl::Hours(24 * 30)).ok());
    CHECK(Must(records.FindHost("app_1", "ann")));
    REQUIRE(records.ForgetDeleted(At(1) + absl::Hours(24 * 30) + absl::Milliseconds(1)).ok());
    CHECK_FALSE(Must(records.FindHost("app_1", "ann")));
    Put(HostOf("app_1", "ann", kRoom, "ann.lee", At(9)));
    CHECK(Must(FindMeetings(records, kNumber)).empty());
    CHECK(Must(FindMeetings(records, kNumber + 1)).size() == 1);
    CHECK(Must(records.FindHost("app_1", "bob")));
  }
}

}  // namespace
}  // namespace joinpass::store
