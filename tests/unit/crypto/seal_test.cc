#include "crypto/seal.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "base/status.h"

namespace joinpass::crypto {
namespace {

Secret Counting() {
  std::string bytes;
  for (char c = 0; c < 32; ++c) bytes.push_back(c);
  return Secret(bytes);
}

MasterKey Key(KeyId id, char fill) {
  return {.id = id, .bytes = Secret(std::string(kMasterKeySize, fill))};
}

KeyRing Ring(std::vector<MasterKey> keys) {
  absl::StatusOr<KeyRing> ring = KeyRing::Make(std::move(keys));
  REQUIRE(ring.ok());
  return *std::move(ring);
}

// Gives 0x40, 0x41, …
class CountingRandom final : public base::Random {
 public:
  void Fill(std::span<unsigned char> out) override {
    unsigned char next = 0x40;
    for (unsigned char& byte : out) byte = next++;
  }
};

constexpr Place kPlace = {"credential", "tokens", "cred_1"};

Reason WhyClosed(const KeyRing& ring, const Place& place, std::string_view sealed) {
  const absl::StatusOr<base::Buffer> opened = Open(ring, place, sealed);
  REQUIRE_FALSE(opened.ok());
  return ReasonOf(opened.status());
}

TEST_SUITE("Sealing") {
  struct Sealer {
    KeyRing ring = Ring({Key(1, 'a')});

    std::string SealHere(std::string_view text) {
      return Seal(ring, kPlace, text, base::SystemRandom());
    }
  };

  TEST_CASE_FIXTURE(Sealer, "opens what it sealed, of any size") {
    for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 5'000u}) {
      const std::string text(size, 'x');
      const std::string sealed = SealHere(text);
      CHECK(sealed.size() == size + kSealOverhead);
      const absl::StatusOr<base::Buffer> opened = Open(ring, kPlace, sealed);
      REQUIRE(opened.ok());
      CHECK(base::View(*opened) == text);
    }
  }

  // Worked out by another implementation of HKDF and AES-GCM: what is stored
  // today must open for ever.
  TEST_CASE("gives the same bytes on every day and machine") {
    CountingRandom random;
    const KeyRing ring = Ring({{.id = 0xc0ffee01, .bytes = Counting()}});
    CHECK(absl::BytesToHexString(Seal(ring, kPlace, "a secret of some length", random)) ==
          "01c0ffee01404142434445464748494a4b2e4f3cde743e6e751c30b7f1d5c2210acff609bf03980f97b3"
          "8e89562252a30e361a0adadd96a4");
    CHECK(absl::BytesToHexString(ring.CurrentLookupKey(
              {"meeting", "number", "app_1"}, "85746065")) == "0b48deabfc002164f50bf20ef1f8af8a");
  }

  TEST_CASE_FIXTURE(Sealer, "never gives the same bytes twice") {
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) CHECK(seen.insert(SealHere("text")).second);
  }

  TEST_CASE_FIXTURE(Sealer, "does not open with one bit changed, wherever it is") {
    const std::string sealed = SealHere("some text");
    for (std::size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
      std::string changed = sealed;
      changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
      CAPTURE(bit);
      CHECK(WhyClosed(ring, kPlace, changed) == Reason::kStoreCorrupt);
    }
  }

  TEST_CASE_FIXTURE(Sealer, "does not open when cut or lengthened") {
    const std::string sealed = SealHere("some text");
    for (std::size_t size = 0; size < sealed.size(); ++size) {
      CAPTURE(size);
      CHECK(WhyClosed(ring, kPlace, std::string_view(sealed).substr(0, size)) ==
            Reason::kStoreCorrupt);
    }
    CHECK(WhyClosed(ring, kPlace, sealed + '\0') == Reason::kStoreCorrupt);
  }

  TEST_CASE_FIXTURE(Sealer, "does not open at another place") {
    const std::string sealed = SealHere("some text");
    const std::vector<Place> others = {
        {"credential", "tokens", "cred_2"}, {"credential", "user", "cred_1"},
        {"app", "tokens", "cred_1"},        {"credentialt", "okens", "cred_1"},
        {"credential", "tokenscred_1", ""}, {"", "", ""},
    };
    for (const Place& other : others) {
      CHECK(WhyClosed(ring, other, sealed) == Reason::kStoreCorrupt);
    }
  }

