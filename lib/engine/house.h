// House: the parts of an engine in the order of their lives, and how they end.

#ifndef JOINPASS_LIB_ENGINE_HOUSE_H_
#define JOINPASS_LIB_ENGINE_HOUSE_H_

#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/random.h"
#include "crypto/key_source.h"
#include "directory/background_sync.h"
#include "directory/host_finder.h"
#include "directory/sync.h"
#include "engine/border.h"
#include "engine/caller_session.h"
#include "engine/runner.h"
#include "engine/stored_apps.h"
#include "engine/stored_credentials.h"
#include "engine/stored_directory.h"
#include "engine/stored_keys.h"
#include "engine/stored_webhooks.h"
#include "http/client.h"
#include "http/loop.h"
#include "join/minter.h"
#include "join/pass_log.h"
#include "join/session.h"
#include "joinpass/engine.h"
#include "limits/limiter.h"
#include "oauth/access_tokens.h"
#include "oauth/authorized_calls.h"
#include "oauth/consent.h"
#include "oauth/upkeep.h"
#include "service/context.h"
#include "service/lanes.h"
#include "store/records.h"
#include "store/store.h"

namespace joinpass::engine {

// What a house is made of, from outside.
struct Parts {
  base::Clock& clock;
  base::Random& random;
  zoom::Origins origins;
  std::unique_ptr<crypto::KeyKeeper> keys;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<http::IoLoop> loop;
  std::unique_ptr<http::Client> client;
};

// The one place that knows all parts. Its calls are for its Face (face.h), which the
// engine's caller holds.
class House {
 public:
  House(EngineOptions options, Parts parts);
  ~House();

  StoredApps& apps() { return apps_; }
  StoredCredentials& credentials() { return credentials_; }
  StoredDirectory& directory() { return directory_; }
  StoredKeys& keys() { return keys_; }
  StoredWebhooks& webhooks() { return webhooks_; }
  const join::Services& services() const { return services_; }
  join::PassLog& pass_log() { return pass_log_; }
  oauth::Upkeep& upkeep() { return upkeep_; }
  const std::shared_ptr<Runner>& runner() { return runner_; }
  base::Clock& clock() { return parts_.clock; }
  base::Random& random() { return parts_.random; }
  const EngineOptions& options() const { return options_; }

  // What stands between it and its callers, also those of its sessions.
  const std::shared_ptr<Border>& border() const { return border_; }

  // As Engine::Close().
  absl::Status Close(absl::Duration timeout);

  // At the end of the process: closes, and ends all threads. Whatever a caller asks for
  // after that is refused; what is in memory stays until the process is gone. On one of
  // its own threads it ends the others. Nothing in a forked child.
  void EndForGood();

  // Begins what goes on in the background while it is open: to settle what a process that
  // died has left, and to sync if that is asked for. Once.
  void BeginBackground();

 private:
  // Each outlives those below it.
  const EngineOptions options_;
  const std::shared_ptr<Border> border_ = std::make_shared<Border>();
  Parts parts_;
  store::Records records_;
  directory::ServingConsents serving_{records_};
  std::unique_ptr<service::LaneWorkers> workers_ = std::make_unique<service::LaneWorkers>();
  const service::Context context_;
  oauth::AccessTokens tokens_;
  limits::Limiter limiter_;
  oauth::AuthorizedCalls calls_;
  oauth::AuthorizedCalls background_calls_;
  oauth::Upkeep upkeep_;
  oauth::Consents consents_;
  directory::Sync sync_;
  directory::BackgroundSync background_sync_;
  directory::HostFinder hosts_;
  join::Minter minter_;
  join::PassLog pass_log_{context_};
  const join::Services services_;
  const std::shared_ptr<Runner> runner_;   // the callers' tasks
  const std::shared_ptr<Runner> closing_;  // what closing itself has to do
  StoredApps apps_;
  StoredCredentials credentials_;
  StoredDirectory directory_;
  StoredKeys keys_;
  StoredWebhooks webhooks_;

  // Whoever comes first closes; the others wait for him.
  absl::Status CloseOnce(absl::Duration timeout);
  base::Mutex close_mutex_;
  base::CondVar close_changed_;
  bool closing_begun_ ABSL_GUARDED_BY(close_mutex_) = false;
  std::optional<absl::Status> close_outcome_ ABSL_GUARDED_BY(close_mutex_);
};

}  // namespace joinpass::engine

#endif  // JOINPASS_LIB_ENGINE_HOUSE_H_
