#include "base/random.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "absl/strings/escaping.h"
#include "base/undying.h"
#include "base/wipe.h"

namespace joinpass::base {
namespace {

class KernelRandom final : public Random {
 public:
  void Fill(std::span<unsigned char> out) override {
    while (!out.empty()) {
      const ssize_t got = getrandom(out.data(), std::min<std::size_t>(out.size(), 256), 0);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) std::abort();
      out = out.subspan(static_cast<std::size_t>(got));
    }
  }
};

}  // namespace

std::string Random::Token(std::size_t bytes) {
  std::string raw(bytes, '\0');
  Fill({reinterpret_cast<unsigned char*>(raw.data()), raw.size()});
  std::string text = absl::WebSafeBase64Escape(raw);
  while (!text.empty() && text.back() == '=') text.pop_back();
  Wipe(raw);
  return text;
}

double Random::Fraction() {
  constexpr int kBits = 53;  // all that a double holds
  unsigned char bytes[sizeof(std::uint64_t)];
  Fill(bytes);
  std::uint64_t number = 0;
  std::memcpy(&number, bytes, sizeof(number));
  return static_cast<double>(number >> (64 - kBits)) / static_cast<double>(1ULL << kBits);
}

Random& SystemRandom() {
  static Undying<KernelRandom> random;
  return random.get();
}

}  // namespace joinpass::base
