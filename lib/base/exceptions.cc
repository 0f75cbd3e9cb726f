#include "base/exceptions.h"

#include <exception>
#include <new>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/undying.h"

namespace joinpass::base {
namespace {

absl::Status Exhausted(Cause what);

struct MadeAhead {
  const absl::Status status = Exhausted(Cause::kMemory);
};

absl::Status Exhausted(Cause what) {
  ErrorInfo info;
  info.reason = Reason::kResourcesExhausted;
  info.cause = what;
  info.request_left = true;
  return MakeError(info,
                   absl::StrCat("the process has none left of: ", std::string(CauseName(what))));
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

Cause ExhaustedBy(const std::error_code& error) {
  if (error == std::errc::too_many_files_open ||
      error == std::errc::too_many_files_open_in_system) {
    return Cause::kDescriptors;
  }
  if (error == std::errc::not_enough_memory || error == std::errc::no_buffer_space)
    return Cause::kMemory;
  return Cause::kNone;
}

absl::Status SystemError(Reason otherwise, std::string_view message, int error) {
  ErrorInfo info;
  info.cause = ExhaustedBy(std::error_code(error, std::generic_category()));
  info.reason = info.cause == Cause::kNone ? otherwise : Reason::kResourcesExhausted;
  return MakeError(info, absl::StrCat(std::string(message), " (errno ", error, ")"));
}

absl::Status StatusOfException() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return NoMemory();
  } catch (const std::system_error& error) {
    // Of all that we ask for, threads alone are refused so.
    if (error.code() == std::errc::resource_unavailable_try_again)
      return Exhausted(Cause::kThreads);
    const Cause what = ExhaustedBy(error.code());
    return what != Cause::kNone ? Exhausted(what) : Unforeseen();
  } catch (...) {
    return Unforeseen();
  }
}

}  // namespace joinpass::base
