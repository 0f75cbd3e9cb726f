// joinpass serve: the keeper as a program of its own.

#ifndef JOINPASS_BOT_ADAPTER_CLI_SERVE_H_
#define JOINPASS_BOT_ADAPTER_CLI_SERVE_H_

#include <string>

#include "absl/status/status.h"
#include "joinpass/settings.h"

namespace joinpass::cli {

struct ServeOptions {
  Settings settings = {};
  std::string address = "127.0.0.1";
  int port = 8080;
  std::string public_url = {};  // empty: what it listens on
  std::string certificate_file = {};
  std::string key_file = {};
};

// Takes webhooks and consents, syncs and keeps credentials alive, until SIGINT or SIGTERM; then
// it answers what has come, and ends what is under way. Tells on standard error what it does.
// SIGINT, SIGTERM and SIGPIPE are blocked in this process from then on.
absl::Status Serve(const ServeOptions& options);

}  // namespace joinpass::cli

#endif  // JOINPASS_BOT_ADAPTER_CLI_SERVE_H_
