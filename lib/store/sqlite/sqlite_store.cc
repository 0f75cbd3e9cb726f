#include "store/sqlite/sqlite_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "base/status.h"
#include "store/sqlite/apps.h"
#include "store/sqlite/authorizations.h"
#include "store/sqlite/credentials.h"
#include "store/sqlite/database.h"
#include "store/sqlite/database_file.h"
#include "store/sqlite/directory.h"
#include "store/sqlite/key_check.h"
#include "store/sqlite/limits.h"
#include "store/sqlite/passes.h"
#include "store/sqlite/refresh_lock.h"
#include "store/sqlite/rotation.h"
#include "store/sqlite/webhooks.h"

namespace joinpass::store {
namespace {

using sqlite::Connection;
using sqlite::FileState;

// The names of new files are durable before anybody relies on what is in them.
void SyncFolder(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

// Both sides of each file: credentials, directory, ephemera.
struct Sides {
  std::unique_ptr<Connection> reads;
  std::unique_ptr<Connection> writes;
};
using Files = std::array<Sides, 3>;

class SqliteStore final : public Store {
 public:
  SqliteStore(const std::string& folder, crypto::KeySource& keys, base::Random& random, Files files)
      : apps_(credentials_file_, {keys, random}, directory_),
        authorizations_(ephemera_file_, {keys, random}),
        credentials_(folder, credentials_file_, {keys, random}),
        directory_(directory_file_, {keys, random}),
        limits_(folder),
        passes_(ephemera_file_, {keys, random}),
        rotation_(Databases(), keys, random),
        webhooks_(directory_file_) {
    for (std::size_t i = 0; i < files.size(); ++i) Take(std::move(files[i]), *Databases()[i]);
  }

  // Keeps `keys` as long as itself.
  void Own(std::unique_ptr<crypto::KeySource> keys) { own_keys_ = std::move(keys); }

  // Beside the locks, which others may hold while they wait.
  void WaitNoLongerThan(absl::Duration left) override ABSL_NO_THREAD_SAFETY_ANALYSIS {
    for (sqlite::Database* file : Databases()) {
      file->reads.connection->WaitNoLongerThan(left);
      file->writes.connection->WaitNoLongerThan(left);
    }
  }

  AppStore& apps() override { return apps_; }
  AuthorizationStore& authorizations() override { return authorizations_; }
  CredentialStore& credentials() override { return credentials_; }
  DirectoryStore& directory() override { return directory_; }
  LimitStore& limits() override { return limits_; }
  PassStore& passes() override { return passes_; }
  RotationStore& rotation() override { return rotation_; }
  WebhookStore& webhooks() override { return webhooks_; }

 private:
  std::array<sqlite::Database*, 3> Databases() {
    return {&credentials_file_, &directory_file_, &ephemera_file_};
  }

  static void Take(Sides sides, sqlite::Database& file) {
    base::MutexLock reads(file.reads.mutex);
    file.reads.connection = std::move(sides.reads);
    base::MutexLock writes(file.writes.mutex);
    file.writes.connection = std::move(sides.writes);
  }

  std::unique_ptr<crypto::KeySource> own_keys_;
  sqlite::Database credentials_file_;
  sqlite::Database directory_file_;
  sqlite::Database ephemera_file_;
  sqlite::SqliteApps apps_;
  sqlite::SqliteAuthorizations authorizations_;
  sqlite::SqliteCredentials credentials_;
  sqlite::SqliteDirectory directory_;
  sqlite::SqliteLimits limits_;
  sqlite::SqlitePasses passes_;
  sqlite::SqliteRotation rotation_;
  sqlite::SqliteWebhooks webhooks_;
};

// The files, and the lock file; `keys` opens and seals their key checks.
absl::StatusOr<Files> OpenFiles(const Folder& folder, crypto::KeySource& keys,
                                base::Random& random) {
  const std::array kinds = {&sqlite::kCredentialsFile, &sqlite::kDirectoryFile,
                            &sqlite::kEphemeraFile};
  const auto path_of = [&](std::size_t i) { return folder.path + "/" + kinds[i]->name; };
  std::array<FileState, 3> states = {};
  Files opened;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    JOINPASS_ASSIGN_OR_RETURN(states[i], sqlite::InspectFile(path_of(i), *kinds[i]));
  }
  JOINPASS_RETURN_IF_ERROR(sqlite::InspectLockFile(folder.path));
  // Nothing new is made beside a file that turns out not to open.
  for (const FileState turn : {FileState::kPresent, FileState::kMissing}) {
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      if (states[i] != turn) continue;
      JOINPASS_ASSIGN_OR_RETURN(const crypto::KeyRing ring, keys.CurrentToSeal());
      JOINPASS_ASSIGN_OR_RETURN(opened[i].writes,
                                sqlite::OpenFile(path_of(i), *kinds[i], ring, random));
      JOINPASS_ASSIGN_OR_RETURN(const crypto::KeyId in_use, sqlite::AdoptedKey(*opened[i].writes));
      keys.NoteInUse(in_use);
      JOINPASS_ASSIGN_OR_RETURN(opened[i].reads, sqlite::OpenToRead(path_of(i), *kinds[i]));
    }
  }
  JOINPASS_RETURN_IF_ERROR(sqlite::MakeLockFile(folder.path));
  if (std::count(states.begin(), states.end(), FileState::kMissing) > 0) SyncFolder(folder.path);
  return opened;
}

absl::StatusOr<std::unique_ptr<SqliteStore>> OpenStore(const Folder& folder,
                                                       crypto::KeySource& keys,
                                                       base::Random& random) {
  while (true) {
    JOINPASS_ASSIGN_OR_RETURN(const crypto::KeyRing ring, keys.CurrentToSeal());
    absl::StatusOr<Files> files = OpenFiles(folder, keys, random);
    if (!files.ok() && ReasonOf(files.status()) == Reason::kKeyMissing) keys.NoteMissing();
    if (!files.ok() && !(keys.Current() == ring)) continue;  // newer keys came meanwhile
    JOINPASS_RETURN_IF_ERROR(files.status());
    return std::make_unique<SqliteStore>(folder.path, keys, random, *std::move(files));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const Folder& folder,
                                                       crypto::KeySource& keys,
                                                       base::Random& random) {
  return OpenStore(folder, keys, random);
}

absl::StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const Folder& folder,
                                                       const crypto::KeyRing& keys,
                                                       base::Random& random) {
  auto fixed = std::make_unique<crypto::FixedKeys>(keys);
  JOINPASS_ASSIGN_OR_RETURN(auto store, OpenStore(folder, *fixed, random));
  store->Own(std::move(fixed));
  return store;
}

}  // namespace joinpass::store
