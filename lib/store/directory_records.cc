// Records of hosts and their meetings.

#include <cstddef>
#include <utility>

#include "base/status.h"
#include "store/millis.h"
#include "store/opened_rows.h"
#include "store/records_store.h"

namespace joinpass::store {
namespace {

// Both are told apart by their keys already, so the ids that make them are left
// out; and so is the time.
bool SaysTheSame(const HostRecord& a, const HostRecord& b) {
  return a.account_id == b.account_id && a.personal_meeting_id == b.personal_meeting_id &&
         a.vanity_name == b.vanity_name;
}
bool SaysTheSame(const MeetingRecord& a, const MeetingRecord& b) {
  return a.host_account_id == b.host_account_id;
}

absl::Status Mismatch() {
  return base::MakeError(Reason::kStoreCorrupt,
                         "directory: a row does not belong to what it holds");
}

}  // namespace

absl::Status Records::PutHost(const HostRecord& host) {
  JOINPASS_ASSIGN_OR_RETURN(const std::optional<HostRow> stored,
                            store_.FindHost(sealer_.HostKeys(host.app_id, host.user_id)));
  if (stored) {
    JOINPASS_ASSIGN_OR_RETURN(const HostRecord known, sealer_.OpenHost(*stored));
    if (CutToMillis(host.learnt_at) < known.learnt_at) return absl::OkStatus();
    if (SaysTheSame(known, host)) {
      if (CutToMillis(host.learnt_at) == known.learnt_at) return absl::OkStatus();
      return store_.TouchHost(stored->user_key, host.learnt_at);
    }
  }
  return store_.PutHost(sealer_.SealHost(host), stored ? stored->user_key : "");
}

absl::Status Records::PutMeetings(std::span<const MeetingRecord> meetings) {
  std::vector<MeetingSearch> searches;
  for (const MeetingRecord& meeting : meetings) searches.push_back(sealer_.SearchMeeting(meeting));
  JOINPASS_ASSIGN_OR_RETURN(const std::vector<std::optional<MeetingRow>> stored,
                            store_.FindEachMeeting(searches));
  MeetingChanges changes;
  absl::Status damaged;
  for (std::size_t i = 0; i < meetings.size(); ++i) {
    if (!stored[i]) {
      changes.written.push_back({.row = sealer_.SealMeeting(meetings[i])});
      continue;
    }
    const absl::StatusOr<MeetingRecord> known = sealer_.OpenMeeting(*stored[i]);
    if (!known.ok()) {
      damaged.Update(known.status());
    } else if (CutToMillis(meetings[i].learnt_at) < known->learnt_at) {
      continue;
    } else if (!SaysTheSame(*known, meetings[i])) {
      changes.written.push_back(
          {.row = sealer_.SealMeeting(meetings[i]), .replaced = stored[i]->key});
    } else if (CutToMillis(meetings[i].learnt_at) > known->learnt_at) {
      changes.learnt.push_back({.key = stored[i]->key, .learnt_at = meetings[i].learnt_at});
    }
  }
  JOINPASS_RETURN_IF_ERROR(store_.ChangeMeetings(changes));
  return damaged;
}

absl::StatusOr<int> Records::SweepMeetings(const std::string& app_id,
                                           const std::string& host_user_id,
                                           absl::Time learnt_before) {
  return store_.RemoveMeetings(sealer_.MeetingHostKeys(app_id, host_user_id), learnt_before);
}

absl::StatusOr<std::vector<MeetingRecord>> Records::FindMeetings(std::uint64_t number) {
  JOINPASS_ASSIGN_OR_RETURN(const std::vector<MeetingRow> rows,
                            store_.FindMeetings(sealer_.MeetingNumberKeys(number)));
  return OpenRows(rows, [&, this](const MeetingRow& row) -> absl::StatusOr<MeetingRecord> {
    JOINPASS_ASSIGN_OR_RETURN(MeetingRecord meeting, sealer_.OpenMeeting(row));
    if (meeting.number != number) return Mismatch();
    return meeting;
  });
}

absl::StatusOr<std::vector<HostRecord>> Records::FindHostsByPersonalMeetingId(std::uint64_t pmi) {
  JOINPASS_ASSIGN_OR_RETURN(const std::vector<HostRow> rows,
                            store_.FindHostsByNumber(sealer_.PersonalMeetingIdKeys(pmi)));
  return OpenRows(rows, [&, this](const HostRow& row) -> absl::StatusOr<HostRecord> {
    JOINPASS_ASSIGN_OR_RETURN(HostRecord host, sealer_.OpenHost(row));
    if (host.personal_meeting_id != pmi) return Mismatch();
    return host;
  });
}

absl::StatusOr<std::vector<HostRecord>> Records::FindHostsByVanityName(std::string_view name) {
  JOINPASS_ASSIGN_OR_RETURN(const std::vector<HostRow> rows,
                            store_.FindHostsByVanityName(sealer_.VanityNameKeys(name)));
  return OpenRows(rows, [&, this](const HostRow& row) -> absl::StatusOr<HostRecord> {
    JOINPASS_ASSIGN_OR_RETURN(HostRecord host, sealer_.OpenHost(row));
    if (host.vanity_name != name) return Mismatch();
    return host;
  });
}

}  // namespace joinpass::store
