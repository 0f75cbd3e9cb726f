#include "fake_zoom/command.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/text.h"

namespace joinpass::fake_zoom {
namespace {

constexpr std::string_view kHelp = R"(fake_zoom: a local stand-in for Zoom, over TLS on 127.0.0.1

  fake_zoom --world FILE [options]
  fake_zoom --users N [--seed N] [--meetings N] [options]

World
  --world FILE       accounts, users, meetings and apps as JSON (see README.md)
  --users N          generate this many users instead, 1 to 1000000
  --meetings N       meetings of each generated user, 0 to 10000 (default 3)
  --seed N           the same seed generates the same world (default 1)

Behaviour
  --port N           listen there (default: any that is free)
  --rotation strict|lenient
                     a used refresh token is dead at once (default), or lives
                     until the one it was exchanged for is used
  --reuse refused|revokes
                     a dead refresh token is refused (default), or ends its consent
  --old-access-tokens live|void
                     an access token outlives a refresh (default), or does not
  --tokens jwt|opaque
                     a token tells whose it is (default), or nothing
  --certificate good|wrong-name|expired|self-signed
  --clock running|frozen
                     time passes, or only by POST /_fake/advance
  --ca-out FILE      write the CA's certificate there, too

It prints one line when it is ready, which says how to point a client at it:
origins, CA file, client id and secret. SIGTERM or Ctrl-C stops it. Everything
under /_fake/ controls it (README.md).
)";

absl::Status Wrong(std::string_view option, std::string_view what) {
  return base::MakeError(Reason::kInvalidArgument,
                         absl::StrCat(base::ToAbsl(option), ": ", base::ToAbsl(what)));
}

template <typename Number>
absl::Status ReadNumber(std::string_view option, const std::string& text, Number& number) {
  return absl::SimpleAtoi(text, &number) ? absl::OkStatus() : Wrong(option, "must be a number");
}

template <typename Value>
absl::Status ReadChoice(std::string_view option, const std::string& text,
                        const std::vector<std::pair<std::string_view, Value>>& choices,
                        Value& value) {
  std::string known;
  for (const auto& [name, choice] : choices) {
    if (name == text) {
      value = choice;
      return absl::OkStatus();
    }
    absl::StrAppend(&known, known.empty() ? "" : ", ", base::ToAbsl(name));
  }
  return Wrong(option, absl::StrCat("must be one of: ", known));
}

absl::Status ReadOption(const std::string& name, const std::string& value, Command& command) {
  Options& options = command.options;
  if (name == "--world") return options.world_file = value, absl::OkStatus();
  if (name == "--ca-out") return command.ca_out = value, absl::OkStatus();
  if (name == "--users") return ReadNumber(name, value, options.users);
  if (name == "--meetings") return ReadNumber(name, value, options.meetings_per_user);
  if (name == "--seed") return ReadNumber(name, value, options.seed);
  if (name == "--port") return ReadNumber(name, value, options.port);
  if (name == "--rotation") {
    return ReadChoice<bool>(name, value, {{"strict", false}, {"lenient", true}},
                            options.lenient_rotation);
  }
  if (name == "--reuse") {
    return ReadChoice<bool>(name, value, {{"refused", false}, {"revokes", true}},
                            options.reuse_revokes_family);
  }
  if (name == "--old-access-tokens") {
    return ReadChoice<bool>(name, value, {{"live", false}, {"void", true}},
                            options.refresh_voids_access_tokens);
  }
  if (name == "--tokens") {
    return ReadChoice<bool>(name, value, {{"jwt", false}, {"opaque", true}}, options.opaque_tokens);
  }
  if (name == "--certificate") {
    return ReadChoice<CertificateKind>(name, value,
                                       {{"good", CertificateKind::kGood},
                                        {"wrong-name", CertificateKind::kWrongName},
                                        {"expired", CertificateKind::kExpired},
                                        {"self-signed", CertificateKind::kSelfSigned}},
                                       options.certificate);
  }
  if (name == "--clock") {
    return ReadChoice<ClockKind>(name, value,
                                 {{"running", ClockKind::kRunning}, {"frozen", ClockKind::kFrozen}},
                                 options.clock);
  }
  return Wrong(name, "no such option; --help lists them");
}

}  // namespace

absl::StatusOr<Command> ReadCommand(const std::vector<std::string>& arguments) {
  Command command;
  command.options.seed = 1;
  command.options.meetings_per_user = 3;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    if (arguments[i] == "--help" || arguments[i] == "-h") {
      command.help = true;
      return command;
    }
    const bool has_value = i + 1 < arguments.size();
    JOINPASS_RETURN_IF_ERROR(ReadOption(arguments[i], has_value ? arguments[i + 1] : "", command));
    if (!has_value) return Wrong(arguments[i], "needs a value");
  }
  const bool generated = command.options.users != 0;
  if (command.options.world_file.empty() == !generated) {
    return Wrong("world", "give either --world or --users");
  }
  return command;
}

std::string_view HelpText() { return kHelp; }

std::string ReadyLine(const FakeZoom& fake, std::string_view ca_file) {
  std::string line =
      absl::StrCat("fake_zoom: ready  ZOOM_OAUTH_ORIGIN=", fake.origin(),
                   " ZOOM_API_ORIGIN=", fake.origin(), " JOINPASS_CA_FILE=", base::ToAbsl(ca_file));
  const std::vector<App> apps = fake.Apps();
  // The first that a user can consent to, if there is one.
  auto app = std::find_if(apps.begin(), apps.end(),
                          [](const App& each) { return each.kind == AppKind::kUser; });
  if (app == apps.end()) app = apps.begin();
  if (app != apps.end()) {
    absl::StrAppend(&line, " ZOOM_CLIENT_ID=", app->client_id,
                    " ZOOM_CLIENT_SECRET=", app->client_secret);
  }
  return line;
}

}  // namespace joinpass::fake_zoom
