// The ids that joinpass gives to what it keeps.

#ifndef JOINPASS_LIB_BASE_IDS_H_
#define JOINPASS_LIB_BASE_IDS_H_

#include <string>
#include <string_view>

#include "base/random.h"

namespace joinpass::base {

inline std::string NewAppId(Random& random) { return "app_" + random.Token(16); }
inline std::string NewCredentialId(Random& random) { return "cred_" + random.Token(16); }
inline std::string NewJoinId(Random& random) { return "join_" + random.Token(16); }
inline std::string NewPassId(Random& random) { return "pass_" + random.Token(16); }

// Told by its form from a user's id or e-mail address.
inline bool IsCredentialId(std::string_view text) { return text.starts_with("cred_"); }

}  // namespace joinpass::base

#endif  // JOINPASS_LIB_BASE_IDS_H_
