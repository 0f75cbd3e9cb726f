// What the demo prints: one line a step, with the time that it took.

#ifndef JOINPASS_BOT_ADAPTER_DEMO_PROGRAM_CONSOLE_H_
#define JOINPASS_BOT_ADAPTER_DEMO_PROGRAM_CONSOLE_H_

#include <cstdio>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "joinpass/reason.h"
#include "joinpass/time.h"

namespace joinpass::demo {

inline void Heading(const std::string& text) { std::printf("\n%s\n", text.c_str()); }

inline void Line(const std::string& text) { std::printf("           %s\n", text.c_str()); }

// Thrown by Fail() up to main(), so that all is cleared away on the way.
struct Failed {};

// Prints the reason of `status` and ends the demo.
[[noreturn]] inline void Fail(const std::string& step, const absl::Status& status) {
  std::printf("  FAILED   %s\n           %s\n", step.c_str(), Describe(status).c_str());
  std::printf("demo: failed\n");
  throw Failed{};
}

inline absl::Status StatusOf(const absl::Status& status) { return status; }
template <typename T>
absl::Status StatusOf(const absl::StatusOr<T>& value) {
  return value.status();
}

// Runs one step and prints how long it took. A step that fails ends the demo.
template <typename Act>
auto Step(const std::string& text, Act act) {
  const SteadyTime begin = SteadyNow();
  auto result = act();
  const double ms = absl::ToDoubleMilliseconds(SteadyNow() - begin);
  if (const absl::Status status = StatusOf(result); !status.ok()) Fail(text, status);
  std::printf("%7.1f ms %s\n", ms, text.c_str());
  std::fflush(stdout);
  return result;
}

}  // namespace joinpass::demo

#endif  // JOINPASS_BOT_ADAPTER_DEMO_PROGRAM_CONSOLE_H_
