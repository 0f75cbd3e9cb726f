// Abseil's string_view is a type of its own on some distributions. This is the
// one bridge between it and the standard's.

#ifndef JOINPASS_LIB_BASE_TEXT_H_
#define JOINPASS_LIB_BASE_TEXT_H_

#include <string_view>

#include "absl/strings/string_view.h"

namespace joinpass::base {

inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view ToStd(absl::string_view text) { return {text.data(), text.size()}; }

}  // namespace joinpass::base

#endif  // JOINPASS_LIB_BASE_TEXT_H_
