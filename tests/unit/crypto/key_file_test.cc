#include "crypto/key_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "support/fork.h"
#include "unit/crypto/key_folder.h"

namespace joinpass::crypto {
namespace {

const std::string& kGoodLine = kLineA;

struct KeyFileScene : KeyFolder {
  std::string WhyRefused() {
    const std::string before = testing::ReadFile(path);
    const absl::StatusOr<KeyFile> file = OpenIt();
    REQUIRE_FALSE(file.ok());
    CHECK(ReasonOf(file.status()) == Reason::kKeyInvalid);
    CHECK(testing::ReadFile(path) == before);
    return std::string(file.status().message());
  }
};

TEST_SUITE("The key file") {
  TEST_CASE_FIXTURE(KeyFileScene, "is made once, and then read") {
    const absl::StatusOr<KeyFile> made = OpenIt();
    REQUIRE(made.ok());
    CHECK(made->created);
    const std::string text = testing::ReadFile(path);
    CHECK(text.starts_with("# "));
    CHECK(text.find("\njoinpass-key-1 " + KeyName(made->ring.newest()) + " ") != std::string::npos);

    const absl::StatusOr<KeyFile> read = OpenIt();
    REQUIRE(read.ok());
    CHECK_FALSE(read->created);
    CHECK(read->ring.newest() == made->ring.newest());
    CHECK(read->ring.CurrentLookupKey({}, "x") == made->ring.CurrentLookupKey({}, "x"));
    CHECK(testing::ReadFile(path) == text);
  }

  TEST_CASE_FIXTURE(KeyFileScene, "is readable by its user alone, whatever the umask") {
    for (const mode_t mask : {0u, 0777u}) {
      const mode_t before = umask(mask);
      const bool opened = OpenIt().ok();
      umask(before);
      CHECK(opened);
      CHECK(ModeOf(path) == 0600);
      std::filesystem::remove(path);
    }
  }

  TEST_CASE_FIXTURE(KeyFileScene, "leaves no draft behind") {
    REQUIRE(OpenIt().ok());
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      CHECK(entry.path().filename() == "joinpass.key");
      ++files;
    }
    CHECK(files == 1);
  }

  TEST_CASE_FIXTURE(KeyFileScene, "is one, however many processes begin at once") {
    constexpr int kProcesses = 6;
    const auto answers = testing::InProcesses(kProcesses, [this](int) -> std::string {
      const absl::StatusOr<KeyFile> file = OpenIt();
      if (!file.ok()) return std::string(file.status().message());
      return (file->created ? "made " : "read ") + file->ring.CurrentLookupKey({}, "x");
    });
    const absl::StatusOr<KeyFile> file = OpenIt();
    REQUIRE(file.ok());
    const std::string key = file->ring.CurrentLookupKey({}, "x");
    CHECK(std::count(answers.begin(), answers.end(), "made " + key) == 1);
    CHECK(std::count(answers.begin(), answers.end(), "read " + key) == kProcesses - 1);
  }

  TEST_CASE_FIXTURE(KeyFileScene, "may hold comments and several keys, the newest last") {
    Write("# comment\r\n\n  " + kGoodLine +
          "joinpass-key-1 0000002B YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmI=");
    const absl::StatusOr<KeyFile> file = OpenIt();
    REQUIRE(file.ok());
    CHECK(file->ring.ids() == std::vector<KeyId>{0x2b, 0x2a});
  }

  TEST_CASE_FIXTURE(KeyFileScene, "that is not there is said to be missing") {
    const absl::StatusOr<KeyFile> file = ReadKeyFile(path);
    REQUIRE_FALSE(file.ok());
    CHECK(ReasonOf(file.status()) == Reason::kKeyMissing);
    CHECK_FALSE(std::filesystem::exists(path));
  }

  TEST_CASE_FIXTURE(KeyFileScene, "in a folder that is not there cannot be made") {
    path = folder / "no/joinpass.key";
    const absl::StatusOr<KeyFile> file = OpenIt();
    REQUIRE_FALSE(file.ok());
    CHECK(ReasonOf(file.status()) == Reason::kStoreUnavailable);
  }

  TEST_CASE_FIXTURE(KeyFileScene, "is refused if others can read it") {
    for (const mode_t mode : {0640u, 0604u, 0602u, 0610u}) {
      Write(kGoodLine, mode);
      CHECK(WhyRefused() == "key file: others can read it (chmod 600)");
    }
    Write(kGoodLine, 0400);
    CHECK(OpenIt().ok());
  }

  TEST_CASE_FIXTURE(KeyFileScene, "is refused if it is a link, a folder or a pipe") {
    testing::WriteFile(folder / "real", kGoodLine);
    REQUIRE(chmod((folder / "real").c_str(), 0600) == 0);
    REQUIRE(symlink("real", path.c_str()) == 0);
    CHECK(WhyRefused() == "key file: is a symbolic link");
    std::filesystem::remove(path);
    REQUIRE(symlink("nowhere", path.c_str()) == 0);
    CHECK(WhyRefused() == "key file: is a symbolic link");
    std::filesystem::remove(path);
    REQUIRE(mkdir(path.c_str(), 0700) == 0);
    CHECK(WhyRefused() == "key file: is not a plain file");
    std::filesystem::remove(path);
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    const absl::StatusOr<KeyFile> pipe = OpenIt();
    REQUIRE_FALSE(pipe.ok());
    CHECK(pipe.status().message() == "key file: is not a plain file");
  }

  // Only root can give a file away.
  TEST_CASE_FIXTURE(KeyFileScene,
                    "is refused if it is another user's" * doctest::skip(geteuid() != 0)) {
    Write(kGoodLine);
    REQUIRE(chown(path.c_str(), 12345, static_cast<gid_t>(-1)) == 0);
    CHECK(WhyRefused() == "key file: belongs to another user");
  }

  TEST_CASE_FIXTURE(KeyFileScene,
                    "is refused if it is malformed, and the message repeats nothing") {
    struct Case {
      std::string text;
      std::string why;
    };
    const std::string key = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=";
    const std::vector<Case> cases = {
        {"", "key ring: needs 1 to 8 keys"},
        {"# only a comment\n", "key ring: needs 1 to 8 keys"},
        {kGoodLine + kGoodLine, "key 0000002a: is there twice"},
        {"# 1\njoinpass-key-1 2a " + key, "keys: line 2 is malformed"},
        {"joinpass-key-1 0000002g " + key, "keys: line 1 is malformed"},
        {"joinpass-key-1 0x00002a " + key, "keys: line 1 is malformed"},
        {"joinpass-key-2 0000002a " + key, "keys: line 1 is malformed"},
        {"joinpass-key-1 0000002a " + key + " more", "keys: line 1 is malformed"},
        {"joinpass-key-1 0000002a YWFh", "keys: line 1 is malformed"},
        {"joinpass-key-1 0000002a " + key + key, "keys: line 1 is malformed"},
        {"joinpass-key-1 0000002a !" + key, "keys: line 1 is malformed"},
        {"joinpass-key-1 0000002a", "keys: line 1 is malformed"},
        {std::string(100, '\0'), "keys: line 1 is malformed"},
        {std::string(16 * 1024 + 1, '#'), "key file: is larger than 16 KiB"},
    };
    for (const Case& each : cases) {
      CAPTURE(each.text);
      Write(each.text);
      CHECK(WhyRefused() == each.why);
    }
    Write(kGoodLine + std::string(16 * 1024 - kGoodLine.size(), '#'));
    CHECK(OpenIt().ok());
  }
}

}  // namespace
}  // namespace joinpass::crypto
