// An origin from its text.

#ifndef JOINPASS_TESTS_SUPPORT_ORIGIN_H_
#define JOINPASS_TESTS_SUPPORT_ORIGIN_H_

#include <doctest/doctest.h>

#include <string_view>

#include "message/origin.h"

namespace joinpass::testing {

inline message::Origin OriginOf(std::string_view text) {
  auto origin = message::ReadOrigin(text);
  INFO(std::string(text));
  REQUIRE(origin.ok());
  return *std::move(origin);
}

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_SUPPORT_ORIGIN_H_
