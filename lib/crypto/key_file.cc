#include "crypto/key_file.h"

#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "absl/functional/function_ref.h"
#include "base/status.h"
#include "crypto/key_disk.h"

namespace joinpass::crypto {
namespace {

MasterKey MakeMasterKey(base::Random& random) {
  std::array<unsigned char, kMasterKeySize + sizeof(KeyId)> bytes;
  random.Fill(bytes);
  MasterKey key;
  for (std::size_t i = 0; i < sizeof(KeyId); ++i) key.id = (key.id << 8) | bytes[i];
  key.bytes = Secret({reinterpret_cast<const char*>(bytes.data()) + sizeof(KeyId), kMasterKeySize});
  base::Wipe(bytes.data(), bytes.size());
  return key;
}

using Edit = absl::FunctionRef<absl::StatusOr<base::Buffer>(std::string_view)>;

// The lock is that of the file itself. Whoever waited for it finds another file
// in its place, and begins with that one.
absl::Status EditKeyFile(const std::string& path, Edit edit) {
  while (true) {
    JOINPASS_ASSIGN_OR_RETURN(const KeyFileHandle file, KeyFileHandle::Open(path));
    JOINPASS_RETURN_IF_ERROR(file.Lock());
    if (!file.IsStillAt(path)) continue;
    JOINPASS_ASSIGN_OR_RETURN(const base::Buffer text, file.Read());
    JOINPASS_ASSIGN_OR_RETURN(const base::Buffer edited, edit(base::View(text)));
    return ReplaceKeyText(path, path + ".new", base::View(edited));
  }
}

}  // namespace

Secret MakeKeyLine(base::Random& random) {
  return Secret(base::View(*WithKeyAdded("", MakeMasterKey(random))));
}

absl::StatusOr<KeyFile> ReadKeyFile(const std::string& path) {
  JOINPASS_ASSIGN_OR_RETURN(const KeyFileHandle file, KeyFileHandle::Open(path));
  JOINPASS_ASSIGN_OR_RETURN(KeyRing ring, ReadKeyRing(file));
  return KeyFile{std::move(ring), false};
}

absl::StatusOr<KeyRing> ReadKeyRing(const KeyFileHandle& file) {
  JOINPASS_ASSIGN_OR_RETURN(const base::Buffer text, file.Read());
  JOINPASS_ASSIGN_OR_RETURN(std::vector<MasterKey> keys, ReadKeyLines(base::View(text)));
  return KeyRing::Make(std::move(keys));
}

absl::StatusOr<KeyFile> OpenKeyFile(const std::string& path, base::Random& random) {
  absl::StatusOr<KeyFile> found = ReadKeyFile(path);
  if (found.ok() || ReasonOf(found.status()) != Reason::kKeyMissing) return found;
  const base::Buffer text = WriteKeyLines({MakeMasterKey(random)});
  JOINPASS_ASSIGN_OR_RETURN(const bool created,
                            CreateKeyText(path, path + "." + random.Token(8), base::View(text)));
  found = ReadKeyFile(path);
  if (found.ok()) found->created = created;
  return found;
}

absl::StatusOr<KeyId> AddKey(const std::string& path, base::Random& random) {
  const MasterKey key = MakeMasterKey(random);
  JOINPASS_RETURN_IF_ERROR(
      EditKeyFile(path, [&](std::string_view text) { return WithKeyAdded(text, key); }));
  return key.id;
}

absl::Status RemoveKey(const std::string& path, KeyId id) {
  return EditKeyFile(path, [&](std::string_view text) { return WithKeyRemoved(text, id); });
}

}  // namespace joinpass::crypto
