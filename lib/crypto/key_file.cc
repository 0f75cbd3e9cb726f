#include "crypto/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace joinpass::crypto {
namespace {

constexpr std::size_t kLargestFile = 16 * 1024;

// Closes its descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }

 private:
  int fd_;
};

absl::Status Unavailable(std::string_view what, int error) {
  return base::MakeError(Reason::kStoreUnavailable,
                         absl::StrCat("key file: ", std::string(what), " (errno ", error, ")"));
}

absl::Status Invalid(std::string_view what) {
  return base::MakeError(Reason::kKeyInvalid, "key file: " + std::string(what));
}

absl::Status CheckKeyFile(const struct stat& file) {
  if (!S_ISREG(file.st_mode)) return Invalid("is not a plain file");
  if (file.st_uid != geteuid()) return Invalid("belongs to another user");
  if ((file.st_mode & 077) != 0) return Invalid("others can read it (chmod 600)");
  if (static_cast<std::size_t>(file.st_size) > kLargestFile)
    return Invalid("is larger than 16 KiB");
  return absl::OkStatus();
}

absl::StatusOr<base::Buffer> ReadAll(int fd) {
  base::Buffer text(kLargestFile + 1);
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = read(fd, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Unavailable("cannot be read", errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kLargestFile) return Invalid("is larger than 16 KiB");
  text.resize(size);
  return text;
}

absl::Status WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return Unavailable("cannot be written", errno);
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  if (fchmod(fd, 0600) != 0 || fsync(fd) != 0) return Unavailable("cannot be written", errno);
  return absl::OkStatus();
}

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

absl::Status SyncFolder(const std::string& folder) {
  const Descriptor fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || fsync(fd.get()) != 0) return Unavailable("folder cannot be synced", errno);
  return absl::OkStatus();
}

MasterKey MakeMasterKey(base::Random& random) {
  std::array<unsigned char, kMasterKeySize + sizeof(KeyId)> bytes;
  random.Fill(bytes);
  MasterKey key;
  for (std::size_t i = 0; i < sizeof(KeyId); ++i) key.id = (key.id << 8) | bytes[i];
  key.bytes = Secret({reinterpret_cast<const char*>(bytes.data()) + sizeof(KeyId), kMasterKeySize});
  base::Wipe(bytes.data(), bytes.size());
  return key;
}

// Gives false if somebody else's file is there already. A link, not a rename:
// it never replaces a file, so one of many wins, and all see whole files only.
absl::StatusOr<bool> CreateKeyFile(const std::string& path, base::Random& random) {
  const std::string draft = path + "." + random.Token(8);
  const base::Buffer text = WriteKeyLines({MakeMasterKey(random)});
  {
    const Descriptor fd(
        open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (fd.get() < 0) return Unavailable("cannot be created", errno);
    if (absl::Status status = WriteAll(fd.get(), base::View(text)); !status.ok()) {
      unlink(draft.c_str());
      return status;
    }
  }
  const int failed = link(draft.c_str(), path.c_str()) == 0 ? 0 : errno;
  unlink(draft.c_str());
  if (failed != 0 && failed != EEXIST) return Unavailable("cannot be created", failed);
  JOINPASS_RETURN_IF_ERROR(SyncFolder(FolderOf(path)));
  return failed == 0;
}

}  // namespace

absl::StatusOr<KeyFile> ReadKeyFile(const std::string& path) {
  // O_NONBLOCK: a pipe under this name must not hold us up.
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) {
    if (errno == ENOENT) return base::MakeError(Reason::kKeyMissing, "key file: there is none");
    if (errno == ELOOP) return Invalid("is a symbolic link");
    return Unavailable("cannot be opened", errno);
  }
  struct stat file = {};
  if (fstat(fd.get(), &file) != 0) return Unavailable("cannot be read", errno);
  JOINPASS_RETURN_IF_ERROR(CheckKeyFile(file));
  JOINPASS_ASSIGN_OR_RETURN(const base::Buffer text, ReadAll(fd.get()));
  JOINPASS_ASSIGN_OR_RETURN(std::vector<MasterKey> keys, ReadKeyLines(base::View(text)));
  JOINPASS_ASSIGN_OR_RETURN(KeyRing ring, KeyRing::Make(std::move(keys)));
  return KeyFile{std::move(ring), false};
}

absl::StatusOr<KeyFile> OpenKeyFile(const std::string& path, base::Random& random) {
  absl::StatusOr<KeyFile> found = ReadKeyFile(path);
  if (found.ok() || ReasonOf(found.status()) != Reason::kKeyMissing) return found;
  JOINPASS_ASSIGN_OR_RETURN(const bool created, CreateKeyFile(path, random));
  found = ReadKeyFile(path);
  if (found.ok()) found->created = created;
  return found;
}

}  // namespace joinpass::crypto
