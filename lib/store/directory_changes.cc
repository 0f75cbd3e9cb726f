#include "store/directory_changes.h"

#include <algorithm>
#include <map>
#include <utility>

#include "store/millis.h"

namespace joinpass::store {
namespace {

// Only what was said is stored: times that differ by less are the same.
template <typename T>
void Cut(Learnt<T>& learnt) {
  learnt.at = CutToMillis(learnt.at);
}
HostRecord Cut(HostRecord host) {
  Cut(host.account_id);
  Cut(host.personal_meeting_id);
  Cut(host.vanity_name);
  Cut(host.email);
  Cut(host.inactive);
  return host;
}
MeetingRecord Cut(MeetingRecord meeting) {
  Cut(meeting.host);
  Cut(meeting.deleted);
  return meeting;
}

// What is in `seen`. All of it can be learnt again, so a row that does not open is as
// good as none. (One that only newer keys than ours open is not lost: with ours nothing
// can be written.)
template <typename Record, typename Row, typename Open>
std::optional<Record> KnownIn(const std::optional<Row>& seen, const Open& open) {
  if (!seen) return std::nullopt;
  absl::StatusOr<Record> known = open(*seen);
  return known.ok() ? std::optional<Record>(*std::move(known)) : std::nullopt;
}

bool SealsTheSame(const HostRecord& a, const HostRecord& b) {
  return a.account_id.value == b.account_id.value && a.vanity_name.value == b.vanity_name.value &&
         a.personal_meeting_id.value == b.personal_meeting_id.value &&
         a.email.value == b.email.value;
}

// A row is sealed again only where what it seals has changed.
HostRow RowOf(const RowSealer& sealer, const HostRecord& now,
              const std::optional<HostRecord>& known, const std::optional<HostRow>& seen) {
  if (!known || !SealsTheSame(now, *known)) return sealer.SealHost(now);
  HostRow row = *seen;
  row.account_at = now.account_id.at;
  row.number_at = now.personal_meeting_id.at;
  row.vanity_at = now.vanity_name.at;
  row.email_at = now.email.at;
  row.inactive = now.inactive.value;
  row.inactive_at = now.inactive.at;
  return row;
}
MeetingRow RowOf(const RowSealer& sealer, const MeetingRecord& now,
                 const std::optional<MeetingRecord>& known, const std::optional<MeetingRow>& seen) {
  if (!known || now.host.value != known->host.value) return sealer.SealMeeting(now);
  MeetingRow row = *seen;
  row.host_keys = sealer.MeetingHostKeys(now);
  row.host_at = now.host.at;
  row.deleted = now.deleted.value;
  row.deleted_at = now.deleted.at;
  return row;
}

// Whether all that `now` says was known before, at a time that counts.
bool SaysTheSame(const MeetingRecord& before, const MeetingRecord& now, absl::Time latest) {
  return before.host.value == now.host.value && before.deleted.value == now.deleted.value &&
         before.host.at <= latest && before.deleted.at <= latest &&
         before.deleted.at > absl::InfinitePast();
}

// Who hosts a meeting, as it says of him itself.
HostRecord HostIn(const MeetingRecord& meeting) {
  HostRecord host = {.app_id = meeting.app_id, .user_id = meeting.host.value.user_id};
  const std::string& account_id = meeting.host.value.account_id;
  if (!account_id.empty()) host.account_id = {account_id, meeting.host.at};
  return host;
}

}  // namespace

bool Learn(HostRecord& known, const HostRecord& learnt, absl::Time latest) {
  bool changed = known.account_id.Take(learnt.account_id, latest);
  changed |= known.personal_meeting_id.Take(learnt.personal_meeting_id, latest);
  changed |= known.vanity_name.Take(learnt.vanity_name, latest);
  changed |= known.email.Take(learnt.email, latest);
  changed |= known.inactive.Take(learnt.inactive, latest);
  return changed;
}

bool Learn(MeetingRecord& known, const MeetingRecord& learnt, absl::Time latest) {
  bool changed = known.host.Take(learnt.host, latest);
  changed |= known.deleted.Take(learnt.deleted, latest);
  return changed;
}

void NoteListed(MeetingRecord& meeting, absl::Time listed_at, absl::Time latest) {
  if (meeting.deleted.value || listed_at > latest) return;
  meeting.host.at = std::max(meeting.host.at, listed_at);
  meeting.deleted.at = std::max(meeting.deleted.at, listed_at);
}

std::optional<HostChange> ChangeFor(const RowSealer& sealer, const HostRecord& said,
                                    const std::optional<HostRow>& seen, absl::Time latest) {
  const HostRecord learnt = Cut(said);
  const auto known =
      KnownIn<HostRecord>(seen, [&](const HostRow& row) { return sealer.OpenHost(row); });
  HostRecord now = known.value_or(HostRecord{.app_id = learnt.app_id, .user_id = learnt.user_id});
  if (!Learn(now, learnt, latest)) return std::nullopt;
  const bool has_moved =
      known && !known->account_id.value.empty() && known->account_id.value != now.account_id.value;
  return HostChange{.row = RowOf(sealer, now, known, seen), .seen = seen, .has_moved = has_moved};
}

std::optional<MeetingChange> ChangeFor(const RowSealer& sealer, const MeetingRecord& learnt,
                                       const std::optional<MeetingRow>& seen, absl::Time latest,
                                       Noting noting, MeetingRecord& now) {
  const auto known =
      KnownIn<MeetingRecord>(seen, [&](const MeetingRow& row) { return sealer.OpenMeeting(row); });
  now = known.value_or(MeetingRecord{.app_id = learnt.app_id, .number = learnt.number});
  if (seen) NoteListed(now, seen->listed_at, latest);
  const MeetingRecord before = now;
  if (!Learn(now, learnt, latest)) return std::nullopt;
  // Where the row of the host says nothing, only that of the meeting can say when.
  const bool by_list = noting == Noting::kByList && seen && seen->listed_at > absl::InfinitePast();
  if (by_list && SaysTheSame(before, now, latest)) return std::nullopt;
  return MeetingChange{.row = RowOf(sealer, now, known, seen), .seen = seen};
}

std::optional<HostChange> ChangeForHostOfMeeting(const RowSealer& sealer, const HostRecord& host,
                                                 const std::optional<HostRow>& seen,
                                                 absl::Time latest) {
  const auto known =
      KnownIn<HostRecord>(seen, [&](const HostRow& row) { return sealer.OpenHost(row); });
  const bool says_nothing = host.account_id.value.empty();
  if (known && (says_nothing || !known->account_id.value.empty())) return std::nullopt;
  if (!known) return HostChange{.row = sealer.SealHost(host), .seen = seen};
  return ChangeFor(sealer, host, seen, latest);
}

std::vector<HostRecord> HostsIn(std::span<const MeetingRecord> meetings, absl::Time latest) {
  std::map<std::pair<std::string, std::string>, HostRecord> hosts;
  for (const MeetingRecord& meeting : meetings) {
    HostRecord host = HostIn(meeting);
    if (host.user_id.empty()) continue;
    const auto [at, is_new] = hosts.try_emplace({host.app_id, host.user_id}, host);
    if (!is_new) Learn(at->second, host, latest);
  }
  std::vector<HostRecord> once;
  for (auto& [key, host] : hosts) once.push_back(std::move(host));
  return once;
}

std::vector<MeetingRecord> Gathered(std::span<const MeetingRecord> meetings, absl::Time latest) {
  std::map<std::pair<std::string, std::uint64_t>, MeetingRecord> gathered;
  for (const MeetingRecord& each : meetings) {
    MeetingRecord meeting = Cut(each);
    const auto [at, is_new] = gathered.try_emplace({each.app_id, each.number}, meeting);
    if (!is_new) Learn(at->second, meeting, latest);
  }
  std::vector<MeetingRecord> once;
  for (auto& [key, meeting] : gathered) once.push_back(std::move(meeting));
  return once;
}

}  // namespace joinpass::store
