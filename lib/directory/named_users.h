// Whom a caller names, and through whose consent each is served.

#ifndef JOINPASS_LIB_DIRECTORY_NAMED_USERS_H_
#define JOINPASS_LIB_DIRECTORY_NAMED_USERS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "joinpass/apps.h"
#include "store/records.h"

namespace joinpass::directory {

// How many a caller may name, and how long a name may be.
inline constexpr std::size_t kMostNames = 16;
inline constexpr std::size_t kLongestName = 320;

struct NamedUser {
  store::CredentialRecord credential = {};
  std::string user_id = {};  // empty: an account's consent was named, and nobody in it
};

// Those whom `names` name, in their order: each name a credential id, a Zoom user id, or
// an e-mail address. One with consents to several apps stands once for each, and so does
// one whom a consent of his account serves, as far as the directory knows him. Names that
// nobody has are passed over, and so is what cannot be read, unless nobody is left. Blocks
// on the store.
//
// Errors: credential_unknown: nobody has any of these names; those of the store
absl::StatusOr<std::vector<NamedUser>> FindNamedUsers(store::Records& records,
                                                      const std::vector<std::string>& names);

}  // namespace joinpass::directory

#endif  // JOINPASS_LIB_DIRECTORY_NAMED_USERS_H_
