// Random: one of the four seams.

#ifndef JOINPASS_LIB_BASE_RANDOM_H_
#define JOINPASS_LIB_BASE_RANDOM_H_

#include <cstddef>
#include <span>
#include <string>

namespace joinpass::base {

// Thread-safe.
class Random {
 public:
  virtual ~Random() = default;

  // Fills `out` with bytes fit for keys.
  virtual void Fill(std::span<unsigned char> out) = 0;

  // `bytes` random bytes as base64url without padding: 16 bytes make 22
  // characters.
  std::string Token(std::size_t bytes);

  // From 0 up to 1, without it.
  double Fraction();
};

// The kernel's generator. Lives for ever. Aborts the process if the kernel has
// no randomness to give, since there is nothing safe to do then.
Random& SystemRandom();

}  // namespace joinpass::base

#endif  // JOINPASS_LIB_BASE_RANDOM_H_
