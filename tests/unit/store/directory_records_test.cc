#include <doctest/doctest.h>

#include <array>

#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

constexpr std::uint64_t kNumber = 85'746'065'123;

struct DirectoryFixture : StoreFixture {
  HostRecord ann = {.app_id = "app_1",
                    .user_id = "ann",
                    .account_id = "account",
                    .personal_meeting_id = 5'551'112'222,
                    .vanity_name = "ann.lee",
                    .learnt_at = kNow};
  MeetingRecord meeting = {.app_id = "app_1",
                           .number = kNumber,
                           .host_user_id = "ann",
                           .host_account_id = "account",
                           .learnt_at = kNow};

  void Put(const MeetingRecord& one) { REQUIRE(records.PutMeetings(std::array{one}).ok()); }
  // Everything that is stored, to see whether a row was written again.
  std::string Sealed(std::uint64_t number) {
    const auto keys = RowSealer(opened.ring, base::SystemRandom()).MeetingNumberKeys(number);
    std::string sealed;
    for (const MeetingRow& row : Must(opened.store->directory().FindMeetings(keys)))
      sealed += row.sealed;
    return sealed;
  }
  std::string SealedHost() {
    const auto keys = RowSealer(opened.ring, base::SystemRandom()).HostKeys("app_1", "ann");
    const auto row = Must(opened.store->directory().FindHost(keys));
    REQUIRE(row);
    return row->sealed;
  }
};

