#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "base/text.h"
#include "crypto/key_disk.h"
#include "crypto/key_file.h"

namespace joinpass::crypto {
namespace {

constexpr absl::string_view kWord = "joinpass-key-1";
constexpr std::string_view kComment =
    "# The keys that seal a joinpass store, the newest last. Keep a copy in a safe\n"
    "# place: without them the store is lost. Never share them.\n";

std::optional<MasterKey> ReadKeyLine(absl::string_view line) {
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
  if (words.size() != 3 || words[0] != kWord || words[1].size() != 8) return std::nullopt;
  if (!std::all_of(words[1].begin(), words[1].end(), absl::ascii_isxdigit)) return std::nullopt;
  MasterKey key;
  if (!absl::SimpleHexAtoi(words[1], &key.id)) return std::nullopt;
  std::string bytes;
  const bool read = absl::Base64Unescape(words[2], &bytes);
  key.bytes = Secret::Take(std::move(bytes));
  if (!read || key.bytes.size() != kMasterKeySize) return std::nullopt;
  return key;
}

void AppendKeyLine(base::Buffer& text, const MasterKey& key) {
  std::string bytes = absl::Base64Escape(base::ToAbsl(key.bytes.Reveal()));
  base::Append(text, base::ToStd(kWord));
  base::Append(text, " " + KeyName(key.id) + " ");
  base::Append(text, bytes);
  base::Append(text, "\n");
  base::Wipe(bytes);
}

}  // namespace

absl::StatusOr<std::vector<MasterKey>> ReadKeyLines(std::string_view text) {
  std::vector<MasterKey> keys;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(base::ToAbsl(text), '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line.front() == '#') continue;
    std::optional<MasterKey> key = ReadKeyLine(line);
    if (!key) {
      return base::MakeError(Reason::kKeyInvalid,
                             absl::StrCat("keys: line ", number, " is malformed"));
    }
    keys.push_back(*std::move(key));
  }
  return keys;
}

base::Buffer WriteKeyLines(const std::vector<MasterKey>& keys) {
  base::Buffer text = base::ToBuffer(kComment);
  for (const MasterKey& key : keys) AppendKeyLine(text, key);
  return text;
}

absl::StatusOr<base::Buffer> WithKeyAdded(std::string_view text, const MasterKey& key) {
  JOINPASS_ASSIGN_OR_RETURN(std::vector<MasterKey> keys, ReadKeyLines(text));
  keys.push_back(key);
  JOINPASS_RETURN_IF_ERROR(KeyRing::Make(std::move(keys)).status());
  base::Buffer edited = base::ToBuffer(text);
  if (!edited.empty() && edited.back() != '\n') base::Append(edited, "\n");
  AppendKeyLine(edited, key);
  if (edited.size() > kLargestKeyFile) {
    return base::MakeError(Reason::kKeyInvalid, "key file: has no room for another key");
  }
  return edited;
}

absl::StatusOr<base::Buffer> WithKeyRemoved(std::string_view text, KeyId id) {
  JOINPASS_ASSIGN_OR_RETURN(std::vector<MasterKey> keys, ReadKeyLines(text));
  JOINPASS_ASSIGN_OR_RETURN(const KeyRing ring, KeyRing::Make(std::move(keys)));
  if (ring.newest() == id || ring.SealingKey(id) == nullptr) {
    return base::MakeError(Reason::kInvalidArgument,
                           absl::StrCat("key ", KeyName(id),
                                        ring.newest() == id ? ": is the newest" : ": no such one"));
  }
  base::Buffer edited;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const std::string_view whole = text.substr(0, line.size() + 1);
    text.remove_prefix(whole.size());
    const std::optional<MasterKey> key =
        ReadKeyLine(absl::StripAsciiWhitespace(base::ToAbsl(line)));
    if (!key || key->id != id) base::Append(edited, whole);
  }
  return edited;
}

}  // namespace joinpass::crypto
