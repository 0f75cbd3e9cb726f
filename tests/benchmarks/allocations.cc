#include "benchmarks/allocations.h"

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

namespace joinpass::testing {
std::int64_t Allocations() { return 0; }
}  // namespace joinpass::testing

#else

namespace {
thread_local std::int64_t g_allocations = 0;
}

namespace joinpass::testing {
std::int64_t Allocations() { return g_allocations; }
}  // namespace joinpass::testing

// The program's own come before those of the C library, which has them also by other names.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t many, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);

void* malloc(std::size_t size) {
  ++g_allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t many, std::size_t size) {
  ++g_allocations;
  return __libc_calloc(many, size);
}
void* realloc(void* block, std::size_t size) {
  ++g_allocations;
  return __libc_realloc(block, size);
}
}

#endif
