#include "oauth/expected.h"

#include "absl/strings/match.h"

namespace joinpass::oauth {

bool IsExpected(const store::Consenter& expected, const store::Consenter& who) {
  const bool user = expected.user_id.empty() || expected.user_id == who.user_id;
  const bool account = expected.account_id.empty() || expected.account_id == who.account_id;
  const bool email = expected.email.empty() || absl::EqualsIgnoreCase(expected.email, who.email);
  return user && account && email;
}

}  // namespace joinpass::oauth
