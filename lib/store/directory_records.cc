// Records of hosts and their meetings.

#include <cstddef>
#include <utility>

#include "base/status.h"
#include "store/directory_changes.h"
#include "store/millis.h"
#include "store/opened_rows.h"
#include "store/records.h"
#include "store/retries.h"
#include "store/with_keys.h"

namespace joinpass::store {
namespace {

// A deletion is remembered for longer than anything late may come.
constexpr absl::Duration kDeletionKept = absl::Hours(48);
// Who is inactive may come back, with all that he planned.
constexpr absl::Duration kInactiveKept = absl::Hours(24 * 30);

bool IsSame(const HostRecord& a, const HostRecord& b) {
  return a.app_id == b.app_id && a.user_id == b.user_id;
}

absl::Status Mismatch() {
  return base::MakeError(Reason::kStoreCorrupt,
                         "directory: a row does not belong to what it holds");
}

}  // namespace

absl::Status Records::PutHost(const HostRecord& host, absl::Time now) {
  return PutAll({.host = host, .now = now});
}

absl::Status Records::PutMeetings(std::span<const MeetingRecord> meetings, absl::Time now,
                                  Noting noting) {
  return PutAll({.meetings = meetings, .noting = noting, .now = now});
}

absl::Status Records::PutByWebhook(const Webhook& webhook, const std::optional<HostRecord>& host,
                                   std::span<const MeetingRecord> meetings, absl::Time now) {
  return PutAll({.host = host, .meetings = meetings, .now = now, .webhook = webhook});
}

absl::Status Records::PutAll(const Learning& learning) {
  const std::vector<MeetingRecord> meetings =
      Gathered(learning.meetings, LatestLearnt(learning.now));
  return Sealing([&](const RowSealer& sealer) -> absl::Status {
    for (int i = 0; i < kMostTries; ++i) {
      JOINPASS_ASSIGN_OR_RETURN(const DirectoryChange change,
                                ChangeFor(sealer, learning, meetings));
      JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome, store_.directory().Change(change));
      if (outcome == Outcome::kDone) return absl::OkStatus();
    }
    return TooManyWriters();
  });
}

absl::StatusOr<DirectoryChange> Records::ChangeFor(const RowSealer& sealer,
                                                   const Learning& learning,
                                                   std::span<const MeetingRecord> meetings) {
  const absl::Time latest = LatestLearnt(learning.now);
  DirectoryChange change;
  if (learning.webhook) change.webhook = NoteOf(sealer, *learning.webhook, learning.now);
  if (learning.host) {
    JOINPASS_ASSIGN_OR_RETURN(const auto seen, FindHostRow(sealer, *learning.host));
    auto host = store::ChangeFor(sealer, *learning.host, seen, latest);
    if (host) change.hosts.push_back(*std::move(host));
  }
  const bool changes_host = !change.hosts.empty();
  std::vector<MeetingSearch> searches;
  for (const MeetingRecord& meeting : meetings) searches.push_back(sealer.SearchMeeting(meeting));
  JOINPASS_ASSIGN_OR_RETURN(const auto seen, store_.directory().FindEachMeeting(searches));
  std::vector<MeetingRecord> changed;  // to what
  for (std::size_t at = 0; at < meetings.size(); ++at) {
    MeetingRecord after;
    auto meeting = store::ChangeFor(sealer, meetings[at], seen[at], latest, learning.noting, after);
    if (!meeting) continue;
    change.meetings.push_back(*std::move(meeting));
    changed.push_back(std::move(after));
  }
  // A meeting refers to the row of its host.
  for (const HostRecord& host : HostsIn(changed, latest)) {
    const bool is_changed = changes_host && IsSame(host, *learning.host);
    if (is_changed) continue;
    JOINPASS_ASSIGN_OR_RETURN(const auto host_seen, FindHostRow(sealer, host));
    auto row = ChangeForHostOfMeeting(sealer, host, host_seen, latest);
    if (row) change.hosts.push_back(*std::move(row));
  }
  return change;
}

