// What is known, page by page.

#ifndef JOINPASS_LIB_DIRECTORY_LISTING_H_
#define JOINPASS_LIB_DIRECTORY_LISTING_H_

#include "absl/status/statusor.h"
#include "directory/serving_consents.h"
#include "joinpass/directory.h"
#include "store/records.h"

namespace joinpass::directory {

// Blocks on the store; not for the loop's thread. Errors as for Directory::List().
absl::StatusOr<MeetingPage> List(store::Records& records, ServingConsents& consents,
                                 const MeetingQuery& query);

}  // namespace joinpass::directory

#endif  // JOINPASS_LIB_DIRECTORY_LISTING_H_
