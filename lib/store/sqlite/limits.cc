#include "store/sqlite/limits.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/exceptions.h"
#include "base/status.h"
#include "base/text.h"
#include "store/sqlite/database.h"

namespace joinpass::store::sqlite {
namespace {

namespace fs = std::filesystem;

// Others hold the file for microseconds. Whoever is stopped while he does must stop nobody.
constexpr absl::Duration kLongestWait = absl::Milliseconds(250);

constexpr std::string_view kName = "limits-";
constexpr std::size_t kBootIdUsed = 8;  // of its hexadecimal digits

// With a journal, for a process that is killed; without a sync, see above.
constexpr char kSettings[] =
    "PRAGMA trusted_schema=OFF;"
    "PRAGMA cell_size_check=ON;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA mmap_size=0;"
    "PRAGMA journal_mode=PERSIST;"
    "PRAGMA synchronous=OFF;";
constexpr char kTables[] =
    "CREATE TABLE IF NOT EXISTS bucket(bucket_key BLOB PRIMARY KEY, state BLOB NOT NULL) STRICT, "
    "WITHOUT ROWID;";

// Source: random(4) of Linux.
std::string BootName() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  id.resize(std::min(id.size(), kBootIdUsed));
  return absl::StrCat(base::ToAbsl(kName), id, ".db");
}

// "limits-0a1b2c3d.db", or its journal.
bool IsLimitsFile(std::string_view name) {
  if (!name.starts_with(kName)) return false;
  const std::size_t end = name.find_first_not_of("0123456789abcdef", kName.size());
  const std::string_view rest = end == std::string_view::npos ? "" : name.substr(end);
  return end == kName.size() + kBootIdUsed && (rest == ".db" || rest == ".db-journal");
}

// What cannot be removed stays: nobody reads it.
void RemoveOthers(const std::string& folder, const std::string& name) {
  std::error_code ignored;
  for (fs::directory_iterator at(folder, ignored), end; at != end; at.increment(ignored)) {
    const std::string file = at->path().filename();
    if (IsLimitsFile(file) && !file.starts_with(name)) fs::remove(at->path(), ignored);
  }
}

absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path) {
  JOINPASS_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection,
                            Connection::Open(path, std::string(kName), Access::kReadAndWrite));
  connection->WaitNoLongerThan(kLongestWait);
  JOINPASS_RETURN_IF_ERROR(connection->Run(kSettings));
  JOINPASS_RETURN_IF_ERROR(connection->Run(kTables));
  return connection;
}

}  // namespace

absl::StatusOr<Connection*> SqliteLimits::Opened() {
  if (connection_) return connection_.get();
  const std::string name = BootName();
  const std::string path = folder_ + "/" + name;
  if (mknod(path.c_str(), S_IFREG | 0600, 0) == 0) {
    RemoveOthers(folder_, name);
  } else if (errno != EEXIST) {
    return base::SystemError(Reason::kStoreUnavailable, "limits: cannot be created", errno);
  }
  JOINPASS_ASSIGN_OR_RETURN(connection_, Open(path));
  return connection_.get();
}

absl::Status SqliteLimits::Change(const std::string& bucket_key,
                                  absl::FunctionRef<void(std::string& state)> change) {
  base::MutexLock lock(mutex_);
  JOINPASS_ASSIGN_OR_RETURN(Connection * db, Opened());
  db->WaitNoLongerThan(kLongestWait);
  JOINPASS_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*db));
  JOINPASS_ASSIGN_OR_RETURN(Statement find, db->Use("SELECT state FROM bucket WHERE bucket_key=?"));
  find.Bytes(bucket_key);
  JOINPASS_ASSIGN_OR_RETURN(const std::optional<std::string> found,
                            ReadRow(find, [](const Statement& row) { return row.BytesAt(0); }));
  std::string state = found.value_or("");
  change(state);
  if (found == state) return absl::OkStatus();
  JOINPASS_ASSIGN_OR_RETURN(
      Statement put, db->Use("INSERT OR REPLACE INTO bucket(bucket_key, state) VALUES(?,?)"));
  JOINPASS_RETURN_IF_ERROR(put.Bytes(bucket_key).Bytes(state).Run());
  return transaction.Commit();
}

}  // namespace joinpass::store::sqlite
