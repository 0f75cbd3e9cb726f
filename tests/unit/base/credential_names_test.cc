#include <doctest/doctest.h>

#include <set>

#include "joinpass/credentials.h"

namespace joinpass {
namespace {

TEST_SUITE("Names of a credential") {
  TEST_CASE("each health and each event has one of its own") {
    std::set<std::string_view> names = {""};
    for (int i = 0; i <= static_cast<int>(Health::kDisconnecting); ++i) {
      CHECK(names.insert(HealthName(static_cast<Health>(i))).second);
    }
    names = {""};
    for (int i = 0; i <= static_cast<int>(CredentialEventKind::kDisconnecting); ++i) {
      CHECK(names.insert(CredentialEventName(static_cast<CredentialEventKind>(i))).second);
    }
    CHECK(HealthName(Health::kPaused) == "paused");
    CHECK(CredentialEventName(CredentialEventKind::kRefreshUnanswered) == "refresh_unanswered");
  }
}

}  // namespace
}  // namespace joinpass
