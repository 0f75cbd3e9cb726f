#include "http/public_address.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>

#include <string>

namespace joinpass::http {
namespace {

bool IsPublicText(const std::string& text) {
  Ipv4Bytes ipv4 = {};
  if (inet_pton(AF_INET, text.c_str(), ipv4.data()) == 1) return IsPublicAddress(ipv4);
  Ipv6Bytes ipv6 = {};
  REQUIRE(inet_pton(AF_INET6, text.c_str(), ipv6.data()) == 1);
  return IsPublicAddress(ipv6);
}

TEST_SUITE("IsPublicAddress") {
  TEST_CASE("takes what is public") {
    for (const char* text :
         {"8.8.8.8",         "1.1.1.1",          "9.255.255.255",   "11.0.0.0",
          "100.63.255.255",  "100.128.0.0",      "126.255.255.255", "128.0.0.0",
          "169.253.255.255", "169.255.0.0",      "172.15.255.255",  "172.32.0.0",
          "192.0.1.0",       "192.167.255.255",  "192.169.0.0",     "198.17.255.255",
          "198.20.0.0",      "223.255.255.255",  "2606:4700::1111", "2a00:1450::1",
          "::ffff:8.8.8.8",  "64:ff9b::8.8.8.8", "2002:808:808::1", "2001:200::1"}) {
      CAPTURE(text);
      CHECK(IsPublicText(text));
    }
  }

  TEST_CASE("refuses what is private, of this machine, of a link, reserved or for many") {
    for (const char* text :
         {"0.0.0.0",         "0.1.2.3",        "10.0.0.0",        "10.255.255.255",  "100.64.0.0",
          "100.127.255.255", "127.0.0.1",      "127.255.255.255", "169.254.169.254", "172.16.0.0",
          "172.31.255.255",  "192.0.0.1",      "192.0.2.1",       "192.88.99.1",     "192.168.0.1",
          "198.18.0.1",      "198.19.255.255", "198.51.100.7",    "203.0.113.7",     "224.0.0.1",
          "239.255.255.255", "240.0.0.1",      "255.255.255.255"}) {
      CAPTURE(text);
      CHECK_FALSE(IsPublicText(text));
    }
    for (const char* text : {"::", "::1", "::2", "fe80::1", "febf::1", "fec0::1", "fc00::1",
                             "fdff::1", "ff02::1", "100::1", "2001:db8::1", "2001::1", "2001:10::1",
                             "3fff:fff::1", "4000::1", "64:ff9b:1::1", "5f00::1"}) {
      CAPTURE(text);
      CHECK_FALSE(IsPublicText(text));
    }
  }

  TEST_CASE("looks into IPv6 addresses that carry an IPv4 one") {
    for (const char* text :
         {"::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:169.254.169.254", "64:ff9b::127.0.0.1",
          "64:ff9b::192.168.1.1", "2002:7f00:1::1", "2002:a00:1::1", "::127.0.0.1", "::8.8.8.8"}) {
      CAPTURE(text);
      CHECK_FALSE(IsPublicText(text));
    }
  }
}

}  // namespace
}  // namespace joinpass::http
