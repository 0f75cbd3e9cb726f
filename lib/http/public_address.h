// Which addresses a URL from the network may lead to. Pure.

#ifndef JOINPASS_LIB_HTTP_PUBLIC_ADDRESS_H_
#define JOINPASS_LIB_HTTP_PUBLIC_ADDRESS_H_

#include <array>
#include <cstdint>

namespace joinpass::http {

using Ipv4Bytes = std::array<std::uint8_t, 4>;
using Ipv6Bytes = std::array<std::uint8_t, 16>;

// True for addresses of the public internet: none that is private, of this
// machine, of a link, shared, reserved, for documentation or for many. An IPv6
// address that carries an IPv4 one (mapped, NAT64, 6to4) is as public as that; a
// Teredo address is not.
//
// Source: the IANA special-purpose address registries (RFC 6890), RFC 6052.
bool IsPublicAddress(const Ipv4Bytes& address);
bool IsPublicAddress(const Ipv6Bytes& address);

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_PUBLIC_ADDRESS_H_