TEST_SUITE("Records of hosts") {
  TEST_CASE_FIXTURE(DirectoryFixture, "are found by personal meeting id and by vanity name") {
    REQUIRE(records.PutHost(ann).ok());
    for (const auto& found : {Must(records.FindHostsByPersonalMeetingId(5'551'112'222)),
                              Must(records.FindHostsByVanityName("ann.lee"))}) {
      REQUIRE(found.size() == 1);
      CHECK(found[0].app_id == "app_1");
      CHECK(found[0].user_id == "ann");
      CHECK(found[0].account_id == "account");
      CHECK(found[0].personal_meeting_id == 5'551'112'222);
      CHECK(found[0].vanity_name == "ann.lee");
      CHECK(found[0].learnt_at == kNow);
    }
    CHECK(Must(records.FindHostsByPersonalMeetingId(5'551'112'223)).empty());
    CHECK(Must(records.FindHostsByVanityName("ann")).empty());
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "without a number or a name are found by neither") {
    ann.personal_meeting_id = 0;
    ann.vanity_name.clear();
    REQUIRE(records.PutHost(ann).ok());
    CHECK(Must(records.FindHostsByPersonalMeetingId(0)).empty());
    CHECK(Must(records.FindHostsByVanityName("")).empty());
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "may be the same in two apps") {
    REQUIRE(records.PutHost(ann).ok());
    ann.app_id = "app_2";
    REQUIRE(records.PutHost(ann).ok());
    CHECK(Must(records.FindHostsByPersonalMeetingId(5'551'112'222)).size() == 2);
    CHECK(Must(records.FindHostsByVanityName("ann.lee")).size() == 2);
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "follow what changed") {
    REQUIRE(records.PutHost(ann).ok());
    ann.personal_meeting_id = 7'778'889'999;
    ann.vanity_name = "lee";
    REQUIRE(records.PutHost(ann).ok());
    CHECK(Must(records.FindHostsByPersonalMeetingId(5'551'112'222)).empty());
    CHECK(Must(records.FindHostsByVanityName("ann.lee")).empty());
    CHECK(Must(records.FindHostsByPersonalMeetingId(7'778'889'999)).size() == 1);
    CHECK(Must(records.FindHostsByVanityName("lee")).size() == 1);
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "that say the same are not sealed again") {
    REQUIRE(records.PutHost(ann).ok());
    const std::string sealed = SealedHost();
    ann.learnt_at = kNow + absl::Hours(1);
    REQUIRE(records.PutHost(ann).ok());
    CHECK(SealedHost() == sealed);
    CHECK(Must(records.FindHostsByVanityName("ann.lee")).at(0).learnt_at == kNow + absl::Hours(1));
    ann.account_id = "another";
    REQUIRE(records.PutHost(ann).ok());
    CHECK(SealedHost() != sealed);
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "never go back to what was learnt before") {
    ann.learnt_at = kNow + absl::Hours(1);
    REQUIRE(records.PutHost(ann).ok());
    HostRecord older = ann;
    older.learnt_at = ann.learnt_at - absl::Milliseconds(1);
    REQUIRE(records.PutHost(older).ok());
    older.vanity_name = "old.lee";
    REQUIRE(records.PutHost(older).ok());
    CHECK(Must(records.FindHostsByVanityName("old.lee")).empty());
    CHECK(Must(records.FindHostsByVanityName("ann.lee")).at(0).learnt_at == ann.learnt_at);

    older.learnt_at = ann.learnt_at;
    REQUIRE(records.PutHost(older).ok());
    CHECK(Must(records.FindHostsByVanityName("old.lee")).size() == 1);
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "never go back where another one wrote in between") {
    const RowSealer sealer(opened.ring, base::SystemRandom());
    REQUIRE(records.PutHost(ann).ok());
    HostRecord older = ann;
    older.learnt_at = kNow - absl::Hours(1);
    older.vanity_name = "old.lee";
    const HostRow row = sealer.SealHost(older);
    REQUIRE(opened.store->directory().PutHost(row, "").ok());
    REQUIRE(opened.store->directory().PutHost(row, row.user_key).ok());
    REQUIRE(opened.store->directory().TouchHost(row.user_key, older.learnt_at).ok());
    CHECK(Must(records.FindHostsByVanityName("old.lee")).empty());
    CHECK(Must(records.FindHostsByVanityName("ann.lee")).at(0).learnt_at == kNow);
  }
}

TEST_SUITE("Records of meetings") {
  TEST_CASE_FIXTURE(DirectoryFixture, "are found by number, of every app and host") {
    MeetingRecord other_host = meeting;
    other_host.host_user_id = "bob";
    MeetingRecord other_app = meeting;
    other_app.app_id = "app_2";
    MeetingRecord other_number = meeting;
    other_number.number = kNumber + 1;
    REQUIRE(records.PutMeetings(std::array{meeting, other_host, other_app, other_number}).ok());
    CHECK(Must(records.FindMeetings(kNumber)).size() == 3);
    const auto found = Must(records.FindMeetings(kNumber + 1));
    REQUIRE(found.size() == 1);
    CHECK(found[0].number == kNumber + 1);
    CHECK(found[0].app_id == "app_1");
    CHECK(found[0].host_user_id == "ann");
    CHECK(found[0].host_account_id == "account");
    CHECK(found[0].learnt_at == kNow);
    CHECK(Must(records.FindMeetings(1)).empty());
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "may come twice in one call, or not at all") {
    CHECK(records.PutMeetings({}).ok());
    CHECK(records.PutMeetings(std::array{meeting, meeting}).ok());
    CHECK(Must(records.FindMeetings(kNumber)).size() == 1);
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "that say the same are not sealed again") {
    Put(meeting);
    const std::string sealed = Sealed(kNumber);
    Put(meeting);
    CHECK(Sealed(kNumber) == sealed);
    meeting.learnt_at += absl::Hours(1);
    Put(meeting);
    CHECK(Sealed(kNumber) == sealed);
    CHECK(Must(records.FindMeetings(kNumber)).at(0).learnt_at == kNow + absl::Hours(1));
    meeting.host_account_id = "another";
    Put(meeting);
    CHECK(Sealed(kNumber) != sealed);
    CHECK(Must(records.FindMeetings(kNumber)).at(0).host_account_id == "another");
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "never go back to what was learnt before") {
    Put(meeting);
    MeetingRecord older = meeting;
    older.learnt_at = kNow - absl::Milliseconds(1);
    Put(older);
    older.host_account_id = "older";
    Put(older);
    const auto found = Must(records.FindMeetings(kNumber));
    REQUIRE(found.size() == 1);
    CHECK(found[0].host_account_id == "account");
    CHECK(found[0].learnt_at == kNow);
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "never go back where another one wrote in between") {
    Put(meeting);
    MeetingRecord older = meeting;
    older.learnt_at = kNow - absl::Hours(1);
    older.host_account_id = "older";
    const MeetingRow row = RowSealer(opened.ring, base::SystemRandom()).SealMeeting(older);
    MeetingKey elsewhere = row.key;
    elsewhere.host_key[0] = static_cast<char>(elsewhere.host_key[0] ^ 1);
    MeetingRow moved = row;
    moved.key = elsewhere;
    MeetingChanges changes;
    changes.written = {
        {.row = row}, {.row = row, .replaced = row.key}, {.row = moved, .replaced = row.key}};
    changes.learnt = {{.key = row.key, .learnt_at = older.learnt_at}};
    REQUIRE(opened.store->directory().ChangeMeetings(changes).ok());
    const auto found = Must(records.FindMeetings(kNumber));
    REQUIRE(found.size() == 1);
    CHECK(found[0].host_account_id == "account");
    CHECK(found[0].learnt_at == kNow);
  }

  TEST_CASE_FIXTURE(DirectoryFixture, "are swept by host and app, by the tick") {
    MeetingRecord kept = meeting;
    kept.number = kNumber + 1;
    kept.learnt_at = kNow + absl::Milliseconds(1);
    MeetingRecord of_bob = meeting;
    of_bob.host_user_id = "bob";
    MeetingRecord of_app_2 = meeting;
    of_app_2.app_id = "app_2";
    REQUIRE(records.PutMeetings(std::array{meeting, kept, of_bob, of_app_2}).ok());

    CHECK(Must(records.SweepMeetings("app_1", "ann", kNow)) == 0);
    CHECK(Must(records.SweepMeetings("app_1", "ann", kNow + absl::Milliseconds(1))) == 1);
    CHECK(Must(records.FindMeetings(kNumber)).size() == 2);
    CHECK(Must(records.FindMeetings(kNumber + 1)).size() == 1);
  }
}

}  // namespace
}  // namespace joinpass::store
