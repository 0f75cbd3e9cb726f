#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "unit/store/contract/directory_fixture.h"

namespace joinpass::store {
namespace {

TEST_SUITE("Meetings and their host") {
  TEST_CASE_FIXTURE(DirectoryFixture, "go with a host who left his account") {
    for (const char* user : {"ann", "bob", "eve", "joe"}) {
      Put(HostOf("app_1", user, kRoom + static_cast<std::uint64_t>(user[0]), user));
    }
    Put(HostOf("app_1", "bob", kRoom, "bob", At(5)));
    Put(HostOf("app_1", "eve", kRoom + 1, "eve", At(1), "another"));
    Must(records.EndListings("app_1", "joe", EmptyList(At(5))));
    using Users = std::vector<std::string>;
    CHECK(Must(records.ListHostsUnseen("app_2", "account", At(5))).empty());
    CHECK(Must(records.ListHostsUnseen("app_1", "account", At(5))) == Users{"ann"});
    Put(MeetingOf("app_1", kNumber, "ann"));
    Put(MeetingOf("app_1", kNumber + 1, "bob"));
    Put(MeetingOf("app_1", kNumber + 2, "ann", At(6)));  // was learnt since
    CHECK(Must(records.ForgetHost("app_1", "ann", At(5))) == 1);
    CHECK(Must(records.FindHost("app_1", "ann")));  // whoever has a meeting is there
    CHECK(Must(records.FindHost("app_1", "bob")));
    CHECK(Stored(kNumber).deleted == Learnt<bool>{true, At(5)});
    CHECK(Must(FindMeetings(records, kNumber + 1)).size() == 1);
    CHECK(Must(FindMeetings(records, kNumber + 2)).size() == 1);
    CHECK(Must(records.ForgetHost("app_1", "ann", At(7))) == 1);
    CHECK(Must(records.FindHost("app_1", "ann"))->inactive == Learnt<bool>{true, At(7)});
    CHECK(Must(records.ListHostsUnseen("app_1", "account", At(5))).empty());
    CHECK(Must(FindMeetings(records, kNumber + 2)).empty());
    Put(MeetingOf("app_1", kNumber, "ann", At(9)));
    CHECK(Must(records.EndListings("app_1", "ann", EmptyList(At(10)))) == 1);
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "are not taken for those of who comes after their host") {
    Put(HostOf("app_1", "ann", kRoom, "ann"));
    Put(MeetingOf("app_1", kNumber, "ann"));
    CHECK(Must(records.ForgetHost("app_1", "ann", At(1))) == 1);
    Put(HostOf("app_1", "sue", kRoom, "sue"));
    CHECK(Must(records.EndListings("app_1", "sue", std::array{Showing(kNumber, At(2))})) == 0);
    CHECK(Must(FindMeetings(records, kNumber)).empty());
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "have their host known, and whose account he is of") {
    Put(HostedBy("ann", At(1)));
    CHECK(Must(records.FindHost("app_1", "ann"))->account_id ==
          Learnt<std::string>{"account", At(1)});
    Put(HostOf("app_1", "ann", kRoom, "ann.lee", At(2)));
    Put(HostedBy("ann", At(3)));
    const HostRecord ann = *Must(records.FindHost("app_1", "ann"));
    CHECK(ann.account_id == Learnt<std::string>{"account", At(2)});
    CHECK(ann.personal_meeting_id.value == kRoom);
    Put(MeetingOf("app_1", kNumber, "ann", At(4), ""));
    CHECK(Must(records.FindHost("app_1", "ann"))->account_id == ann.account_id);
    Put(MeetingOf("app_1", kNumber, "ann", At(5), "another"));
    CHECK(Must(records.FindHost("app_1", "ann"))->account_id == ann.account_id);
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "take nobody out of his account") {
    const auto listed_in = [&](const std::string& account) {
      return Must(records.ListMeetings({.app_id = "app_1", .account_id = account, .most = 9}))
          .meetings.size();
    };
    Put(HostOf("app_1", "ann", kRoom, "ann", kNow, "hers"));
    Put(MeetingOf("app_1", kNumber, "ann", kNow, "hers"));
    Put(MeetingOf("app_1", kNumber + 1, "ann", At(1), "another"));  // by a list of that one
    CHECK(Must(records.FindHost("app_1", "ann"))->account_id.value == "hers");
    CHECK(listed_in("hers") == 1);
    CHECK(Must(records.ListHostsUnseen("app_1", "another", At(60))).empty());
    REQUIRE(store.RemoveHostsOfAccount(sealer.AccountKeys("app_1", "another")).ok());
    CHECK(Must(FindMeetings(records, kNumber)).size() == 1);
    CHECK(Must(FindHostsByPersonalMeetingId(records, kRoom)).size() == 1);
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "do not follow their host to another account") {
    Put(HostOf("app_1", "ann", kRoom, "ann", kNow, "old"));
    Put(MeetingOf("app_1", kNumber, "ann", kNow, "old"));
    Put(MeetingOf("app_1", kNumber + 1, "ann", At(2), "new"));
    Put(HostOf("app_1", "ann", kRoom, "ann", At(1), "new"));
    CHECK(Must(FindMeetings(records, kNumber)).empty());
    CHECK(Must(FindMeetings(records, kNumber + 1)).size() == 1);
    CHECK(Must(records.ListMeetings({.app_id = "app_1", .account_id = "new", .most = 9}))
              .meetings.size() == 1);
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "may be deleted after their host was forgotten") {
    Put(HostOf("app_1", "ann", kRoom, "ann"));
    Put(MeetingOf("app_1", kNumber, "ann"));
    CHECK(Must(records.ForgetHost("app_1", "ann", At(5), At(6))) == 1);
    REQUIRE(
        records.PutMeetings(std::array{Deleted(At(7)), MeetingOf("app_1", 8, "bob", At(7))}).ok());
    CHECK(Stored(kNumber).deleted == Learnt<bool>{true, At(7)});
    CHECK(Must(FindMeetings(records, 8)).size() == 1);
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "of who was forgotten go where anybody is removed") {
    Put(HostOf("app_1", "ann", kRoom, "ann"));
    Put(MeetingOf("app_1", kNumber, "ann"));
    Put(Deleted(At(1), kNumber + 1));  // of a host whom nobody knows
    CHECK(Must(records.ForgetHost("app_1", "ann", At(5), At(6))) == 1);
    REQUIRE(store.RemoveHostsOfAccount(sealer.AccountKeys("app_1", "account")).ok());
    CHECK(Seal(kNumber).empty());
    CHECK_FALSE(Seal(kNumber + 1).empty());
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "never hide whose personal room a number is") {
    Put(HostOf("app_1", "ann", kRoom, "ann"));
    std::vector<MeetingRecord> many;
    for (int i = 0; i < 1'001; ++i) {
      many.push_back(MeetingOf("other_" + std::to_string(i), kRoom, "eve"));
    }
    REQUIRE(records.PutMeetings(many).ok());
    CHECK(Must(FindHostsByPersonalMeetingId(records, kRoom)).size() == 1);
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "are not written where the row of their host is gone") {
    const MeetingRow lonely = sealer.SealMeeting(MeetingOf("app_1", kNumber, "ann"));
    const MeetingChange put = {.row = lonely};
    CHECK(Must(store.Change({.meetings = {put}})) == Outcome::kMoved);
    CHECK(Must(FindMeetings(records, kNumber)).empty());
  }
}

}  // namespace
}  // namespace joinpass::store
