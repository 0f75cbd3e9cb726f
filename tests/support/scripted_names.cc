#include "support/scripted_names.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/mutex.h"

namespace joinpass::testing {
namespace {

struct Script {
  std::set<std::string> stalling;
  int stalled = 0;
  std::map<std::string, std::vector<std::string>> names;
  std::set<std::string> brought_home;
  std::vector<std::pair<std::string, int>> dialled;
};

base::Mutex mutex;
base::CondVar answered;
base::CondVar stalled;
std::optional<Script> script ABSL_GUARDED_BY(mutex);

using GetAddrInfo = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
using Connect = int (*)(int, const sockaddr*, socklen_t);

template <typename Function>
Function Real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

std::optional<std::vector<std::string>> AddressesOf(const char* node) {
  base::MutexLock lock(mutex);
  if (!script || node == nullptr) return std::nullopt;
  if (script->stalling.count(node) > 0) {
    ++script->stalled;
    stalled.NotifyAll();
  }
  while (script && script->stalling.count(node) > 0) answered.Wait(mutex);
  if (!script) return std::nullopt;
  const auto found = script->names.find(node);
  if (found == script->names.end()) return std::nullopt;
  return found->second;
}

// One list of what the system makes of each address by itself.
int GiveAll(const std::vector<std::string>& addresses, const char* service, const addrinfo* hints,
            addrinfo** found) {
  *found = nullptr;
  addrinfo** end = found;
  for (const std::string& address : addresses) {
    const int error = Real<GetAddrInfo>("getaddrinfo")(address.c_str(), service, hints, end);
    if (error != 0) return error;
    while (*end != nullptr) end = &(*end)->ai_next;
  }
  return *found == nullptr ? EAI_NONAME : 0;
}

std::pair<std::string, int> TextOf(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address->sa_family == AF_INET) {
    sockaddr_in in = {};
    std::memcpy(&in, address, sizeof(in));
    inet_ntop(AF_INET, &in.sin_addr, text, sizeof(text));
    return {text, ntohs(in.sin_port)};
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 in = {};
    std::memcpy(&in, address, sizeof(in));
    inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof(text));
    return {text, ntohs(in.sin6_port)};
  }
  return {};
}

// Whether the connection is to be brought here.
bool NoteConnect(const sockaddr* address) {
  base::MutexLock lock(mutex);
  if (!script) return false;
  std::pair<std::string, int> dialled = TextOf(address);
  const bool home = script->brought_home.count(dialled.first) > 0;
  script->dialled.push_back(std::move(dialled));
  return home;
}

}  // namespace

ScriptedNames::ScriptedNames() {
  base::MutexLock lock(mutex);
  if (script) std::abort();
  script.emplace();
}

ScriptedNames::~ScriptedNames() {
  base::MutexLock lock(mutex);
  script.reset();
  answered.NotifyAll();
}

void ScriptedNames::Set(const std::string& name, std::vector<std::string> addresses) {
  base::MutexLock lock(mutex);
  script->names[name] = std::move(addresses);
}

void ScriptedNames::Stall(const std::string& name) {
  base::MutexLock lock(mutex);
  script->stalling.insert(name);
}

void ScriptedNames::Answer() {
  base::MutexLock lock(mutex);
  script->stalling.clear();
  answered.NotifyAll();
}

int ScriptedNames::Stalled() {
  base::MutexLock lock(mutex);
  return script->stalled;
}

void ScriptedNames::AwaitStalled(int count) {
  base::MutexLock lock(mutex);
  while (script->stalled < count) stalled.Wait(mutex);
}

void ScriptedNames::BringHome(const std::string& address) {
  base::MutexLock lock(mutex);
  script->brought_home.insert(address);
}

std::vector<std::string> ScriptedNames::Dialled(int port) {
  base::MutexLock lock(mutex);
  std::vector<std::string> addresses;
  for (const auto& [address, at] : std::exchange(script->dialled, {})) {
    if (at == port) addresses.push_back(address);
  }
  return addresses;
}

extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  const auto addresses = AddressesOf(node);
  if (addresses) return GiveAll(*addresses, service, hints, found);
  return Real<GetAddrInfo>("getaddrinfo")(node, service, hints, found);
}

extern "C" int connect(int socket, const sockaddr* address, socklen_t size) {
  if (!NoteConnect(address)) return Real<Connect>("connect")(socket, address, size);
  sockaddr_in here = {};
  std::memcpy(&here, address, sizeof(here));
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return Real<Connect>("connect")(socket, reinterpret_cast<const sockaddr*>(&here), sizeof(here));
}

}  // namespace joinpass::testing
