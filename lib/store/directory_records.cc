// Records of hosts and their meetings.

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include "base/status.h"
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

// What stands in a list that was read whole was so when that began.
void NoteListed(MeetingRecord& meeting, absl::Time listed_at, absl::Time latest) {
  if (meeting.deleted.value || listed_at > latest) return;
  meeting.host.at = std::max(meeting.host.at, listed_at);
  meeting.deleted.at = std::max(meeting.deleted.at, listed_at);
}

// Whether all that `now` says was known before, at a time that counts.
bool SaysTheSame(const MeetingRecord& before, const MeetingRecord& now, absl::Time latest) {
  return before.host.value == now.host.value && before.deleted.value == now.deleted.value &&
         before.host.at <= latest && before.deleted.at <= latest &&
         before.deleted.at > absl::InfinitePast();
}

// The change that has a row say what `learnt` says; nothing if it does already.
std::optional<HostChange> ChangeFor(const RowSealer& sealer, const HostRecord& learnt,
                                    const std::optional<HostRow>& seen, absl::Time latest) {
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
                                       Records::Noting noting, MeetingRecord& now) {
  const auto known =
      KnownIn<MeetingRecord>(seen, [&](const MeetingRow& row) { return sealer.OpenMeeting(row); });
  now = known.value_or(MeetingRecord{.app_id = learnt.app_id, .number = learnt.number});
  if (seen) NoteListed(now, seen->listed_at, latest);
  const MeetingRecord before = now;
  if (!Learn(now, learnt, latest)) return std::nullopt;
  // Where the row of the host says nothing, only that of the meeting can say when.
  const bool by_list =
      noting == Records::Noting::kByList && seen && seen->listed_at > absl::InfinitePast();
  if (by_list && SaysTheSame(before, now, latest)) return std::nullopt;
  return MeetingChange{.row = RowOf(sealer, now, known, seen), .seen = seen};
}

// Who hosts a meeting, as it says of him itself.
HostRecord HostIn(const MeetingRecord& meeting) {
  HostRecord host = {.app_id = meeting.app_id, .user_id = meeting.host.value.user_id};
  const std::string& account_id = meeting.host.value.account_id;
  if (!account_id.empty()) host.account_id = {account_id, meeting.host.at};
  return host;
}

// Each of the hosts of `meetings` once.
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

// The change that has the row of a meeting's host stand there, and say whose account he is
// of; nothing if it does already. In which account he is now only he himself can say: a list
// of another account's user may show his meeting.
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

// Each meeting once, with all that is said of it.
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

absl::Status Mismatch() {
  return base::MakeError(Reason::kStoreCorrupt,
                         "directory: a row does not belong to what it holds");
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

absl::Status Records::PutHost(const HostRecord& host, absl::Time now) {
  const absl::Time latest = LatestLearnt(now);
  const HostRecord learnt = Cut(host);
  return Sealing([&](const RowSealer& sealer) -> absl::Status {
    for (int i = 0; i < kMostTries; ++i) {
      JOINPASS_ASSIGN_OR_RETURN(
          const std::optional<HostRow> seen,
          store_.directory().FindHost(sealer.HostKeys(learnt.app_id, learnt.user_id)));
      const std::optional<HostChange> change = ChangeFor(sealer, learnt, seen, latest);
      if (!change) return absl::OkStatus();
      JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome, store_.directory().ChangeHost(*change));
      if (outcome == Outcome::kDone) return absl::OkStatus();
    }
    return TooManyWriters();
  });
}

absl::Status Records::PutMeetings(std::span<const MeetingRecord> meetings, absl::Time now,
                                  Noting noting) {
  const absl::Time latest = LatestLearnt(now);
  const std::vector<MeetingRecord> learnt = Gathered(meetings, latest);
  return Sealing([&](const RowSealer& sealer) -> absl::Status {
    std::vector<MeetingSearch> searches;
    for (const MeetingRecord& meeting : learnt) searches.push_back(sealer.SearchMeeting(meeting));
    for (int i = 0; i < kMostTries; ++i) {
      JOINPASS_ASSIGN_OR_RETURN(const auto seen, store_.directory().FindEachMeeting(searches));
      std::vector<MeetingChange> changes;
      std::vector<MeetingRecord> changed;  // to what
      for (std::size_t at = 0; at < learnt.size(); ++at) {
        MeetingRecord after;
        auto change = ChangeFor(sealer, learnt[at], seen[at], latest, noting, after);
        if (!change) continue;
        changes.push_back(*std::move(change));
        changed.push_back(std::move(after));
      }
      JOINPASS_RETURN_IF_ERROR(PutHostsOf(sealer, changed, latest));
      JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome, store_.directory().ChangeMeetings(changes));
      if (outcome == Outcome::kDone) return absl::OkStatus();
    }
    return TooManyWriters();
  });
}

// A meeting refers to the row of its host. He who is overtaken here, or whose host goes again
// before the meetings come, is told so by ChangeMeetings().
absl::Status Records::PutHostsOf(const RowSealer& sealer, std::span<const MeetingRecord> meetings,
                                 absl::Time latest) {
  for (const HostRecord& host : HostsIn(meetings, latest)) {
    JOINPASS_ASSIGN_OR_RETURN(
        const std::optional<HostRow> seen,
        store_.directory().FindHost(sealer.HostKeys(host.app_id, host.user_id)));
    const auto change = ChangeForHostOfMeeting(sealer, host, seen, latest);
    if (change) JOINPASS_RETURN_IF_ERROR(store_.directory().ChangeHost(*change).status());
  }
  return absl::OkStatus();
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