  TEST_CASE_FIXTURE(Sealer, "names the key that it lacks") {
    const std::string sealed = SealHere("some text");
    const absl::StatusOr<base::Buffer> opened = Open(Ring({Key(2, 'b')}), kPlace, sealed);
    REQUIRE_FALSE(opened.ok());
    CHECK(ReasonOf(opened.status()) == Reason::kKeyMissing);
    CHECK(opened.status().message() ==
          "credential: sealed with key 00000001, which is not in the ring");
  }

  TEST_CASE_FIXTURE(Sealer, "another key under the same id opens nothing") {
    CHECK(WhyClosed(Ring({Key(1, 'b')}), kPlace, SealHere("text")) == Reason::kStoreCorrupt);
  }

  TEST_CASE_FIXTURE(Sealer, "uses the newest key, and opens with each") {
    const std::string old = SealHere("some text");
    const KeyRing both = Ring({Key(1, 'a'), Key(2, 'b')});
    CHECK(Open(both, kPlace, old).ok());
    const std::string fresh = Seal(both, kPlace, "some text", base::SystemRandom());
    CHECK(WhyClosed(ring, kPlace, fresh) == Reason::kKeyMissing);
    CHECK(Open(Ring({Key(2, 'b')}), kPlace, fresh).ok());
  }
}

TEST_SUITE("KeyRing") {
  TEST_CASE("looks up under each key, the newest first") {
    const LookupPlace place = {"meeting", "number", "app_1"};
    const KeyRing first = Ring({Key(1, 'a')});
    const KeyRing both = Ring({Key(1, 'a'), Key(2, 'b')});
    CHECK(both.newest() == 2);
    CHECK(both.ids() == std::vector<KeyId>{2, 1});
    const std::vector<std::string> keys = both.LookupKeys(place, "123");
    REQUIRE(keys.size() == 2);
    CHECK(keys[0] == both.CurrentLookupKey(place, "123"));
    CHECK(keys[1] == first.CurrentLookupKey(place, "123"));
    CHECK(keys[0].size() == kLookupKeySize);
  }

  TEST_CASE("gives another look-up key for each value and place") {
    const KeyRing ring = Ring({Key(1, 'a')});
    std::set<std::string> keys;
    for (const LookupPlace& place : std::vector<LookupPlace>{{"meeting", "number", "app_1"},
                                                             {"meeting", "number", "app_2"},
                                                             {"meeting", "number", ""},
                                                             {"meeting", "numbe", "rapp_1"},
                                                             {"host", "number", "app_1"},
                                                             {"meeting", "host", "app_1"}}) {
      for (const char* value : {"123", "124", ""}) {
        CHECK(keys.insert(ring.CurrentLookupKey(place, value)).second);
      }
    }
  }

  TEST_CASE("seals and looks up with keys that are not the master key") {
    const KeyRing ring = Ring({{.id = 7, .bytes = Counting()}});
    CHECK_FALSE(*ring.SealingKey(7) == Counting());
    CHECK(ring.SealingKey(8) == nullptr);
  }

  TEST_CASE("refuses keys that cannot be") {
    const auto why = [](std::vector<MasterKey> keys) {
      const absl::StatusOr<KeyRing> ring = KeyRing::Make(std::move(keys));
      REQUIRE_FALSE(ring.ok());
      CHECK(ReasonOf(ring.status()) == Reason::kKeyInvalid);
      return std::string(ring.status().message());
    };
    std::vector<MasterKey> many;
    for (KeyId id = 1; id <= kMostKeys; ++id) many.push_back(Key(id, 'a'));
    CHECK(KeyRing::Make(many).ok());
    many.push_back(Key(kMostKeys + 1, 'a'));
    CHECK(why(many) == "key ring: needs 1 to 8 keys");
    CHECK(why({}) == "key ring: needs 1 to 8 keys");
    CHECK(why({Key(1, 'a'), Key(1, 'b')}) == "key 00000001: is there twice");
    CHECK(why({{.id = 1, .bytes = Secret("short")}}) == "key 00000001: is not of 32 bytes");
  }
}

}  // namespace
}  // namespace joinpass::crypto
