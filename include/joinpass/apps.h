// Apps: the Zoom OAuth apps that joinpass works for.

#ifndef JOINPASS_APPS_H_
#define JOINPASS_APPS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "joinpass/export.h"
#include "joinpass/secret.h"

namespace joinpass {

// Who consents to an app. Zoom's Marketplace calls it "user-managed" and
// "admin-managed".
enum class AppKind {
  kUserManaged,     // each host for himself
  kAccountManaged,  // an admin, once, for all users of his account
};

// What Zoom's Marketplace shows of an app.
struct AppSettings {
  AppKind kind = AppKind::kUserManaged;

  // Required, 1 to 128 characters. Not a secret. Development and production of
  // one app have different ones.
  std::string client_id = {};

  // Required, at most 256 bytes.
  Secret client_secret = {};

  // The secret token(s) that sign this app's webhooks; several while they are
  // changed. May be empty: then no webhook of it is taken. None may be blank.
  std::vector<Secret> webhook_secrets = {};
};

// An app as it is kept, without its secrets.
struct App {
  std::string id = {};  // "app_…", given by Create()
  AppKind kind = AppKind::kUserManaged;
  std::string client_id = {};
  int webhook_secrets = 0;  // how many

  // Zoom refuses the client id or the secret since then: no refresh is sent for
  // any of its credentials, and none of them is lost. From time to time Zoom is
  // asked whether the secret is good again; Update() ends it at once.
  std::optional<absl::Time> paused_since = {};
  absl::Time created_at = absl::InfinitePast();
};

// Several apps stand side by side, each with its own credentials. Every call
// reads or writes the store and nothing else; a change is durable before the
// call returns. Thread-safe. Lives as long as its Engine.
//
// Errors of every call: store_unavailable, store_corrupt, and where an id is
// given app_unknown.
class JOINPASS_EXPORT Apps {
 public:
  virtual ~Apps() = default;

  // Keeps an app and gives its id. The same client id may be created once only.
  //
  // Errors:
  //   invalid_argument  names every field that is wrong
  virtual absl::StatusOr<std::string> Create(AppSettings settings) = 0;

  // All apps, oldest first.
  virtual absl::StatusOr<std::vector<App>> List() = 0;

  virtual absl::StatusOr<App> Get(const std::string& id) = 0;

  // Replaces the settings; credentials stay. The kind cannot change. Another
  // client id (from development to production) is another app for Zoom: all its
  // credentials need a new consent then (reauthorization_required, cause
  // client_id_changed), until the old client id is back.
  virtual absl::Status Update(const std::string& id, AppSettings settings) = 0;

  // Errors:
  //   app_in_use  it still has credentials
  virtual absl::Status Remove(const std::string& id) = 0;
};

}  // namespace joinpass

#endif  // JOINPASS_APPS_H_
