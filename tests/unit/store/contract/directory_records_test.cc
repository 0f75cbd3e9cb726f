#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <random>

#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

constexpr std::uint64_t kNumber = 85'746'065'123;
constexpr std::uint64_t kRoom = 5'551'112'222;

absl::Time At(int minutes) { return kNow + absl::Minutes(minutes); }

struct DirectoryFixture : StoreFixture {
  const RowSealer sealer{opened.ring, base::SystemRandom()};
  DirectoryStore& store = opened.store->directory();

  void Put(const MeetingRecord& one) { REQUIRE(records.PutMeetings(std::array{one}).ok()); }
  void Put(const HostRecord& host) { REQUIRE(records.PutHost(host).ok()); }

  static MeetingRecord Deleted(absl::Time at, std::uint64_t number = kNumber) {
    return {.app_id = "app_1", .number = number, .deleted = {true, at}};
  }
  static MeetingRecord HostedBy(const std::string& host, absl::Time at) {
    return {.app_id = "app_1", .number = kNumber, .host = {{host, "account"}, at}};
  }

  static MeetingListing Showing(std::uint64_t number, absl::Time began) {
    return {.numbers = {number}, .began = began};
  }

  // As it is stored, deleted or not; `blank` if it is not.
  MeetingRecord Stored(std::uint64_t number) {
    MeetingRecord blank = {.app_id = "app_1", .number = number};
    const MeetingSearch search = sealer.SearchMeeting(blank);
    const auto row = Must(store.FindEachMeeting({&search, 1}))[0];
    return row ? Must(sealer.OpenMeeting(*row)) : blank;
  }
  // To see whether it was sealed again.
  std::string Seal(std::uint64_t number) {
    const MeetingSearch search = sealer.SearchMeeting({.app_id = "app_1", .number = number});
    return Must(store.FindEachMeeting({&search, 1}))[0].value_or(MeetingRow()).sealed;
  }
  std::string SealOfAnn() {
    return Must(store.FindHost(sealer.HostKeys("app_1", "ann"))).value_or(HostRow()).sealed;
  }
};

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
    CHECK(Must(store.ChangeHost({.row = late, .seen = seen})) == Outcome::kMoved);
    CHECK(Must(store.ChangeHost({.row = late})) == Outcome::kMoved);
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
      CHECK(Must(store.ChangeMeetings(std::array{other, moved})) == Outcome::kMoved);
    }
    CHECK(Stored(kNumber).deleted == Learnt<bool>{true, At(1)});
    CHECK(Must(FindMeetings(records, 7)).empty());
  }

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
      REQUIRE(records.PutMeetings(std::array{meeting}, now, Records::Noting::kByList).ok());
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
    CHECK_FALSE(Must(records.FindHost("app_1", "ann")));
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
    CHECK(Must(store.ChangeMeetings({&put, 1})) == Outcome::kMoved);
    CHECK(Must(FindMeetings(records, kNumber)).empty());
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