absl::StatusOr<std::optional<HostRow>> Records::FindHostRow(const RowSealer& sealer,
                                                            const HostRecord& host) {
  return store_.directory().FindHost(sealer.HostKeys(host.app_id, host.user_id));
}

absl::StatusOr<int> Records::EndListings(const std::string& app_id, const std::string& host_user_id,
                                         std::span<const MeetingListing> lists, absl::Time now) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<int> {
    JOINPASS_RETURN_IF_ERROR(CheckKnowsAll(sealer));
    std::vector<ListingEnd> ends;
    for (const MeetingListing& list : lists) {
      ListingEnd& end = ends.emplace_back();
      end.kind = list.kind;
      end.began = list.began;
      for (const std::uint64_t number : list.numbers) {
        for (std::string& key : sealer.NumberKeys(number)) {
          end.number_keys.insert(std::move(key));
        }
      }
    }
    return store_.directory().EndListings(sealer.HostKeys(app_id, host_user_id), ends,
                                          LatestLearnt(now));
  });
}

absl::StatusOr<std::vector<std::string>> Records::ListHostsUnseen(const std::string& app_id,
                                                                  const std::string& account_id,
                                                                  absl::Time before,
                                                                  absl::Time now) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<std::vector<std::string>> {
    JOINPASS_ASSIGN_OR_RETURN(
        const std::vector<HostRow> rows,
        store_.directory().ListHostsUnseen(sealer.AccountKeys(app_id, account_id), before,
                                           LatestLearnt(now)));
    std::vector<std::string> users;
    for (const HostRow& row : rows) {
      absl::StatusOr<HostRecord> host = sealer.OpenHost(row);
      if (!host.ok() && !ConcernsOneRow(host.status())) return host.status();
      if (host.ok()) users.push_back(std::move(host->user_id));
    }
    return users;
  });
}

absl::StatusOr<int> Records::ForgetHost(const std::string& app_id, const std::string& user_id,
                                        absl::Time before, absl::Time now) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<int> {
    JOINPASS_RETURN_IF_ERROR(CheckKnowsAll(sealer));
    return store_.directory().ForgetHost(sealer.HostKeys(app_id, user_id), before,
                                         LatestLearnt(now));
  });
}

absl::Status Records::RemoveHostsOf(const std::string& app_id, const Principal& principal) {
  return Opening([&](const RowSealer& sealer) -> absl::Status {
    JOINPASS_RETURN_IF_ERROR(CheckKnowsAll(sealer));
    return RemoveHostsOf(sealer, app_id, principal);
  });
}

absl::Status Records::RemoveHostsOf(const RowSealer& sealer, const std::string& app_id,
                                    const Principal& principal) {
  return principal.kind == Principal::Kind::kAccount
             ? store_.directory().RemoveHostsOfAccount(sealer.AccountKeys(app_id, principal.id))
             : store_.directory().RemoveHost(sealer.HostKeys(app_id, principal.id));
}

absl::Status Records::ForgetDeleted(absl::Time now) {
  return store_.directory().ForgetDeleted(now - kDeletionKept, now - kInactiveKept,
                                          LatestLearnt(now));
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

absl::StatusOr<Records::OfNumber> Records::FindNumber(std::uint64_t number, Deleted deleted) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<OfNumber> {
    JOINPASS_ASSIGN_OR_RETURN(
        const RowsOfNumber rows,
        store_.directory().FindNumber(sealer.NumberKeys(number), deleted == Deleted::kShown));
    OfNumber found;
    for (const MeetingRow& row : rows.meetings) {
      absl::StatusOr<MeetingRecord> meeting = sealer.OpenMeeting(row);
      if (meeting.ok() && meeting->number != number) meeting = Mismatch();
      JOINPASS_RETURN_IF_ERROR(NoteDamage(meeting.status(), found.damage));
      if (!meeting.ok()) continue;
      NoteListed(*meeting, row.listed_at, absl::InfiniteFuture());
      found.meetings.push_back(*std::move(meeting));
    }
    for (const HostRow& row : rows.owners) {
      absl::StatusOr<HostRecord> host = sealer.OpenHost(row);
      if (host.ok() && host->personal_meeting_id.value != number) host = Mismatch();
      JOINPASS_RETURN_IF_ERROR(NoteDamage(host.status(), found.damage));
      if (host.ok()) found.owners.push_back(*std::move(host));
    }
    return found;
  });
}

