// Looks into memory at the moment it is freed.

#ifndef JOINPASS_TESTS_SUPPORT_FREED_BYTES_H_
#define JOINPASS_TESTS_SUPPORT_FREED_BYTES_H_

#include <string>

namespace joinpass::testing {

// Counts the blocks that hold `mark` when they are freed by a thread that is
// watched. One at a time. Works under AddressSanitizer only, which tells of
// every free, also of other libraries.
class FreedBytes {
 public:
#ifdef __SANITIZE_ADDRESS__
  static constexpr bool kCanLook = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
  static constexpr bool kCanLook = true;
#else
  static constexpr bool kCanLook = false;
#endif
#else
  static constexpr bool kCanLook = false;
#endif

  explicit FreedBytes(const std::string& mark);
  ~FreedBytes();

  void WatchThisThread();
  int hits() const;
};

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_SUPPORT_FREED_BYTES_H_
