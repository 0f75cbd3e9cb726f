// Whether a consent is by whom it is to be by. Pure.

#ifndef JOINPASS_LIB_OAUTH_EXPECTED_H_
#define JOINPASS_LIB_OAUTH_EXPECTED_H_

#include "store/record_types.h"

namespace joinpass::oauth {

// What nobody tells of `who` is not as expected.
bool IsExpected(const store::Consenter& expected, const store::Consenter& who);

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_EXPECTED_H_
