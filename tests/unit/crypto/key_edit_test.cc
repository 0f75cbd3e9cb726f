#include <doctest/doctest.h>

#include <set>
#include <string>

#include "support/fork.h"
#include "unit/crypto/key_folder.h"

namespace joinpass::crypto {
namespace {

const std::string kLineC = "joinpass-key-1 0000002c Y2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2M=\n";
const MasterKey kKeyC = {.id = 0x2c, .bytes = Secret(std::string(32, 'c'))};

// The edited text, or the error's message.
std::string Shown(const absl::StatusOr<base::Buffer>& edited) {
  return edited.ok() ? std::string(base::View(*edited)) : std::string(edited.status().message());
}

std::string Lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    MasterKey key = {.id = static_cast<KeyId>(i), .bytes = Secret(std::string(32, 'x'))};
    const base::Buffer lines = WriteKeyLines({key});
    text += std::string(base::View(lines));
  }
  return text;
}

TEST_SUITE("The text of a key file") {
  TEST_CASE("takes a key more, behind all that is there") {
    struct Case {
      std::string text;
      std::string edited;
    };
    const std::vector<Case> cases = {
        {kLineA, kLineA + kLineC},
        {kLineA + kLineB, kLineA + kLineB + kLineC},
        {"# mine\n\n" + kLineA + "# end\n", "# mine\n\n" + kLineA + "# end\n" + kLineC},
        {kLineA + "# no line feed", kLineA + "# no line feed\n" + kLineC},
        {kLineA + kLineC, "key 0000002c: is there twice"},
        {"nonsense\n" + kLineA, "keys: line 1 is malformed"},
        {Lines(8), "key ring: needs 1 to 8 keys"},
        {kLineA + std::string(16 * 1024 - kLineA.size(), '#'),
         "key file: has no room for another key"},
    };
    for (const Case& each : cases) {
      CAPTURE(each.text);
      CHECK(Shown(WithKeyAdded(each.text, kKeyC)) == each.edited);
    }
    CHECK(ReadKeyLines(Shown(WithKeyAdded(Lines(7), kKeyC)))->size() == 8);
  }

  TEST_CASE("loses one key, and nothing else") {
    struct Case {
      std::string text;
      KeyId id;
      std::string edited;
    };
    const std::vector<Case> cases = {
        {kLineA + kLineB, kA, kLineB},
        {"# 1\n" + kLineA + "\n# 2\n" + kLineB + "# 3", kA, "# 1\n\n# 2\n" + kLineB + "# 3"},
        {kLineA + kLineB + kLineC, kB, kLineA + kLineC},
        {"  " + kLineA + kLineB.substr(0, kLineB.size() - 1), kA,
         kLineB.substr(0, kLineB.size() - 1)},
        {"# " + kLineA + kLineA + kLineB, kA, "# " + kLineA + kLineB},
        {kLineA + kLineB, kB, "key 0000002b: is the newest"},
        {kLineA, kA, "key 0000002a: is the newest"},
        {kLineA + kLineB, 7, "key 00000007: no such one"},
        {"nonsense\n", kA, "keys: line 1 is malformed"},
    };
    for (const Case& each : cases) {
      CAPTURE(each.text);
      CHECK(Shown(WithKeyRemoved(each.text, each.id)) == each.edited);
    }
  }
}

TEST_SUITE("A key file that is changed") {
  TEST_CASE_FIXTURE(KeyFolder, "has the new key at its end, and is its user's alone") {
    Write("# mine\n" + kLineA);
    const mode_t before = umask(0);
    const absl::StatusOr<KeyId> added = AddKey(path, base::SystemRandom());
    umask(before);
    REQUIRE(added.ok());
    CHECK(Ids() == std::vector<KeyId>{*added, kA});
    CHECK(testing::ReadFile(path).starts_with("# mine\n" + kLineA));
    CHECK(ModeOf(path) == 0600);
    CHECK(Files() == 1);

    CHECK(RemoveKey(path, kA).ok());
    CHECK(Ids() == std::vector<KeyId>{*added});
    CHECK(ReasonOf(RemoveKey(path, kA)) == Reason::kInvalidArgument);
    CHECK(ReasonOf(RemoveKey(path, *added)) == Reason::kInvalidArgument);
    CHECK(Files() == 1);
  }

  TEST_CASE_FIXTURE(KeyFolder, "is what it was after an error") {
    for (const std::string& text : {std::string("nonsense"), Lines(8)}) {
      Write(text);
      const absl::StatusOr<KeyId> added = AddKey(path, base::SystemRandom());
      REQUIRE_FALSE(added.ok());
      CHECK(ReasonOf(added.status()) == Reason::kKeyInvalid);
      CHECK(testing::ReadFile(path) == text);
      CHECK(Files() == 1);
    }
    std::filesystem::remove(path);
    CHECK(ReasonOf(AddKey(path, base::SystemRandom()).status()) == Reason::kKeyMissing);
    CHECK(Files() == 0);
  }

  TEST_CASE_FIXTURE(KeyFolder, "gets over the draft of somebody who died") {
    Write(kLineA);
    testing::WriteFile(path + ".new", "half a li");
    CHECK(AddKey(path, base::SystemRandom()).ok());
    CHECK(Ids().size() == 2);
    CHECK(Files() == 1);
  }

  TEST_CASE_FIXTURE(KeyFolder, "keeps what each of several processes did") {
    constexpr int kProcesses = 6;
    Write(kLineA + kLineB);
    const auto answers = testing::InProcesses(kProcesses, [this](int i) -> std::string {
      if (i == 0) {
        const absl::Status removed = RemoveKey(path, kA);
        return removed.ok() ? "removed" : std::string(removed.message());
      }
      const absl::StatusOr<KeyId> added = AddKey(path, base::SystemRandom());
      return added.ok() ? KeyName(*added) : std::string(added.status().message());
    });
    CHECK(answers[0] == "removed");
    std::set<std::string> expected(answers.begin() + 1, answers.end());
    expected.insert(KeyName(kB));
    std::set<std::string> found;
    for (const KeyId id : Ids()) found.insert(KeyName(id));
    CHECK(found == expected);
    CHECK(found.size() == kProcesses);
    CHECK(Files() == 1);
  }
}

}  // namespace
}  // namespace joinpass::crypto
