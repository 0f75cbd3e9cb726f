// The command line of the program. Pure.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_COMMAND_H_
#define JOINPASS_TESTS_FAKE_ZOOM_COMMAND_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "fake_zoom/fake_zoom.h"

namespace joinpass::fake_zoom {

struct Command {
  Options options = {};
  std::string ca_out = {};  // "": the CA stays where the fake keeps it
  bool help = false;
};

// Reads the arguments after the program's name.
//
// Errors: kInvalidArgument; the message names the option and what is wrong with it.
absl::StatusOr<Command> ReadCommand(const std::vector<std::string>& arguments);

// What --help says.
std::string_view HelpText();

// "fake_zoom: ready  ZOOM_OAUTH_ORIGIN=… …": how to point a client at it.
std::string ReadyLine(const FakeZoom& fake, std::string_view ca_file);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_COMMAND_H_
