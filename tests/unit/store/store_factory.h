// Where the stores of the contract suite come from.

#ifndef JOINPASS_TESTS_UNIT_STORE_STORE_FACTORY_H_
#define JOINPASS_TESTS_UNIT_STORE_STORE_FACTORY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "crypto/key_ring.h"
#include "crypto/key_source.h"
#include "store/store.h"

namespace joinpass::store {

// Opens the store at `place`, as another process would that shares it, and makes it if
// it is not there. `place` is a path in a temporary folder, by which an engine may name
// whatever it keeps its rows in. `keys` must outlive it.
//
// Each engine's suite links the tests in contract/ with a definition of its own.
absl::StatusOr<std::unique_ptr<Store>> OpenStoreAt(const std::string& place,
                                                   crypto::KeySource& keys);
absl::StatusOr<std::unique_ptr<Store>> OpenStoreAt(const std::string& place,
                                                   const crypto::KeyRing& keys);

}  // namespace joinpass::store

#endif  // JOINPASS_TESTS_UNIT_STORE_STORE_FACTORY_H_
