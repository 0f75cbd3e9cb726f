// Which rows change where something is learnt of hosts and meetings. Pure.

#ifndef JOINPASS_LIB_STORE_DIRECTORY_CHANGES_H_
#define JOINPASS_LIB_STORE_DIRECTORY_CHANGES_H_

#include <optional>
#include <span>
#include <vector>

#include "absl/time/time.h"
#include "store/record_types.h"
#include "store/row_sealer.h"
#include "store/rows.h"

namespace joinpass::store {

// What stands in a list that was read whole was so when that began.
void NoteListed(MeetingRecord& meeting, absl::Time listed_at, absl::Time latest);

// The change that has a row say what `learnt` says; nothing if it does already. `now` is what a
// meeting's row says then.
std::optional<HostChange> ChangeFor(const RowSealer& sealer, const HostRecord& learnt,
                                    const std::optional<HostRow>& seen, absl::Time latest);
std::optional<MeetingChange> ChangeFor(const RowSealer& sealer, const MeetingRecord& learnt,
                                       const std::optional<MeetingRow>& seen, absl::Time latest,
                                       Noting noting, MeetingRecord& now);

// The change that has the row of a meeting's host stand there, and say whose account he is
// of; nothing if it does already. In which account he is now only he himself can say: a list
// of another account's user may show his meeting.
std::optional<HostChange> ChangeForHostOfMeeting(const RowSealer& sealer, const HostRecord& host,
                                                 const std::optional<HostRow>& seen,
                                                 absl::Time latest);

// Each of the hosts of `meetings` once.
std::vector<HostRecord> HostsIn(std::span<const MeetingRecord> meetings, absl::Time latest);

// Each meeting once, with all that is said of it, as a row can say it.
std::vector<MeetingRecord> Gathered(std::span<const MeetingRecord> meetings, absl::Time latest);

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_DIRECTORY_CHANGES_H_
