// A key file in a folder of its own.

#ifndef JOINPASS_TESTS_UNIT_CRYPTO_KEY_FOLDER_H_
#define JOINPASS_TESTS_UNIT_CRYPTO_KEY_FOLDER_H_

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/status.h"
#include "crypto/key_file.h"
#include "support/temp_folder.h"

namespace joinpass::crypto {

inline const std::string kLineA =
    "joinpass-key-1 0000002a YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=\n";
inline const std::string kLineB =
    "joinpass-key-1 0000002b YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmI=\n";
inline constexpr KeyId kA = 0x2a;
inline constexpr KeyId kB = 0x2b;

struct KeyFolder {
  testing::TempFolder folder;
  std::string path = folder / "joinpass.key";

  absl::StatusOr<KeyFile> OpenIt() { return OpenKeyFile(path, base::SystemRandom()); }
  void Write(std::string_view text, mode_t mode = 0600) {
    testing::WriteFile(path, text);
    REQUIRE(chmod(path.c_str(), mode) == 0);
  }
  // As whoever changes a key file should.
  void Replace(std::string_view text) {
    testing::WriteFile(path + ".draft", text);
    REQUIRE(chmod((path + ".draft").c_str(), 0600) == 0);
    std::filesystem::rename(path + ".draft", path);
  }
  std::vector<KeyId> Ids() {
    const absl::StatusOr<KeyFile> file = ReadKeyFile(path);
    REQUIRE(file.ok());
    return file->ring.ids();
  }
  std::size_t Files() {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      files += entry.exists() ? 1 : 0;
    }
    return files;
  }
};

inline mode_t ModeOf(const std::string& path) {
  struct stat file = {};
  REQUIRE(lstat(path.c_str(), &file) == 0);
  return file.st_mode & 07777;
}

}  // namespace joinpass::crypto

#endif  // JOINPASS_TESTS_UNIT_CRYPTO_KEY_FOLDER_H_
