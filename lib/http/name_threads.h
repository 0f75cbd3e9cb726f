// NameThreads: the system's resolver, which blocks, beside the loop. Internal to
// lib/http.

#ifndef JOINPASS_LIB_HTTP_NAME_THREADS_H_
#define JOINPASS_LIB_HTTP_NAME_THREADS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "http/stream.h"

namespace joinpass::http {

// What getaddrinfo() said: its error (EAI_…; 0: none), the errno of EAI_SYSTEM, and
// at most 16 addresses.
struct SystemAnswer {
  int error = 0;
  int system_error = 0;
  std::vector<Address> addresses = {};
};

// Some threads, made at once, that ask for one name each: one that is slow holds up
// no other. Foreign names, which came over the network, have half of them at most.
// Nobody can end what the system is doing; so a thread that is still in it at the end is
// left behind. It touches nothing of ours any more, and ends when the system answers.
// Thread-safe.
class NameThreads {
 public:
  // Throws std::system_error if there is no thread to be had.
  NameThreads();
  NameThreads(const NameThreads&) = delete;
  NameThreads& operator=(const NameThreads&) = delete;
  ~NameThreads();

  // `done` runs on one of the threads, or never, if the end comes first. Of more than 64
  // foreign names that wait the last is answered with EAI_AGAIN, within this call.
  void Ask(std::string host, std::uint16_t port, bool foreign,
           absl::AnyInvocable<void(SystemAnswer)> done);

 private:
  struct Shared;

  static void Run(const std::shared_ptr<Shared>& shared, std::size_t mine);
  void End();

  const std::shared_ptr<Shared> shared_;
  std::vector<std::thread> threads_;
};

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_NAME_THREADS_H_
