// Overwriting memory that held a secret.

#ifndef JOINPASS_LIB_BASE_WIPE_H_
#define JOINPASS_LIB_BASE_WIPE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace joinpass::base {

// Overwrites `size` bytes; no optimiser removes it.
void Wipe(void* bytes, std::size_t size);

// Overwrites the whole of `text`, also where it is short, and empties it.
void Wipe(std::string& text);

// Frees nothing that it did not overwrite before.
template <typename T>
struct WipingAllocator {
  using value_type = T;

  WipingAllocator() = default;
  template <typename U>
  WipingAllocator(const WipingAllocator<U>&) {}

  T* allocate(std::size_t n) { return std::allocator<T>().allocate(n); }
  void deallocate(T* p, std::size_t n) {
    Wipe(p, n * sizeof(T));
    std::allocator<T>().deallocate(p, n);
  }
  friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
  friend bool operator!=(const WipingAllocator&, const WipingAllocator&) { return false; }
};

// A growing block of bytes that may hold secrets: bodies, buffers. Not a
// string, since short strings live inside the object and are not wiped.
using Buffer = std::vector<char, WipingAllocator<char>>;

inline std::string_view View(const Buffer& buffer) { return {buffer.data(), buffer.size()}; }
inline Buffer ToBuffer(std::string_view text) { return {text.begin(), text.end()}; }
inline void Append(Buffer& buffer, std::string_view text) {
  buffer.insert(buffer.end(), text.begin(), text.end());
}

}  // namespace joinpass::base

#endif  // JOINPASS_LIB_BASE_WIPE_H_