absl::StatusOr<Records::MeetingListed> Records::ListMeetings(const MeetingList& list) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<MeetingListed> {
    MeetingFilter filter = {.app_id = list.app_id};
    if (!list.host_user_id.empty()) {
      filter.user_keys = sealer.HostKeys(list.app_id, list.host_user_id);
    } else if (!list.account_id.empty()) {
      filter.account_keys = sealer.AccountKeys(list.app_id, list.account_id);
    }
    JOINPASS_ASSIGN_OR_RETURN(const std::vector<NumberedMeeting> rows,
                              store_.directory().ListMeetings(filter, list.after, list.most));
    MeetingListed listed;
    listed.last = rows.empty() ? list.after : rows.back().seq;
    listed.more = rows.size() == static_cast<std::size_t>(list.most);
    for (const NumberedMeeting& one : rows) {
      absl::StatusOr<MeetingRecord> meeting = sealer.OpenMeeting(one.row);
      if (!meeting.ok() && !ConcernsOneRow(meeting.status())) return meeting.status();
      if (!meeting.ok()) continue;
      // Of a host who was of another account then: that one's consent serves it, if any.
      const bool of_another =
          !list.account_id.empty() && meeting->host.value.account_id != list.account_id;
      if (of_another && list.host_user_id.empty()) continue;
      NoteListed(*meeting, one.row.listed_at, absl::InfiniteFuture());
      listed.meetings.push_back(*std::move(meeting));
    }
    return listed;
  });
}

absl::StatusOr<std::vector<HostRecord>> Records::FindHostsByEmail(std::string_view email) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<std::vector<HostRecord>> {
    JOINPASS_ASSIGN_OR_RETURN(const std::vector<HostRow> rows,
                              store_.directory().FindHostsByEmail(sealer.EmailKeys(email)));
    return OpenRows(rows, [&](const HostRow& row) -> absl::StatusOr<HostRecord> {
      JOINPASS_ASSIGN_OR_RETURN(HostRecord host, sealer.OpenHost(row));
      if (host.email.value != email) return Mismatch();
      return host;
    });
  });
}

absl::StatusOr<bool> Records::PutSync(const SyncRecord& sync,
                                      const std::optional<SyncRecord>& seen) {
  SyncRecord cut = sync;
  for (absl::Time* time : {&cut.began_at, &cut.changed_at, &cut.completed_at}) {
    *time = CutToMillis(*time);
  }
  JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome, store_.directory().ChangeSync(cut, seen));
  return outcome == Outcome::kDone;
}

absl::StatusOr<std::optional<SyncRecord>> Records::FindSync(const std::string& credential_id) {
  return store_.directory().FindSync(credential_id);
}

absl::StatusOr<std::vector<HostRecord>> Records::FindHostsByVanityName(std::string_view name) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<std::vector<HostRecord>> {
    JOINPASS_ASSIGN_OR_RETURN(
        const std::vector<HostRow> rows,
        store_.directory().FindHostsByVanityName(sealer.VanityNameKeys(name)));
    return OpenRows(rows, [&](const HostRow& row) -> absl::StatusOr<HostRecord> {
      JOINPASS_ASSIGN_OR_RETURN(HostRecord host, sealer.OpenHost(row));
      if (host.vanity_name.value != name) return Mismatch();
      return host;
    });
  });
}

}  // namespace joinpass::store
