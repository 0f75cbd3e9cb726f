#include "crypto/key_file_source.h"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "unit/crypto/key_folder.h"

namespace joinpass::crypto {
namespace {

struct KeySourceScene : KeyFolder {
  std::unique_ptr<KeyFileSource> source;

  KeySourceScene() {
    Write(kLineA);
    auto opened = KeyFileSource::Open(path);
    REQUIRE(opened.ok());
    source = *std::move(opened);
  }

  Reason WhyNothingIsSealed() {
    const absl::StatusOr<KeyRing> ring = source->CurrentToSeal();
    REQUIRE_FALSE(ring.ok());
    return ReasonOf(ring.status());
  }
};

TEST_SUITE("Keys that come from a file") {
  TEST_CASE_FIXTURE(KeySourceScene, "are read again only when the file is another one") {
    const KeyRing first = source->Current();
    CHECK(first.ids() == std::vector<KeyId>{kA});
    CHECK(source->Current() == first);
    CHECK(*source->CurrentToSeal() == first);

    Replace(kLineA + kLineB);
    CHECK(source->Current().ids() == std::vector<KeyId>{kB, kA});
    CHECK_FALSE(source->Current() == first);
    CHECK(source->CurrentToSeal()->newest() == kB);
    CHECK(first.ids() == std::vector<KeyId>{kA});

    Replace(kLineB);
    CHECK(source->CurrentToSeal()->ids() == std::vector<KeyId>{kB});
    // Of the size of the first, and perhaps where that one was.
    Replace(kLineA);
    CHECK(source->Current().ids() == std::vector<KeyId>{kA});
  }

  TEST_CASE_FIXTURE(KeySourceScene, "show at once what this or another process adds") {
    const absl::StatusOr<KeyId> mine = source->Add(base::SystemRandom());
    REQUIRE(mine.ok());
    CHECK(source->Current().newest() == *mine);
    const absl::StatusOr<KeyId> another = AddKey(path, base::SystemRandom());
    REQUIRE(another.ok());
    CHECK(source->CurrentToSeal()->ids() == std::vector<KeyId>{*another, *mine, kA});
    CHECK(source->Remove(*mine).ok());
    CHECK(source->Current().ids() == std::vector<KeyId>{*another, kA});
  }

  TEST_CASE_FIXTURE(KeySourceScene, "open but seal no more when the file cannot be read") {
    SUBCASE("since it is gone") {
      std::filesystem::remove(path);
      CHECK(WhyNothingIsSealed() == Reason::kKeyMissing);
    }
    SUBCASE("since others can read it") {
      REQUIRE(chmod(path.c_str(), 0644) == 0);
      CHECK(WhyNothingIsSealed() == Reason::kKeyInvalid);
    }
    SUBCASE("since it is malformed") {
      Replace("nonsense");
      CHECK(WhyNothingIsSealed() == Reason::kKeyInvalid);
    }
    CHECK(source->Current().ids() == std::vector<KeyId>{kA});
    Replace(kLineA + kLineB);
    CHECK(source->CurrentToSeal()->newest() == kB);
  }

  TEST_CASE_FIXTURE(KeySourceScene, "are whole for each of several threads") {
    std::atomic<bool> over = false;
    std::atomic<int> wrong = 0;
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
      readers.emplace_back([this, &over, &wrong] {
        std::size_t most = 1;
        while (!over) {
          const std::size_t size = source->Current().ids().size();
          if (size < most || !source->CurrentToSeal().ok()) ++wrong;
          most = size;
        }
      });
    }
    for (int i = 0; i < 7; ++i) CHECK(AddKey(path, base::SystemRandom()).ok());
    over = true;
    for (std::thread& reader : readers) reader.join();
    CHECK(wrong == 0);
    CHECK(source->Current().ids().size() == 8);
  }

  TEST_CASE_FIXTURE(KeyFolder, "need a file that is there") {
    const auto opened = KeyFileSource::Open(path);
    REQUIRE_FALSE(opened.ok());
    CHECK(ReasonOf(opened.status()) == Reason::kKeyMissing);
  }
}

TEST_SUITE("KeyRing") {
  TEST_CASE("knows which of two keys is older") {
    const auto key = [](KeyId id) {
      return MasterKey{.id = id, .bytes = Secret(std::string(32, 'x'))};
    };
    const absl::StatusOr<KeyRing> ring = KeyRing::Make({key(9), key(1)});
    REQUIRE(ring.ok());
    CHECK(ring->IsOlder(9, 1));
    CHECK_FALSE(ring->IsOlder(1, 9));
    CHECK_FALSE(ring->IsOlder(1, 1));
    CHECK(ring->IsOlder(5, 9));
    CHECK_FALSE(ring->IsOlder(9, 5));
    CHECK_FALSE(ring->IsOlder(5, 6));
  }
}

}  // namespace
}  // namespace joinpass::crypto
