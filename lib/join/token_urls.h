// Final tokens from URLs of the customer's.

#ifndef JOINPASS_LIB_JOIN_TOKEN_URLS_H_
#define JOINPASS_LIB_JOIN_TOKEN_URLS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/task.h"
#include "joinpass/join.h"
#include "joinpass/secret.h"
#include "joinpass/time.h"
#include "service/context.h"

namespace joinpass::join {

// The URL that gives the identity which is asked for; empty: none does.
const Secret& IdentityUrl(const JoinRequest& request);

// Names what is wrong with the URLs of `request`: none that may be fetched, or one
// for a part that is not asked for.
void CheckTokenUrls(const JoinRequest& request, std::vector<std::string>& wrong);

// Asks `url` for a token that lives for `lifetime`, counted from before the
// request, or as long as it says itself if that is shorter. It is nobody's
// credential. Errors as for oauth::FetchToken().
base::Task<absl::StatusOr<JoinPass::Token>> FetchFinalToken(const service::Context& context,
                                                            Secret url, UrlSource source,
                                                            absl::Duration lifetime,
                                                            SteadyTime deadline);

}  // namespace joinpass::join

#endif  // JOINPASS_LIB_JOIN_TOKEN_URLS_H_
