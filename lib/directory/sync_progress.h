// How a sync does, as a value: decisions only.

#ifndef JOINPASS_LIB_DIRECTORY_SYNC_PROGRESS_H_
#define JOINPASS_LIB_DIRECTORY_SYNC_PROGRESS_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "joinpass/directory.h"
#include "store/record_types.h"

namespace joinpass::directory {

SyncProgress ProgressOf(const store::SyncRecord& sync);

// Whether a sync that begins at `now` goes on with the `last` one, which a crash, the end
// of its engine or an error cut short a moment ago, before it had passed all users: what
// that has read counts as read. Not with one that is under way elsewhere, nor with that of
// an earlier consent than `connected_at`.
bool GoesOn(const std::optional<store::SyncRecord>& last, absl::Time connected_at, absl::Time now);

// The record of a sync that begins at `now`: of the last one, if it goes on with that.
store::SyncRecord Begun(const std::string& credential_id, absl::Time connected_at,
                        const std::optional<store::SyncRecord>& last, absl::Time now);

// What becomes of `sync` when it ends with `ended`. One that its engine's end cut short is
// in progress still: the next one goes on with it.
store::SyncRecord Ended(store::SyncRecord sync, const absl::Status& ended, absl::Time now);

// When the next sync of a credential is due that the background owner syncs every `every`;
// `last` is how the last one did, `connected_at` the last consent. Of several credentials
// each has its own moment, up to a tenth of `every` earlier or later.
absl::Time DueAt(const std::string& credential_id, absl::Time connected_at,
                 const std::optional<store::SyncRecord>& last, absl::Duration every,
                 absl::Time now);

}  // namespace joinpass::directory

#endif  // JOINPASS_LIB_DIRECTORY_SYNC_PROGRESS_H_
