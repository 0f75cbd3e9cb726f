#include "http/names.h"

#include <doctest/doctest.h>

namespace joinpass::http {
namespace {

Address Numeric(const std::string& host) {
  Address address;
  REQUIRE(ReadNumeric(host, 443, address));
  return address;
}

TEST_SUITE("Addresses") {
  TEST_CASE("alternate between the families and keep their order in each") {
    const Addresses mixed = Alternate(
        {Numeric("::1"), Numeric("::2"), Numeric("::3"), Numeric("10.0.0.1"), Numeric("10.0.0.2")});
    std::vector<int> families;
    for (const Address& address : mixed) families.push_back(address.storage.ss_family);
    CHECK(families == std::vector<int>{AF_INET6, AF_INET, AF_INET6, AF_INET, AF_INET6});
    CHECK(Alternate({}).empty());
    CHECK(Alternate({Numeric("10.0.0.1")}).size() == 1);
  }

  TEST_CASE("are numeric, or names") {
    Address address;
    CHECK(ReadNumeric("127.0.0.1", 1, address));
    CHECK(ReadNumeric("::1", 1, address));
    CHECK_FALSE(ReadNumeric("localhost", 1, address));
    CHECK_FALSE(ReadNumeric("127.1", 1, address));
  }
}

}  // namespace
}  // namespace joinpass::http
