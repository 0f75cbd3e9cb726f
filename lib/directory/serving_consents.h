// ServingConsents: through whose consent a host is served.

#ifndef JOINPASS_LIB_DIRECTORY_SERVING_CONSENTS_H_
#define JOINPASS_LIB_DIRECTORY_SERVING_CONSENTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "joinpass/apps.h"
#include "joinpass/credentials.h"
#include "oauth/health.h"
#include "store/records.h"

namespace joinpass::directory {

struct ServingConsent {
  std::string credential_id = {};
  std::string account_id = {};  // of who consented
  AppKind app_kind = AppKind::kUserManaged;
  oauth::HealthState state = {};
};

// Keeps what it found, without tokens, as long as no app and no credential has changed, by
// this process or another. Blocks on the store. Thread-safe.
class ServingConsents {
 public:
  // `records` must outlive it.
  explicit ServingConsents(store::Records& records) : records_(records) {}

  // With a user-managed app his own, with an account-managed one that of his account.
  // Nothing: nobody has consented, or the credential is on its way out. Errors: those of
  // the store
  absl::StatusOr<std::optional<ServingConsent>> Of(const std::string& app_id,
                                                   const std::string& user_id,
                                                   const std::string& account_id);

 private:
  // Of one version of the credentials. An account's consent serves many hosts, so it is kept
  // by whose it is; which of the two that is depends on the app.
  struct Kept {
    std::uint64_t version = 0;
    std::map<std::string, std::optional<AppKind>> apps = {};
    std::map<std::pair<std::string, std::string>, std::optional<ServingConsent>> consents = {};
  };

  absl::StatusOr<std::optional<ServingConsent>> Find(const std::string& app_id,
                                                     const std::string& user_id,
                                                     const std::string& account_id);

  store::Records& records_;
  base::Mutex mutex_;
  Kept kept_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace joinpass::directory

#endif  // JOINPASS_LIB_DIRECTORY_SERVING_CONSENTS_H_
