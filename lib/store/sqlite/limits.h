// SqliteLimits: rate limits, in a file of their own.

#ifndef JOINPASS_LIB_STORE_SQLITE_LIMITS_H_
#define JOINPASS_LIB_STORE_SQLITE_LIMITS_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "store/limit_store.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/fork_guard.h"

namespace joinpass::store::sqlite {

// The contract is LimitStore's. Its file is not synced to the disk, and so one that a lost
// power supply may have torn is not used again: its name is that of the time since the machine
// was started. It is made when the first call needs it; those of earlier times go then.
class SqliteLimits final : public LimitStore {
 public:
  explicit SqliteLimits(std::string folder) : folder_(std::move(folder)) {}

  absl::Status Change(const std::string& bucket_key,
                      absl::FunctionRef<void(std::string& state)> change) override;

 private:
  absl::StatusOr<Connection*> Opened() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string folder_;
  base::Mutex mutex_;
  const ForkGuard guard_{mutex_};
  std::unique_ptr<Connection> connection_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_LIMITS_H_
