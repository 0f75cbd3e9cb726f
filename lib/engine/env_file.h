// What a file of settings says, line by line. Pure.

#ifndef JOINPASS_LIB_ENGINE_ENV_FILE_H_
#define JOINPASS_LIB_ENGINE_ENV_FILE_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "joinpass/secret.h"

namespace joinpass::engine {

inline constexpr std::size_t kLargestEnvFile = 64 * 1024;

// By name. The grammar is that of SettingsSources::env_file (settings.h).
//
// Errors:
//   invalid_argument  names the line that is wrong, never what it says
absl::StatusOr<std::map<std::string, Secret>> ReadEnvLines(std::string_view text);

}  // namespace joinpass::engine

#endif  // JOINPASS_LIB_ENGINE_ENV_FILE_H_
