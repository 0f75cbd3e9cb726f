#include "engine/open.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "crypto/asked_keys.h"
#include "crypto/key_file.h"
#include "crypto/key_file_source.h"
#include "engine/face.h"
#include "engine/house.h"
#include "store/sqlite/sqlite_store.h"
#include "zoom/origins.h"

namespace joinpass {

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(EngineOptions options) {
  return engine::OpenWith(std::move(options), base::SystemClock(), base::SystemRandom());
}

Secret NewKeyLine() { return crypto::MakeKeyLine(base::SystemRandom()); }

namespace engine {
namespace {

void Tell(const EngineOptions& options, std::string name, std::string text) {
  if (!options.on_notice) return;
  Notice notice;
  notice.name = std::move(name);
  notice.text = std::move(text);
  options.on_notice(notice);
}

// A store that is there has its key somewhere; a new key would open nothing.
absl::StatusOr<std::unique_ptr<crypto::KeyKeeper>> OpenKeyFile(const EngineOptions& options,
                                                               const store::Folder& folder,
                                                               base::Random& random) {
  const std::string path =
      options.key_file.empty() ? folder.path + "/joinpass.key" : options.key_file;
  JOINPASS_ASSIGN_OR_RETURN(const crypto::KeyFile file, folder.has_store
                                                            ? crypto::ReadKeyFile(path)
                                                            : crypto::OpenKeyFile(path, random));
  if (file.created) {
    Tell(options, "key_file_created",
         absl::StrCat("the key that seals the store was made: ", path,
                      "; back it up, without it the store is lost"));
  }
  return crypto::KeyFileSource::Open(path);
}

absl::StatusOr<std::unique_ptr<crypto::KeyKeeper>> OpenKeys(const EngineOptions& options,
                                                            const store::Folder& folder,
                                                            base::Clock& clock,
                                                            base::Random& random) {
  if (options.key_callback) return crypto::AskedKeys::Open(options.key_callback, clock);
  if (options.keys.empty()) return OpenKeyFile(options, folder, random);
  return crypto::AskedKeys::Open([keys = options.keys] { return keys; }, clock);
}

http::ClientOptions ClientOptionsOf(const EngineOptions& options, const zoom::Origins& origins,
                                    http::ProxyRules proxies) {
  http::ClientOptions client;
  client.ca_file = options.ca_file;
  client.proxies = std::move(proxies);
  client.may_redirect_to = [origins](const message::Origin& origin) {
    return zoom::MayRedirectTo(origins, origin);
  };
  return client;
}

struct Checked {
  zoom::Origins origins = {};
  http::ProxyRules proxies = {};
};

// Or invalid_argument with a message that names every wrong field.
absl::StatusOr<Checked> CheckOptions(const EngineOptions& options) {
  std::vector<std::string> wrong;
  const auto oauth = zoom::ReadHttpsOrigin(options.oauth_origin);
  const auto api = zoom::ReadHttpsOrigin(options.api_origin);
  if (options.store_folder.empty()) wrong.push_back("store_folder is missing");
  const int keys = (options.key_file.empty() ? 0 : 1) + (options.keys.empty() ? 0 : 1) +
                   (options.key_callback ? 1 : 0);
  if (keys > 1) wrong.push_back("only one of key_file, keys and key_callback may be set");
  if (!oauth.ok()) wrong.push_back("oauth_origin is no https origin");
  if (!api.ok()) wrong.push_back("api_origin is no https origin");
  if (options.sync_every != absl::ZeroDuration() && options.sync_every < absl::Minutes(1)) {
    wrong.push_back("sync_every is neither zero nor a minute or more");
  }
  auto proxies = http::ProxyRules::Read(options.proxy, options.no_proxy);
  if (!proxies.ok()) wrong.push_back(std::string(proxies.status().message()));
  if (wrong.empty()) return Checked{{*oauth, *api}, *std::move(proxies)};
  return base::MakeError(Reason::kInvalidArgument, "open: " + absl::StrJoin(wrong, "; "));
}

absl::StatusOr<std::unique_ptr<House>> Assemble(EngineOptions options, base::Clock& clock,
                                                base::Random& random) {
  JOINPASS_ASSIGN_OR_RETURN(Checked checked, CheckOptions(options));
  auto loop = http::MakeIoLoop(clock);
  // First what may fail without a trace: an option that is wrong leaves no folder behind.
  JOINPASS_ASSIGN_OR_RETURN(
      auto client,
      http::OpenClient(ClientOptionsOf(options, checked.origins, std::move(checked.proxies)), *loop,
                       clock));
  JOINPASS_ASSIGN_OR_RETURN(const store::Folder folder, store::PrepareFolder(options.store_folder));
  JOINPASS_ASSIGN_OR_RETURN(auto keys, OpenKeys(options, folder, clock, random));
  JOINPASS_ASSIGN_OR_RETURN(auto store, store::OpenSqliteStore(folder, *keys, random));
  if (!folder.has_store) {
    Tell(options, "store_created", absl::StrCat("a new store was made in ", folder.path));
  }
  Parts parts{clock,
              random,
              std::move(checked.origins),
              std::move(keys),
              std::move(store),
              std::move(loop),
              std::move(client)};
  auto engine = std::make_unique<House>(std::move(options), std::move(parts));
  engine->BeginBackground();
  return engine;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> OpenWith(EngineOptions options, base::Clock& clock,
                                                 base::Random& random) {
  try {
    JOINPASS_ASSIGN_OR_RETURN(auto engine, Assemble(std::move(options), clock, random));
    return std::make_unique<Face>(std::move(engine));
  } catch (...) {
    return base::StatusOfException();
  }
}

}  // namespace engine
}  // namespace joinpass
