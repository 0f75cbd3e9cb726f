#include "crypto/seal.h"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"
#include "crypto/fields.h"

namespace joinpass::crypto {
namespace {

constexpr char kFormat = 1;
constexpr std::size_t kNonceAt = 5;
constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTextAt = kNonceAt + kNonceSize;
constexpr std::size_t kTagSize = 16;
static_assert(kSealOverhead == kTextAt + kTagSize);

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

// Fetched once: fetching costs as much as sealing a short value.
const EVP_CIPHER* Cipher() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return cipher;
}

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
int Length(std::string_view text) { return static_cast<int>(text.size()); }

base::Buffer AssociatedData(const Place& place) {
  constexpr std::string_view kFormatName("\x01", 1);
  return JoinFields({kFormatName, place.table, place.column, place.row});
}

// One of these for each direction, so that `Seal` and `Open` read alike.
bool Encrypt(const Secret& key, std::string_view nonce, std::string_view associated,
             std::string_view text, unsigned char* out, unsigned char* tag) {
  const Context context(EVP_CIPHER_CTX_new());
  int done = 0;
  return context &&
         EVP_EncryptInit_ex2(context.get(), Cipher(), Bytes(key.Reveal()), Bytes(nonce), nullptr) ==
             1 &&
         EVP_EncryptUpdate(context.get(), nullptr, &done, Bytes(associated), Length(associated)) ==
             1 &&
         (text.empty() ||
          EVP_EncryptUpdate(context.get(), out, &done, Bytes(text), Length(text)) == 1) &&
         EVP_EncryptFinal_ex(context.get(), tag, &done) == 1 &&
         EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagSize, tag) == 1;
}

bool Decrypt(const Secret& key, std::string_view nonce, std::string_view associated,
             std::string_view text, std::string_view tag, base::Buffer& out) {
  const Context context(EVP_CIPHER_CTX_new());
  std::array<unsigned char, kTagSize> expected;
  tag.copy(reinterpret_cast<char*>(expected.data()), expected.size());
  auto* const to = reinterpret_cast<unsigned char*>(out.data());
  std::array<unsigned char, 16> rest;
  int done = 0;
  return context &&
         EVP_DecryptInit_ex2(context.get(), Cipher(), Bytes(key.Reveal()), Bytes(nonce), nullptr) ==
             1 &&
         EVP_DecryptUpdate(context.get(), nullptr, &done, Bytes(associated), Length(associated)) ==
             1 &&
         (text.empty() ||
          EVP_DecryptUpdate(context.get(), to, &done, Bytes(text), Length(text)) == 1) &&
         EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagSize, expected.data()) == 1 &&
         EVP_DecryptFinal_ex(context.get(), rest.data(), &done) == 1;
}

std::optional<base::Buffer> OpenUnder(const Secret& key, const Place& place,
                                      std::string_view sealed) {
  const base::Buffer associated = AssociatedData(place);
  const std::string_view text = sealed.substr(kTextAt, sealed.size() - kSealOverhead);
  base::Buffer opened(text.size());
  if (!Decrypt(key, sealed.substr(kNonceAt, kNonceSize), base::View(associated), text,
               sealed.substr(sealed.size() - kTagSize), opened)) {
    return std::nullopt;
  }
  return opened;
}

absl::Status Corrupt(const Place& place) {
  return base::MakeError(Reason::kStoreCorrupt,
                         absl::StrCat(base::ToAbsl(place.table), ".", base::ToAbsl(place.column),
                                      ": does not unseal"));
}

// An id that is not in the ring is a missing key, or a damaged id: then one of
// the keys opens the rest.
absl::Status WhyNoKey(const KeyRing& ring, const Place& place, std::string_view sealed) {
  for (const KeyId id : ring.ids()) {
    if (OpenUnder(*ring.SealingKey(id), place, sealed)) return Corrupt(place);
  }
  return base::MakeError(Reason::kKeyMissing,
                         absl::StrCat(base::ToAbsl(place.table), ": sealed with key ",
                                      KeyName(SealedUnder(sealed)), ", which is not in the ring"));
}

}  // namespace

KeyId SealedUnder(std::string_view sealed) {
  if (sealed.size() < kSealOverhead || sealed.front() != kFormat) return 0;
  KeyId id = 0;
  for (const char byte : sealed.substr(1, sizeof(KeyId))) {
    id = (id << 8) | static_cast<unsigned char>(byte);
  }
  return id;
}

std::string SealPrefix(KeyId id) {
  base::Buffer head(1, kFormat);
  AppendBigEndian(head, id, sizeof(KeyId));
  return std::string(base::View(head));
}

std::string Seal(const KeyRing& ring, const Place& place, std::string_view plaintext,
                 base::Random& random) {
  std::string sealed = SealPrefix(ring.newest());
  sealed.resize(kSealOverhead + plaintext.size());
  auto* const bytes = reinterpret_cast<unsigned char*>(sealed.data());
  random.Fill(std::span(bytes + kNonceAt, kNonceSize));

  const base::Buffer associated = AssociatedData(place);
  if (!Encrypt(*ring.SealingKey(ring.newest()), {sealed.data() + kNonceAt, kNonceSize},
               base::View(associated), plaintext, bytes + kTextAt,
               bytes + kTextAt + plaintext.size())) {
    std::abort();
  }
  return sealed;
}

absl::StatusOr<base::Buffer> Open(const KeyRing& ring, const Place& place,
                                  std::string_view sealed) {
  if (sealed.size() < kSealOverhead || sealed.front() != kFormat) return Corrupt(place);
  const Secret* const key = ring.SealingKey(SealedUnder(sealed));
  if (key == nullptr) return WhyNoKey(ring, place, sealed);
  std::optional<base::Buffer> opened = OpenUnder(*key, place, sealed);
  if (!opened) return Corrupt(place);
  return *std::move(opened);
}

}  // namespace joinpass::crypto
