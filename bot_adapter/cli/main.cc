// joinpass: the command.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "absl/strings/numbers.h"
#include "cli/serve.h"
#include "joinpass/reason.h"

namespace joinpass::cli {
namespace {

// What a script can rely on.
constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kMisused = 2;

// "127.0.0.1:8080", "[::1]:8080", or a port alone.
std::string ReadListen(const std::string& text, ServeOptions& options) {
  const std::size_t colon = text.rfind(':');
  std::string host = colon == std::string::npos ? "127.0.0.1" : text.substr(0, colon);
  const std::string port = colon == std::string::npos ? text : text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty() || !absl::SimpleAtoi(port, &options.port)) return "must be ADDRESS:PORT";
  options.address = host;
  return "";
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "joinpass: %s\n", Describe(status).c_str());
  return kFailed;
}

int Main(int argc, char** argv) {
  CLI::App app("Whatever a bot needs from Zoom to join a meeting and record it.", "joinpass");
  app.require_subcommand(1);
  std::string env_file = ".env";
  app.add_option("--env-file", env_file,
                 "A file of NAME=value lines; the environment counts before it")
      ->capture_default_str();

  ServeOptions options;
  std::string listen = "127.0.0.1:8080";
  std::string store;
  int sync_minutes = 15;
  CLI::App* serve = app.add_subcommand(
      "serve", "Takes webhooks and consents, syncs, and keeps credentials alive");
  serve->footer(
      "The app is that of ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET, with ZOOM_WEBHOOK_SECRET_TOKEN;\n"
      "without them, the apps that the store has. Zoom must reach it at --public-url: by HTTPS,\n"
      "with a certificate of its own or through a proxy that has one.");
  serve->add_option("--listen", listen, "ADDRESS:PORT; port 0: any that is free")
      ->capture_default_str()
      ->check([&options](const std::string& text) { return ReadListen(text, options); });
  serve->add_option("--public-url", options.public_url,
                    "Where browsers and Zoom reach it, https://…");
  CLI::Option* certificate =
      serve->add_option("--certificate", options.certificate_file,
                        "PEM file of a certificate and its chain; without it, plain on loopback");
  CLI::Option* key = serve->add_option("--key", options.key_file, "PEM file of its key");
  certificate->needs(key);
  key->needs(certificate);
  serve->add_option("--store", store, "The store's folder [JOINPASS_STORE]");
  serve->add_option("--sync-every", sync_minutes, "Minutes between two syncs; 0: none")
      ->check(CLI::Range(0, 7 * 24 * 60))
      ->capture_default_str();

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kMisused;
  }
  auto settings = ReadSettings({.env_file = env_file});
  if (!settings.ok()) return Fail(settings.status());
  options.settings = *std::move(settings);
  if (!store.empty()) options.settings.engine.store_folder = store;
  options.settings.engine.sync_every = absl::Minutes(sync_minutes);
  while (options.public_url.ends_with('/')) options.public_url.pop_back();
  const absl::Status served = Serve(options);
  return served.ok() ? kDone : Fail(served);
}

}  // namespace
}  // namespace joinpass::cli

int main(int argc, char** argv) { return joinpass::cli::Main(argc, argv); }
