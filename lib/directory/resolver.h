// Whose meeting is it?

#ifndef JOINPASS_LIB_DIRECTORY_RESOLVER_H_
#define JOINPASS_LIB_DIRECTORY_RESOLVER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "directory/serving_consents.h"
#include "joinpass/directory.h"
#include "joinpass/meeting_link.h"
#include "store/records.h"

namespace joinpass::directory {

// Answers from the store alone. Blocks on it; not for the loop's thread. Those whom
// `hints` name are the last candidates, whatever is known. Errors as for
// Directory::Resolve().
absl::StatusOr<Resolution> Resolve(store::Records& records, ServingConsents& consents,
                                   const MeetingLink& link, const std::vector<std::string>& hints,
                                   absl::Time now);
// Likewise. Errors as for Directory::Explain().
absl::StatusOr<Explanation> Explain(store::Records& records, ServingConsents& consents,
                                    const MeetingLink& link, absl::Time now);

}  // namespace joinpass::directory

#endif  // JOINPASS_LIB_DIRECTORY_RESOLVER_H_
