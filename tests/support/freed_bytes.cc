#include "support/freed_bytes.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>

extern "C" {
// Source: sanitizer/allocator_interface.h, which not every compiler installs.
__attribute__((weak)) int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void*, std::size_t), void (*on_free)(const volatile void*));
__attribute__((weak)) std::size_t __sanitizer_get_allocated_size(const volatile void* block);
}

namespace joinpass::testing {
namespace {

std::array<char, 64> g_mark = {};
std::atomic<std::size_t> g_size{0};
std::atomic<int> g_hits{0};
thread_local bool g_watched = false;

void OnMalloc(const volatile void*, std::size_t) {}

void OnFree(const volatile void* block) {
  const std::size_t size = g_size;
  if (!g_watched || size == 0 || block == nullptr) return;
  const char* const begin = static_cast<const char*>(const_cast<const void*>(block));
  const char* const end = begin + __sanitizer_get_allocated_size(block);
  if (std::search(begin, end, g_mark.data(), g_mark.data() + size) != end) ++g_hits;
}

}  // namespace

FreedBytes::FreedBytes(const std::string& mark) {
  static const int installed = __sanitizer_install_malloc_and_free_hooks == nullptr
                                   ? 0
                                   : __sanitizer_install_malloc_and_free_hooks(OnMalloc, OnFree);
  (void)installed;
  std::copy_n(mark.begin(), std::min(mark.size(), g_mark.size()), g_mark.begin());
  g_hits = 0;
  g_size = std::min(mark.size(), g_mark.size());
}

FreedBytes::~FreedBytes() {
  g_size = 0;
  g_watched = false;
}

void FreedBytes::WatchThisThread() { g_watched = true; }
int FreedBytes::hits() const { return g_hits; }

}  // namespace joinpass::testing
