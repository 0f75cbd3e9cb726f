// A store whose directory is looked at as records and as rows.

#ifndef JOINPASS_TESTS_UNIT_STORE_CONTRACT_DIRECTORY_FIXTURE_H_
#define JOINPASS_TESTS_UNIT_STORE_CONTRACT_DIRECTORY_FIXTURE_H_

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "unit/store/store_fixture.h"

namespace joinpass::store {

inline constexpr std::uint64_t kNumber = 85'746'065'123;
inline constexpr std::uint64_t kRoom = 5'551'112'222;

inline absl::Time At(int minutes) { return kNow + absl::Minutes(minutes); }

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

}  // namespace joinpass::store

#endif  // JOINPASS_TESTS_UNIT_STORE_CONTRACT_DIRECTORY_FIXTURE_H_
