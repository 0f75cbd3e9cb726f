// Counts what a thread takes from the heap.

#ifndef JOINPASS_TESTS_BENCHMARKS_ALLOCATIONS_H_
#define JOINPASS_TESTS_BENCHMARKS_ALLOCATIONS_H_

#include <cstdint>

namespace joinpass::testing {

// So far, by malloc(), calloc() and realloc(), whoever calls them. Always 0 in a build with a
// sanitizer, which has a heap of its own.
std::int64_t Allocations();

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_BENCHMARKS_ALLOCATIONS_H_
