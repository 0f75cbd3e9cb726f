// What the directory holds of a number, by kind.

#ifndef JOINPASS_TESTS_SUPPORT_FOUND_RECORDS_H_
#define JOINPASS_TESTS_SUPPORT_FOUND_RECORDS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "store/records.h"

namespace joinpass::store {

// The meetings; the error of the first row, if none opens.
inline absl::StatusOr<std::vector<MeetingRecord>> FindMeetings(Records& records,
                                                               std::uint64_t number) {
  auto found = records.FindNumber(number);
  if (!found.ok()) return found.status();
  if (found->meetings.empty() && !found->damage.ok()) return found->damage;
  return std::move(found->meetings);
}

// The same of those who have it as their personal meeting id.
inline absl::StatusOr<std::vector<HostRecord>> FindHostsByPersonalMeetingId(Records& records,
                                                                            std::uint64_t pmi) {
  auto found = records.FindNumber(pmi);
  if (!found.ok()) return found.status();
  if (found->owners.empty() && !found->damage.ok()) return found->damage;
  return std::move(found->owners);
}

}  // namespace joinpass::store

#endif  // JOINPASS_TESTS_SUPPORT_FOUND_RECORDS_H_
