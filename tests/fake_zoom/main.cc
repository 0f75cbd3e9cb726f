// The program: FakeZoom until somebody stops it.

#include <signal.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "fake_zoom/command.h"
#include "fake_zoom/fake_zoom.h"

namespace {

namespace fake_zoom = joinpass::fake_zoom;

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "fake_zoom: %s\n", std::string(status.message()).c_str());
  return 2;
}

bool Copy(const std::string& from, const std::string& to) {
  std::ofstream out(to, std::ios::binary);
  out << std::ifstream(from, std::ios::binary).rdbuf();
  return out.flush().good();
}

}  // namespace

int main(int argc, char** argv) {
  const auto command = fake_zoom::ReadCommand({argv + 1, argv + argc});
  if (!command.ok()) return Fail(command.status());
  if (command->help) {
    std::fputs(std::string(fake_zoom::HelpText()).c_str(), stdout);
    return 0;
  }
  // Before the server's thread starts, which inherits it: only sigwait takes them.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  sigprocmask(SIG_BLOCK, &stop, nullptr);
  signal(SIGPIPE, SIG_IGN);

  const auto fake = fake_zoom::FakeZoom::Start(command->options);
  if (!fake.ok()) return Fail(fake.status());
  std::string ca_file = (*fake)->ca_file();
  if (!command->ca_out.empty()) {
    if (!Copy(ca_file, command->ca_out)) {
      return Fail(absl::InvalidArgumentError("--ca-out: the file cannot be written"));
    }
    ca_file = command->ca_out;
  }
  std::printf("%s\n", fake_zoom::ReadyLine(**fake, ca_file).c_str());
  std::fflush(stdout);
  int signal_number = 0;
  sigwait(&stop, &signal_number);
  return 0;
}
