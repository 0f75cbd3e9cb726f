#include "oauth/expected.h"

#include <cstddef>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace joinpass::oauth {
namespace {

constexpr std::size_t kMostExpected = 256;

}  // namespace

void CheckExpected(const ExpectedConsenter& expected, std::vector<std::string>& wrong) {
  for (const auto& [name, value] :
       {std::pair("user_id", &expected.user_id), std::pair("account_id", &expected.account_id),
        std::pair("email", &expected.email)}) {
    if (value->size() <= kMostExpected) continue;
    wrong.push_back(absl::StrCat("expected.", name, " must have at most 256 bytes"));
  }
}

store::Consenter ToConsenter(const ExpectedConsenter& expected) {
  store::Consenter consenter;
  consenter.user_id = expected.user_id;
  consenter.account_id = expected.account_id;
  consenter.email = expected.email;
  return consenter;
}

bool IsExpected(const store::Consenter& expected, const store::Consenter& who) {
  const bool user = expected.user_id.empty() || expected.user_id == who.user_id;
  const bool account = expected.account_id.empty() || expected.account_id == who.account_id;
  const bool email = expected.email.empty() || absl::EqualsIgnoreCase(expected.email, who.email);
  return user && account && email;
}

}  // namespace joinpass::oauth
