// What this program's getaddrinfo() and connect() do: for names and addresses of a
// script, what that says; for all others, what the system does.

#ifndef JOINPASS_TESTS_SUPPORT_SCRIPTED_NAMES_H_
#define JOINPASS_TESTS_SUPPORT_SCRIPTED_NAMES_H_

#include <string>
#include <vector>

namespace joinpass::testing {

// One at a time. Thread-safe. A program that links it has all its look-ups and
// connections go through it.
class ScriptedNames {
 public:
  ScriptedNames();
  ~ScriptedNames();
  ScriptedNames(const ScriptedNames&) = delete;
  ScriptedNames& operator=(const ScriptedNames&) = delete;

  // From now on `name` has these addresses, in this order.
  void Set(const std::string& name, std::vector<std::string> addresses);

  // Whoever asks for `name` has no answer before Answer(), or the end of this.
  void Stall(const std::string& name);
  void Answer();
  int Stalled();  // how many wait
  void AwaitStalled(int count);

  // Whoever connects to the IPv4 address gets to this machine.
  void BringHome(const std::string& address);

  // The addresses that were connected to on `port` since the last call.
  std::vector<std::string> Dialled(int port);
};

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_SUPPORT_SCRIPTED_NAMES_H_
