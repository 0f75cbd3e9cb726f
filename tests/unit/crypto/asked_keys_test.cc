#include "crypto/asked_keys.h"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"
#include "support/manual_loop.h"
#include "unit/crypto/key_folder.h"

namespace joinpass::crypto {
namespace {

const std::string kLineC = "joinpass-key-1 0000002c Y2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2M=\n";
constexpr KeyId kC = 0x2c;

using Ids = std::vector<KeyId>;

// A key management service.
struct AskedScene {
  testing::FakeClock clock;
  absl::StatusOr<Secret> text = Secret(kLineA);
  bool throws = false;
  int asked = 0;
  absl::Duration takes;

  absl::StatusOr<std::unique_ptr<AskedKeys>> TryToOpen() {
    return AskedKeys::Open(
        [this]() -> absl::StatusOr<Secret> {
          ++asked;
          clock.Advance(takes);
          if (throws) throw std::runtime_error("of theirs");
          return text;
        },
        clock);
  }
  std::unique_ptr<AskedKeys> Open() {
    auto opened = TryToOpen();
    REQUIRE(opened.ok());
    return *std::move(opened);
  }
  std::string WhyNot() {
    const auto opened = TryToOpen();
    REQUIRE_FALSE(opened.ok());
    return absl::StrCat(base::ToAbsl(ReasonName(ReasonOf(opened.status()))), ": ",
                        opened.status().message());
  }
};

TEST_SUITE("Keys that somebody else keeps") {
  TEST_CASE_FIXTURE(AskedScene, "are asked for once, and again only for a reason") {
    const auto keys = Open();
    text = Secret(kLineA + kLineB);
    CHECK(keys->Current().ids() == Ids{kA});
    CHECK(keys->CurrentToSeal()->ids() == Ids{kA});
    keys->NoteInUse(kA);
    CHECK(asked == 1);
    REQUIRE(keys->Ask().ok());
    CHECK(keys->Current().ids() == Ids{kB, kA});
    CHECK(asked == 2);
  }

  TEST_CASE_FIXTURE(AskedScene, "wait until a store is sealed with them") {
    text = Secret(kLineA + kLineB + kLineC);
    const auto keys = Open();
    CHECK(keys->Current().newest() == kC);  // no store has said anything
    keys->NoteInUse(kA);
    const KeyRing waiting = keys->Current();
    CHECK(waiting.newest() == kA);
    CHECK(waiting.ids() == Ids{kC, kB, kA});
    CHECK(waiting.SealingKey(kC) != nullptr);
    CHECK(keys->NewestToSeal()->newest() == kC);

    keys->NoteInUse(kB);
    CHECK(keys->CurrentToSeal()->newest() == kB);
    CHECK_FALSE(keys->Current() == waiting);
    keys->NoteInUse(kA);  // of a file that is not so far yet
    CHECK(keys->Current().newest() == kB);
    CHECK(asked == 1);
  }

  TEST_CASE_FIXTURE(AskedScene, "are asked for when one is missing, at most every 10 s") {
    const auto keys = Open();
    keys->NoteInUse(kA);
    keys->NoteInUse(kB);
    CHECK(asked == 2);
    CHECK(keys->Current().ids() == Ids{kA});
    text = Secret(kLineA + kLineB);
    keys->NoteInUse(kB);
    keys->NoteMissing();
    CHECK(asked == 2);
    clock.Advance(AskedKeys::kAskAgainAfter - absl::Milliseconds(1));
    keys->NoteMissing();
    CHECK(asked == 2);
    clock.Advance(absl::Milliseconds(1));
    keys->NoteInUse(kB);
    CHECK(asked == 3);
    CHECK(keys->Current().newest() == kB);
  }

  TEST_CASE_FIXTURE(AskedScene, "are not asked for anew by each who waited for a slow answer") {
    const auto keys = Open();
    takes = absl::Seconds(12);
    keys->NoteMissing();
    keys->NoteMissing();
    CHECK(asked == 2);
  }

  TEST_CASE_FIXTURE(AskedScene, "wait, whatever was taken out") {
    text = Secret(kLineA + kLineB);
    const auto keys = Open();
    keys->NoteInUse(kA);
    text = Secret(kLineB + kLineC);
    REQUIRE(keys->Ask().ok());
    CHECK(keys->Current().newest() == kB);  // a store will say if that is not so
  }

  TEST_CASE_FIXTURE(AskedScene, "stay in use while nobody gives any") {
    const auto keys = Open();
    SUBCASE("since there is an error") { text = absl::UnavailableError("no route"); }
    SUBCASE("since it threw") { throws = true; }
    SUBCASE("since it is nonsense") { text = Secret("nonsense"); }
    SUBCASE("since it is nothing") { text = Secret(""); }
    CHECK_FALSE(keys->Ask().ok());
    keys->NoteMissing();
    CHECK(keys->Current().ids() == Ids{kA});
    CHECK(keys->CurrentToSeal().ok());
    text = Secret(kLineB);
    throws = false;
    CHECK(keys->Ask().ok());
    CHECK(keys->Current().ids() == Ids{kB});
  }

  TEST_CASE_FIXTURE(AskedScene, "must be there at the beginning, and readable") {
    text = absl::UnavailableError("no route\nto it");
    CHECK(WhyNot() ==
          "store_unavailable: keys: the callback gave none: UNAVAILABLE: no route?to it");
    text = Secret(kLineA + "joinpass-key-1 2a secret\n");
    CHECK(WhyNot() == "key_invalid: keys: line 2 is malformed");
    text = Secret(kLineA + kLineA);
    CHECK(WhyNot() == "key_invalid: key 0000002a: is there twice");
    text = Secret("# none\n");
    CHECK(WhyNot() == "key_invalid: key ring: needs 1 to 8 keys");
    text = Secret(kLineA + std::string(std::size_t{16} * 1024, '#'));
    CHECK(WhyNot() == "key_invalid: keys: larger than 16 KiB");
    throws = true;
    CHECK(WhyNot().rfind("store_unavailable: keys: the callback threw: ", 0) == 0);
  }

  TEST_CASE_FIXTURE(AskedScene, "are added and taken out where they are kept") {
    const auto keys = Open();
    const auto added = keys->Add(base::SystemRandom());
    REQUIRE_FALSE(added.ok());
    CHECK(ReasonOf(added.status()) == Reason::kInvalidArgument);
    CHECK(keys->Remove(kA).ok());
    CHECK(keys->Current().ids() == Ids{kA});
  }

  TEST_CASE("are made as lines that can stand below each other") {
    const Secret one = MakeKeyLine(base::SystemRandom());
    const Secret two = MakeKeyLine(base::SystemRandom());
    CHECK_FALSE(one == two);
    const auto ring = ReadKeyText(std::string(one.Reveal()) + std::string(two.Reveal()));
    REQUIRE(ring.ok());
    CHECK(ring->ids().size() == 2);
    CHECK(two.Reveal().find(KeyName(ring->newest())) != std::string_view::npos);
  }
}

TEST_SUITE("KeyRing") {
  TEST_CASE("seals with the newest key that does not wait") {
    const auto ring = ReadKeyText(kLineA + kLineB + kLineC);
    REQUIRE(ring.ok());
    const LookupPlace place = {.table = "t", .column = "c", .app = ""};
    const KeyRing waiting = ring->SealingWith(kB);
    CHECK(waiting.newest() == kB);
    CHECK(waiting.CurrentLookupKey(place, "x") == waiting.LookupKeys(place, "x")[1]);
    CHECK(ring->CurrentLookupKey(place, "x") == waiting.LookupKeys(place, "x")[0]);
    CHECK(waiting.IsOlder(kB, kC));
    CHECK_FALSE(waiting == *ring);
    CHECK(waiting.SealingWith(kC) == *ring);
    CHECK(waiting.SealingWith(7) == *ring);
  }
}

}  // namespace
}  // namespace joinpass::crypto
