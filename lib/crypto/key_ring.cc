#include "crypto/key_ring.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "crypto/fields.h"
#include "crypto/hkdf.h"
#include "crypto/hmac.h"

namespace joinpass::crypto {
namespace {

constexpr std::string_view kSealingLabel = "joinpass sealing key 1";
constexpr std::string_view kLookupLabel = "joinpass look-up key 1";
constexpr std::size_t kDerivedKeySize = 32;

std::string LookupKeyUnder(const HmacKey& key, std::string_view message) {
  const Digest digest = key.Of(message);
  return std::string(View(digest).substr(0, kLookupKeySize));
}

base::Buffer LookupMessage(const LookupPlace& place, std::string_view value) {
  return JoinFields({place.table, place.column, place.app, value});
}

}  // namespace

std::string KeyName(KeyId id) { return absl::StrCat(absl::Hex(id, absl::kZeroPad8)); }

absl::StatusOr<KeyRing> KeyRing::Make(std::vector<MasterKey> keys) {
  if (keys.empty() || keys.size() > kMostKeys) {
    return base::MakeError(Reason::kKeyInvalid,
                           absl::StrCat("key ring: needs 1 to ", kMostKeys, " keys"));
  }
  std::vector<Key> ring;
  for (const MasterKey& key : keys) {
    const std::string where = absl::StrCat("key ", KeyName(key.id), ": ");
    if (key.bytes.size() != kMasterKeySize) {
      return base::MakeError(Reason::kKeyInvalid, where + "is not of 32 bytes");
    }
    const auto same_id = [&](const Key& other) { return other.id == key.id; };
    if (std::any_of(ring.begin(), ring.end(), same_id)) {
      return base::MakeError(Reason::kKeyInvalid, where + "is there twice");
    }
    ring.push_back(
        {.id = key.id,
         .sealing = Hkdf(key.bytes.Reveal(), "", kSealingLabel, kDerivedKeySize),
         .lookup = HmacKey(Hkdf(key.bytes.Reveal(), "", kLookupLabel, kDerivedKeySize).Reveal())});
  }
  std::reverse(ring.begin(), ring.end());
  KeyRing made;
  made.keys_ = std::make_shared<const std::vector<Key>>(std::move(ring));
  return made;
}

KeyRing KeyRing::SealingWith(KeyId id) const {
  KeyRing other = *this;
  const auto has_id = [id](const Key& key) { return key.id == id; };
  const auto found = std::find_if(keys_->begin(), keys_->end(), has_id);
  other.sealing_ = found == keys_->end() ? 0 : static_cast<std::size_t>(found - keys_->begin());
  return other;
}

KeyId KeyRing::newest() const { return (*keys_)[sealing_].id; }

std::vector<KeyId> KeyRing::ids() const {
  std::vector<KeyId> ids;
  for (const Key& key : *keys_) ids.push_back(key.id);
  return ids;
}

bool KeyRing::IsOlder(KeyId a, KeyId b) const {
  if (a == b) return false;
  for (const Key& key : *keys_) {
    if (key.id == a) return false;
    if (key.id == b) return true;
  }
  return false;
}

const Secret* KeyRing::SealingKey(KeyId id) const {
  for (const Key& key : *keys_) {
    if (key.id == id) return &key.sealing;
  }
  return nullptr;
}

std::string KeyRing::CurrentLookupKey(const LookupPlace& place, std::string_view value) const {
  return LookupKeyUnder((*keys_)[sealing_].lookup, base::View(LookupMessage(place, value)));
}

std::vector<std::string> KeyRing::LookupKeys(const LookupPlace& place,
                                             std::string_view value) const {
  const base::Buffer message = LookupMessage(place, value);
  std::vector<std::string> found;
  for (const Key& key : *keys_) found.push_back(LookupKeyUnder(key.lookup, base::View(message)));
  return found;
}

}  // namespace joinpass::crypto
