// What a fuzz target promises.

#ifndef JOINPASS_TESTS_FUZZ_REQUIRE_H_
#define JOINPASS_TESTS_FUZZ_REQUIRE_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "absl/status/status.h"
#include "joinpass/reason.h"

namespace joinpass::fuzz {

inline void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

inline std::string_view TextOf(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

inline bool IsPrintable(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return true;
}

// Whatever stood in the input, an error of it has a name of its own and quotes little.
inline void RequireNamed(const absl::Status& error) {
  Require(!error.ok(), "an error is none");
  const auto info = GetErrorInfo(error);
  Require(info.has_value(), "an error has its info");
  Require(info->reason != Reason::kInternal, "an error is not internal");
  Require(info->server_text.size() <= 256, "at most 256 bytes of Zoom's are quoted");
  Require(IsPrintable(info->server_text), "what is quoted is printable");
  Require(info->tracking_id.size() <= 256, "a tracking id is bounded");
  Require(info->missing_scopes.size() <= 64, "scopes are bounded");
  Require(!Describe(error).empty(), "an error has words");
}

}  // namespace joinpass::fuzz

// libFuzzer's entry.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

#endif  // JOINPASS_TESTS_FUZZ_REQUIRE_H_
