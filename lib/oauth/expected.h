// Whether a consent is by whom it is to be by. Pure.

#ifndef JOINPASS_LIB_OAUTH_EXPECTED_H_
#define JOINPASS_LIB_OAUTH_EXPECTED_H_

#include <string>
#include <vector>

#include "joinpass/credentials.h"
#include "store/record_types.h"

namespace joinpass::oauth {

// Names what is wrong with `expected`: a field of more than 256 bytes.
void CheckExpected(const ExpectedConsenter& expected, std::vector<std::string>& wrong);

store::Consenter ToConsenter(const ExpectedConsenter& expected);

// What nobody tells of `who` is not as expected.
bool IsExpected(const store::Consenter& expected, const store::Consenter& who);

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_EXPECTED_H_
