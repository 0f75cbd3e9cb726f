// Settings: what a program is told from outside, by the names that are in use for it.

#ifndef JOINPASS_SETTINGS_H_
#define JOINPASS_SETTINGS_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "joinpass/apps.h"
#include "joinpass/credentials.h"
#include "joinpass/engine.h"
#include "joinpass/export.h"
#include "joinpass/secret.h"

namespace joinpass {

// Plain data, for the program to use as it likes. What nobody set has its default.
//
//   engine.store_folder    JOINPASS_STORE
//   engine.key_file        JOINPASS_KEY_FILE
//   engine.keys            JOINPASS_KEYS: its lines stand one behind the other, with
//                          commas between
//   engine.oauth_origin    ZOOM_OAUTH_ORIGIN
//   engine.api_origin      ZOOM_API_ORIGIN
//   engine.ca_file         JOINPASS_CA_FILE
//   engine.proxy           https_proxy, HTTPS_PROXY
//   engine.no_proxy        no_proxy, NO_PROXY
//   app.kind               JOINPASS_APP_KIND: user_managed or account_managed
//   app.client_id          ZOOM_OAUTH_CLIENT_ID, ZOOM_OAUTH_APP_CLIENT_ID,
//                          ZOOM_CLIENT_ID, ZOOM_SDK_KEY
//   app.client_secret      of the same row: ZOOM_OAUTH_CLIENT_SECRET,
//                          ZOOM_OAUTH_APP_CLIENT_SECRET, ZOOM_CLIENT_SECRET,
//                          ZOOM_SDK_SECRET
//   app.webhook_secrets    one: ZOOM_WEBHOOK_SECRET_TOKEN, ZOOM_WEBHOOK_SECRET,
//                          ZOOM_SECRET_TOKEN, ZOOM_APP_SECRET_TOKEN,
//                          RIVET_WEBHOOK_SECRET_TOKEN, WEBHOOK_SECRET_TOKEN
//   redirect_uri           ZOOM_REDIRECT_URI, ZOOM_REDIRECT_URL,
//                          ZOOM_OAUTH_APP_REDIRECT_URI
//   expected.account_id    ZOOM_ACCOUNT_ID
//
// The environment counts before the file. Within either, of several names the one that
// stands first here. What is set to nothing is not set. A client id and its secret are
// of one row, each of the environment or the file. If the environment says where the keys
// are (either name), what the file says of that does not count.
struct Settings {
  EngineOptions engine = {};
  AppSettings app = {};
  std::string redirect_uri = {};
  ExpectedConsenter expected = {};
};

struct SettingsSources {
  // A file of lines NAME=value. Not there: nothing is set in it; empty: none is read.
  // "export" may stand before a name, and a comment (#) after a value. A value may stand
  // in '…', as it is, or in "…" with \n, \t, \" and \\; nothing is put in for $NAME. Of
  // a name that is there twice the last counts. At most 64 KiB.
  std::string env_file = ".env";

  // Looks a name up. Default: the environment of the process, which nobody may change
  // meanwhile.
  std::function<std::optional<Secret>(const std::string& name)> environment = {};
};

// The one function of joinpass that reads an environment; no other does it by itself.
// Blocks on the file. Thread-safe.
//
// Errors:
//   invalid_argument   the file is no plain file; one of its lines is no NAME=value; a
//                      value is none of those that a name may have; a client id without
//                      its secret, or the other way round. No message says what is set
//   store_unavailable  the file is there and cannot be read
JOINPASS_EXPORT absl::StatusOr<Settings> ReadSettings(const SettingsSources& sources = {});

}  // namespace joinpass

#endif  // JOINPASS_SETTINGS_H_
