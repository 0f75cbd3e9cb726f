#include "http/public_address.h"

#include <algorithm>
#include <cstddef>
#include <initializer_list>

namespace joinpass::http {
namespace {

// The first `bits` of an address.
struct Prefix {
  std::initializer_list<std::uint8_t> bytes;
  int bits;
};

template <std::size_t size>
bool IsWithin(const std::array<std::uint8_t, size>& address, const Prefix& prefix) {
  int left = prefix.bits;
  std::size_t at = 0;
  for (const std::uint8_t byte : prefix.bytes) {
    if (left <= 0) break;
    const int kept = std::min(left, 8);
    const auto mask = static_cast<std::uint8_t>(0xff << (8 - kept));
    if ((address[at] & mask) != (byte & mask)) return false;
    left -= kept;
    ++at;
  }
  return true;
}

template <std::size_t size>
bool IsWithinAny(const std::array<std::uint8_t, size>& address,
                 std::initializer_list<Prefix> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const Prefix& prefix) { return IsWithin(address, prefix); });
}

Ipv4Bytes Ipv4At(const Ipv6Bytes& address, std::size_t at) {
  return {address[at], address[at + 1], address[at + 2], address[at + 3]};
}

}  // namespace

bool IsPublicAddress(const Ipv4Bytes& address) {
  return !IsWithinAny(address, {
                                   {{0}, 8},              // this network
                                   {{10}, 8},             // private
                                   {{100, 64}, 10},       // shared by a carrier's customers
                                   {{127}, 8},            // loopback
                                   {{169, 254}, 16},      // link-local, and cloud metadata
                                   {{172, 16}, 12},       // private
                                   {{192, 0, 0}, 24},     // protocol assignments
                                   {{192, 0, 2}, 24},     // documentation
                                   {{192, 88, 99}, 24},   // 6to4 relays
                                   {{192, 168}, 16},      // private
                                   {{198, 18}, 15},       // benchmarks
                                   {{198, 51, 100}, 24},  // documentation
                                   {{203, 0, 113}, 24},   // documentation
                                   {{224}, 4},            // multicast
                                   {{240}, 4},            // reserved, and broadcast
                               });
}

bool IsPublicAddress(const Ipv6Bytes& address) {
  // ::ffff:0:0/96, and the well-known prefix of NAT64: an IPv4 address at their end.
  const Prefix mapped = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
  const Prefix nat64 = {{0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}, 96};
  if (IsWithin(address, mapped) || IsWithin(address, nat64)) {
    return IsPublicAddress(Ipv4At(address, 12));
  }
  const Prefix six_to_four = {{0x20, 0x02}, 16};
  if (IsWithin(address, six_to_four)) return IsPublicAddress(Ipv4At(address, 2));
  // All that is global is below 2000::/3.
  const Prefix global = {{0x20}, 3};
  return IsWithin(address, global) &&
         !IsWithinAny(address, {
                                   {{0x20, 0x01, 0x00}, 23},  // Teredo, ORCHID, benchmarks, …
                                   {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
                                   {{0x3f, 0xff, 0x00}, 20},        // documentation
                               });
}

}  // namespace joinpass::http
