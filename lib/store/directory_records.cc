// Records of hosts and their meetings.

#include <cstddef>
#include <utility>

#include "base/status.h"
#include "store/millis.h"
#include "store/opened_rows.h"
#include "store/records_store.h"
#include "store/with_keys.h"

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

// How often a write begins anew because a row that it read is not there any
// more under the key that it had.
constexpr int kMostTries = 16;

absl::Status TooManyWriters() {
  return base::MakeError(Reason::kStoreUnavailable, "directory: others keep on changing it");
}

// What to write, so that the store says what `meetings` say; `stored` are the
// rows of each. `damaged`: why one of them is left as it is.
MeetingChanges ChangesFor(std::span<const MeetingRecord> meetings,
                          std::span<const std::optional<MeetingRow>> stored,
                          const RowSealer& sealer, absl::Status& damaged) {
  MeetingChanges changes;
  for (std::size_t i = 0; i < meetings.size(); ++i) {
    if (!stored[i]) {
      changes.written.push_back({.row = sealer.SealMeeting(meetings[i])});
      continue;
    }
    const absl::StatusOr<MeetingRecord> known = sealer.OpenMeeting(*stored[i]);
    if (!known.ok()) {
      damaged.Update(known.status());
    } else if (CutToMillis(meetings[i].learnt_at) < known->learnt_at) {
      continue;
    } else if (!SaysTheSame(*known, meetings[i])) {
      changes.written.push_back(
          {.row = sealer.SealMeeting(meetings[i]), .replaced = stored[i]->key});
    } else if (CutToMillis(meetings[i].learnt_at) > known->learnt_at) {
      changes.learnt.push_back({.key = stored[i]->key, .learnt_at = meetings[i].learnt_at});
    }
  }
  return changes;
}

absl::Status Mismatch() {
  return base::MakeError(Reason::kStoreCorrupt,
                         "directory: a row does not belong to what it holds");
}

}  // namespace

absl::Status Records::PutHost(const HostRecord& host) {
  return Sealing([&](const RowSealer& sealer) -> absl::Status {
    for (int i = 0; i < kMostTries; ++i) {
      JOINPASS_ASSIGN_OR_RETURN(
          const std::optional<HostRow> stored,
          store_.directory().FindHost(sealer.HostKeys(host.app_id, host.user_id)));
      if (!stored) return store_.directory().PutHost(sealer.SealHost(host), "");
      JOINPASS_ASSIGN_OR_RETURN(const HostRecord known, sealer.OpenHost(*stored));
      if (CutToMillis(host.learnt_at) < known.learnt_at) return absl::OkStatus();
      if (!SaysTheSame(known, host))
        return store_.directory().PutHost(sealer.SealHost(host), stored->user_key);
      if (CutToMillis(host.learnt_at) == known.learnt_at) return absl::OkStatus();
      JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome,
                                store_.directory().TouchHost(stored->user_key, host.learnt_at));
      if (outcome == Outcome::kDone) return absl::OkStatus();
    }
    return TooManyWriters();
  });
}

absl::Status Records::PutMeetings(std::span<const MeetingRecord> meetings) {
  return Sealing([&](const RowSealer& sealer) -> absl::Status {
    std::vector<MeetingSearch> searches;
    for (const MeetingRecord& meeting : meetings) {
      searches.push_back(sealer.SearchMeeting(meeting));
    }
    for (int i = 0; i < kMostTries; ++i) {
      JOINPASS_ASSIGN_OR_RETURN(const auto stored, store_.directory().FindEachMeeting(searches));
      absl::Status damaged;
      const MeetingChanges changes = ChangesFor(meetings, stored, sealer, damaged);
      JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome, store_.directory().ChangeMeetings(changes));
      if (outcome == Outcome::kDone) return damaged;
    }
    return TooManyWriters();
  });
}

absl::StatusOr<int> Records::SweepMeetings(const std::string& app_id,
                                           const std::string& host_user_id,
                                           absl::Time learnt_before) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<int> {
    return store_.directory().RemoveMeetings(sealer.MeetingHostKeys(app_id, host_user_id),
                                             learnt_before);
  });
}

absl::StatusOr<std::optional<HostRecord>> Records::FindHost(const std::string& app_id,
                                                            const std::string& user_id) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<std::optional<HostRecord>> {
    JOINPASS_ASSIGN_OR_RETURN(const std::optional<HostRow> row,
                              store_.directory().FindHost(sealer.HostKeys(app_id, user_id)));
    if (!row) return std::nullopt;
    JOINPASS_ASSIGN_OR_RETURN(HostRecord host, sealer.OpenHost(*row));
    if (host.user_id != user_id) return Mismatch();
    return host;
  });
}

absl::StatusOr<std::vector<MeetingRecord>> Records::FindMeetings(std::uint64_t number) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<std::vector<MeetingRecord>> {
    JOINPASS_ASSIGN_OR_RETURN(const std::vector<MeetingRow> rows,
                              store_.directory().FindMeetings(sealer.MeetingNumberKeys(number)));
    return OpenRows(rows, [&](const MeetingRow& row) -> absl::StatusOr<MeetingRecord> {
      JOINPASS_ASSIGN_OR_RETURN(MeetingRecord meeting, sealer.OpenMeeting(row));
      if (meeting.number != number) return Mismatch();
      return meeting;
    });
  });
}

absl::StatusOr<std::vector<HostRecord>> Records::FindHostsByPersonalMeetingId(std::uint64_t pmi) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<std::vector<HostRecord>> {
    JOINPASS_ASSIGN_OR_RETURN(
        const std::vector<HostRow> rows,
        store_.directory().FindHostsByNumber(sealer.PersonalMeetingIdKeys(pmi)));
    return OpenRows(rows, [&](const HostRow& row) -> absl::StatusOr<HostRecord> {
      JOINPASS_ASSIGN_OR_RETURN(HostRecord host, sealer.OpenHost(row));
      if (host.personal_meeting_id != pmi) return Mismatch();
      return host;
    });
  });
}

absl::StatusOr<std::vector<HostRecord>> Records::FindHostsByVanityName(std::string_view name) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<std::vector<HostRecord>> {
    JOINPASS_ASSIGN_OR_RETURN(
        const std::vector<HostRow> rows,
        store_.directory().FindHostsByVanityName(sealer.VanityNameKeys(name)));
    return OpenRows(rows, [&](const HostRow& row) -> absl::StatusOr<HostRecord> {
      JOINPASS_ASSIGN_OR_RETURN(HostRecord host, sealer.OpenHost(row));
      if (host.vanity_name != name) return Mismatch();
      return host;
    });
  });
}

}  // namespace joinpass::store
