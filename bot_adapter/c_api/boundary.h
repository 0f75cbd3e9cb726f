// What every call of the C API goes through: texts in and out, errors, and no exception.

#ifndef JOINPASS_BOT_ADAPTER_C_API_BOUNDARY_H_
#define JOINPASS_BOT_ADAPTER_C_API_BOUNDARY_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "joinpass/joinpass_c.h"
#include "joinpass/reason.h"
#include "joinpass/secret.h"

// All that can be asked of it, so that no call for an error can fail.
struct joinpass_error {
  std::string reason = {};
  std::string cause = {};
  std::string message = {};
  std::string description = {};
  std::string tracking_id = {};
  std::string missing_scopes = {};
  int http_status = 0;
  int zoom_code = 0;
  std::int64_t retry_at_ms = 0;
  bool is_static = false;  // made beforehand, for when there is no memory; never freed
};

namespace joinpass::c_api {

// Of an error. Never null: without memory it is the one that was made beforehand.
joinpass_error* NewError(const absl::Status& status) noexcept;
joinpass_error MakeError(const absl::Status& status);
joinpass_error* ErrorOfException() noexcept;  // of the one that is being handled

// Runs `call`, which gives a Status; no exception comes out.
template <typename Call>
joinpass_error* Guarded(Call call) noexcept {
  try {
    const absl::Status status = call();
    return status.ok() ? nullptr : NewError(status);
  } catch (...) {
    return ErrorOfException();
  }
}

// A struct that claims more was never set: it is not read.
inline constexpr std::size_t kLargestStruct = 4096;

absl::Status Invalid(std::string_view what);  // invalid_argument: "c_api: what"

// NULL is "".
inline std::string_view View(const char* text) {
  return text == nullptr ? std::string_view() : std::string_view(text);
}
inline std::string Text(const char* text) { return std::string(View(text)); }
inline Secret SecretText(const char* text) { return Secret(View(text)); }

// Each "" is refused by whoever reads them.
std::vector<std::string> Texts(const char* const* texts, std::size_t count);

// For joinpass_string_free(). Throws where there is no memory.
char* NewText(std::string_view text);

// The same into `*out`. `out` may be null: then nobody wants it.
void Give(std::string_view text, char** out);

// What stands there until a call has worked.
inline void Clear(char** out) {
  if (out != nullptr) *out = nullptr;
}

absl::StatusOr<absl::Duration> Timeout(std::int64_t milliseconds);
std::int64_t MillisecondsSince1970(absl::Time time);  // 0 where there is none

// A struct as the program knows it, which may be older and shorter: the rest is zero. Of a newer
// one what this library does not know must be zero.
// Errors: invalid_argument
template <typename Struct>
absl::StatusOr<Struct> Known(const Struct* given) {
  static_assert(std::is_trivially_copyable_v<Struct>);
  if (given == nullptr) return Invalid("a struct is missing");
  if (given->struct_size < sizeof(std::size_t)) return Invalid("struct_size is not set");
  // No version ends in the middle of a pointer.
  if (given->struct_size > kLargestStruct || given->struct_size % alignof(Struct) != 0) {
    return Invalid("struct_size is no size");
  }
  Struct known = {};
  const std::size_t size = std::min(given->struct_size, sizeof(Struct));
  const auto* bytes = reinterpret_cast<const unsigned char*>(given);
  std::copy_n(bytes, size, reinterpret_cast<unsigned char*>(&known));
  if (std::any_of(bytes + size, bytes + given->struct_size,
                  [](unsigned char b) { return b != 0; })) {
    return Invalid("a struct says what this version of the library does not know");
  }
  return known;
}

}  // namespace joinpass::c_api

#endif  // JOINPASS_BOT_ADAPTER_C_API_BOUNDARY_H_
