// Undying: a static that is made when it is first used, and never destroyed.

#ifndef JOINPASS_LIB_BASE_UNDYING_H_
#define JOINPASS_LIB_BASE_UNDYING_H_

#include <new>

namespace joinpass::base {

// Threads may outlive the statics of a process that ends. Takes no memory of the heap.
template <typename T>
class Undying {
 public:
  Undying() { ::new (static_cast<void*>(bytes_)) T; }
  Undying(const Undying&) = delete;
  Undying& operator=(const Undying&) = delete;

  T& get() { return *std::launder(reinterpret_cast<T*>(bytes_)); }

 private:
  alignas(T) unsigned char bytes_[sizeof(T)];
};

}  // namespace joinpass::base

#endif  // JOINPASS_LIB_BASE_UNDYING_H_
