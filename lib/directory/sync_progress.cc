#include "directory/sync_progress.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/status.h"
#include "joinpass/reason.h"
#include "store/learnt.h"

namespace joinpass::directory {
namespace {

// What was read before a longer pause is read again.
constexpr absl::Duration kLongestPause = absl::Minutes(15);

// One that says nothing for so long has died: it writes after each page, and no call of
// Zoom's takes longer than a minute.
constexpr absl::Duration kSilent = absl::Minutes(3);

// What an older one has read is read again, however often it was gone on with.
constexpr absl::Duration kLongestCourse = absl::Hours(12);

// How soon one that failed is tried again.
constexpr absl::Duration kAfterFailure = absl::Minutes(10);

// The same for one id wherever it is asked: 0 to 1.
double ShareOf(std::string_view id) {
  std::uint32_t hash = 2166136261;  // FNV-1a
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
  return static_cast<double>(hash) / 4294967296.0;
}

// Whether trying again soon is of no use.
bool IsLasting(std::string_view reason) {
  for (const Reason lasting : {Reason::kScopeMissing, Reason::kReauthorizationRequired,
                               Reason::kPermissionDenied, Reason::kRequestRefused}) {
    if (reason == ReasonName(lasting)) return true;
  }
  return false;
}

absl::Duration Jittered(absl::Duration every, std::string_view id) {
  return every * (0.9 + 0.2 * ShareOf(id));
}

}  // namespace

SyncProgress ProgressOf(const store::SyncRecord& sync) {
  SyncProgress progress;
  progress.credential_id = sync.credential_id;
  progress.state = sync.state;
  progress.reason = sync.reason;
  progress.users = sync.users;
  progress.users_in_all = sync.users_in_all;
  progress.meetings = sync.meetings;
  progress.webinars = sync.webinars;
  progress.removed = sync.removed;
  progress.calls = sync.calls;
  progress.began_at = sync.began_at;
  progress.changed_at = sync.changed_at;
  progress.completed_at = sync.completed_at;
  if (sync.state != SyncState::kInProgress) {
    progress.time_left = absl::ZeroDuration();
  } else if (sync.users > 0 && sync.users_in_all > 0) {
    const int left = std::max(0, sync.users_in_all - sync.users);
    progress.time_left =
        std::max(absl::ZeroDuration(), sync.changed_at - sync.began_at) * left / sync.users;
  }
  return progress;
}

bool GoesOn(const std::optional<store::SyncRecord>& last, absl::Time connected_at, absl::Time now) {
  if (!last) return false;
  const bool died = last->state == SyncState::kInProgress && last->changed_at <= now - kSilent;
  if (!died && last->state != SyncState::kFailed) return false;
  // Of a user nothing is passed over, and one that has passed all users has nothing left.
  const bool has_more = last->users_in_all > 1 && last->users < last->users_in_all;
  return has_more && connected_at <= last->began_at && last->changed_at > now - kLongestPause &&
         last->changed_at <= store::LatestLearnt(now) && last->began_at <= last->changed_at &&
         last->began_at > now - kLongestCourse;
}

store::SyncRecord Begun(const std::string& credential_id, absl::Time connected_at,
                        const std::optional<store::SyncRecord>& last, absl::Time now) {
  store::SyncRecord sync;
  sync.credential_id = credential_id;
  if (last) sync.completed_at = last->completed_at;
  sync.began_at = now;
  if (GoesOn(last, connected_at, now)) sync = *last;
  sync.state = SyncState::kInProgress;
  sync.users = 0;  // counted again as they are passed
  sync.reason.clear();
  sync.changed_at = now;
  return sync;
}

store::SyncRecord Ended(store::SyncRecord sync, const absl::Status& ended, absl::Time now) {
  sync.changed_at = now;
  if (ended.ok()) {
    sync.state = SyncState::kCompleted;
    sync.completed_at = now;
    sync.users_in_all = std::max(sync.users_in_all, sync.users);
  } else if (ReasonOf(ended) != Reason::kCancelled) {
    sync.state = SyncState::kFailed;
    sync.reason = std::string(ReasonName(ReasonOf(ended)));
  }
  return sync;
}

absl::Time DueAt(const std::string& credential_id, absl::Time connected_at,
                 const std::optional<store::SyncRecord>& last, absl::Duration every,
                 absl::Time now) {
  if (!last || last->state == SyncState::kNotStarted) return now;
  if (last->changed_at > store::LatestLearnt(now)) return now;  // by a clock that was ahead
  if (last->state == SyncState::kInProgress) return last->changed_at + kSilent;
  if (connected_at > last->began_at) return now;  // what it said before is another consent's
  if (last->state == SyncState::kFailed && !IsLasting(last->reason)) {
    return last->changed_at + Jittered(std::min(every, kAfterFailure), credential_id);
  }
  return last->changed_at + Jittered(every, credential_id);
}

}  // namespace joinpass::directory

namespace joinpass {

std::string_view SyncStateName(SyncState state) {
  switch (state) {
    case SyncState::kNotStarted:
      return "not_started";
    case SyncState::kInProgress:
      return "in_progress";
    case SyncState::kCompleted:
      return "completed";
    case SyncState::kFailed:
      return "failed";
  }
  return "unknown";
}

}  // namespace joinpass
