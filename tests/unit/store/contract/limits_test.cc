#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "unit/store/store_fixture.h"

namespace joinpass::store {
namespace {

std::string Stored(Records& records, std::string_view account, int label) {
  std::string found;
  REQUIRE(records.ChangeBucket(account, label, [&](std::string& state) { found = state; }).ok());
  return found;
}

TEST_SUITE("Limits in the store") {
  TEST_CASE_FIXTURE(StoreFixture, "are one state for an account and a label, for whoever opens") {
    CHECK(Stored(records, "account-1", 0).empty());
    const std::string bytes("a\0b", 3);
    REQUIRE(records.ChangeBucket("account-1", 0, [&](std::string& state) { state = bytes; }).ok());
    OpenedStore other(folder / "store");
    CHECK(Stored(other.records, "account-1", 0) == bytes);
    CHECK(Stored(other.records, "account-1", 1).empty());
    CHECK(Stored(other.records, "account-2", 0).empty());
    REQUIRE(
        other.records.ChangeBucket("account-1", 0, [](std::string& state) { state += "c"; }).ok());
    CHECK(Stored(records, "account-1", 0) == bytes + "c");
  }

  TEST_CASE_FIXTURE(StoreFixture, "lose no change, however many make them") {
    constexpr int kEach = 200;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([this, i] {
        OpenedStore mine(folder / "store");
        Records& used = i % 2 == 0 ? mine.records : records;
        for (int times = 0; times < kEach;) {
          // One that was told to wait for too long has changed nothing.
          times += used.ChangeBucket("a", 0, [](std::string& state) { state += "x"; }).ok();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(Stored(records, "a", 0).size() == 4 * kEach);
  }
}

}  // namespace
}  // namespace joinpass::store
