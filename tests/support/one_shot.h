// Questions to the directory, as if each were the first of its process.

#ifndef JOINPASS_TESTS_SUPPORT_ONE_SHOT_H_
#define JOINPASS_TESTS_SUPPORT_ONE_SHOT_H_

#include "directory/listing.h"
#include "directory/resolver.h"
#include "directory/serving_consents.h"

namespace joinpass::directory {

inline absl::StatusOr<Resolution> Resolve(store::Records& records, const MeetingLink& link,
                                          absl::Time now) {
  ServingConsents consents(records);
  return Resolve(records, consents, link, {}, now);
}

inline absl::StatusOr<Explanation> Explain(store::Records& records, const MeetingLink& link,
                                           absl::Time now) {
  ServingConsents consents(records);
  return Explain(records, consents, link, now);
}

inline absl::StatusOr<MeetingPage> List(store::Records& records, const MeetingQuery& query) {
  ServingConsents consents(records);
  return List(records, consents, query);
}

}  // namespace joinpass::directory

#endif  // JOINPASS_TESTS_SUPPORT_ONE_SHOT_H_
