#include "base/exceptions.h"

#include <exception>
#include <new>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/undying.h"

namespace joinpass::base {
namespace {

absl::Status Exhausted(const char* what);

struct MadeAhead {
  const absl::Status status = Exhausted("memory");
};

absl::Status Exhausted(const char* what) {
  ErrorInfo info;
  info.reason = Reason::kResourcesExhausted;
  info.cause = what;
  info.request_left = true;
  return MakeError(info, std::string("the process has none left of: ") + what);
}

// Made when there is memory: to make it when there is none would throw again.
const absl::Status& NoMemory() {
  static Undying<MadeAhead> status;
  return status.get().status;
}

// Before main(), or when the library is loaded.
[[maybe_unused]] const bool made_ahead = !NoMemory().ok();

absl::Status Unforeseen() {
  ErrorInfo info;
  info.reason = Reason::kInternal;
  info.request_left = true;
  return MakeError(info, "an exception of an unforeseen kind");
}

}  // namespace

const char* ExhaustedBy(const std::error_code& error) {
  if (error == std::errc::too_many_files_open ||
      error == std::errc::too_many_files_open_in_system) {
    return "descriptors";
  }
  if (error == std::errc::not_enough_memory || error == std::errc::no_buffer_space) return "memory";
  return "";
}

absl::Status SystemError(Reason otherwise, std::string_view message, int error) {
  ErrorInfo info;
  info.cause = ExhaustedBy(std::error_code(error, std::generic_category()));
  info.reason = info.cause.empty() ? otherwise : Reason::kResourcesExhausted;
  return MakeError(info, absl::StrCat(std::string(message), " (errno ", error, ")"));
}

absl::Status StatusOfException() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return NoMemory();
  } catch (const std::system_error& error) {
    // Of all that we ask for, threads alone are refused so.
    if (error.code() == std::errc::resource_unavailable_try_again) return Exhausted("threads");
    const char* const what = ExhaustedBy(error.code());
    return *what != '\0' ? Exhausted(what) : Unforeseen();
  } catch (...) {
    return Unforeseen();
  }
}

}  // namespace joinpass::base
