// Secret: a string that nobody prints by accident and nothing outlives.

#ifndef JOINPASS_SECRET_H_
#define JOINPASS_SECRET_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "joinpass/export.h"

namespace joinpass {

// Holds a token, a key, a passcode or a client secret. The bytes live on the
// heap in one block that is overwritten before it is freed, so that neither a
// core file nor a later allocation finds them. There is no stream operator and
// no conversion: the one way out is Reveal().
//
// Thread-compatible. A moved-from Secret is empty.
class JOINPASS_EXPORT Secret {
 public:
  Secret() = default;

  // Copies `value`. Wiping the original is the caller's business; see Take().
  explicit Secret(std::string_view value);

  // Takes over `value` and wipes it.
  static Secret Take(std::string&& value);

  Secret(const Secret& other);
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  // The bytes. The view dies with this object or its next assignment; do not
  // log it, not even in part.
  std::string_view Reveal() const { return {bytes_.get(), size_}; }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  // In time that depends on the sizes only.
  friend JOINPASS_EXPORT bool operator==(const Secret& a, const Secret& b);

 private:
  void Wipe();

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

}  // namespace joinpass

#endif  // JOINPASS_SECRET_H_
