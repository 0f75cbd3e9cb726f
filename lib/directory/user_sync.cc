#include "directory/user_sync.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "directory/may_keep.h"

namespace joinpass::directory {
namespace {

// 300 meetings a page: more than any user has. A list that never ends is cut here.
constexpr int kMostPages = 1000;

// A page token lives 15 minutes; a list that outlasts it begins anew, this often.
constexpr int kMostRestarts = 2;

// No list shows an instant meeting, and none goes on for longer.
constexpr absl::Duration kInstantKept = absl::Hours(48);

// An account's consent is for whoever the list names as the host: an assistant's has
// meetings of others. A user's is for his own alone: of others, who have not consented,
// nothing is kept, and nobody's list would ever sweep it.
std::vector<store::MeetingRecord> RecordsOf(const zoom::MeetingPage& page,
                                            const store::CredentialRecord& credential,
                                            store::MeetingKind kind, absl::Time learnt_at) {
  std::vector<store::MeetingRecord> records;
  records.reserve(page.meetings.size());
  for (const zoom::ListedMeeting& meeting : page.meetings) {
    const bool own = meeting.host_id == credential.user_id;
    if (!own && credential.app_kind == AppKind::kUserManaged) continue;
    store::MeetingRecord record;
    record.app_id = credential.app_id;
    record.number = meeting.number;
    record.host = {{meeting.host_id, credential.account_id, kind}, learnt_at};
    record.deleted = {false, learnt_at};
    records.push_back(std::move(record));
  }
  return records;
}

// Whether the list of a user is not to be had because nothing can be in it.
bool SaysEmpty(const absl::Status& read, store::MeetingKind kind) {
  const Reason reason = ReasonOf(read);
  // His plan has no webinars.
  const bool no_plan = kind == store::MeetingKind::kWebinar && reason == Reason::kPermissionDenied;
  return no_plan || reason == Reason::kHostingNotAllowed;
}

store::HostRecord HostOf(const UserSync::Target& target, absl::Time learnt_at) {
  store::HostRecord host;
  host.app_id = target.credential.app_id;
  host.user_id = target.user_id;
  host.account_id = {target.credential.account_id, learnt_at};
  return host;
}

// When something was learnt, if the request left at `sent_at`: after the sync began, even if
// the clock was set back since, or the sync itself would sweep it.
absl::Time LearntAt(absl::Time sent_at, const SyncReport& report) {
  return std::max(sent_at, report.synced_at + absl::Milliseconds(1));
}

// Another host than the target, as he is known; blank if he is not.
absl::StatusOr<store::HostRecord> KnownHost(store::Records& records, const UserSync::Target& target,
                                            const std::string& user_id) {
  const auto known = records.FindHost(target.credential.app_id, user_id);
  if (!known.ok() && store::Records::ConcernsOneRow(known.status())) return store::HostRecord();
  JOINPASS_RETURN_IF_ERROR(known.status());
  return known->value_or(store::HostRecord());
}

// Whether he hosts for another account than the target's. A list may show his meetings, too;
// but this consent serves none of them.
bool IsOfAnotherAccount(const store::HostRecord& host, const UserSync::Target& target) {
  const std::string& account_id = host.account_id.value;
  return !account_id.empty() && account_id != target.credential.account_id;
}

// A list that ends will say of the target's own meetings when they were so, and of nobody
// else's.
absl::Status PutListed(store::Records& records, const UserSync::Target& target,
                       const std::vector<store::MeetingRecord>& found, absl::Time now) {
  JOINPASS_RETURN_IF_ERROR(CheckMayKeep(records, target.credential.id));
  std::vector<store::MeetingRecord> own;
  std::vector<store::MeetingRecord> of_others;
  for (const store::MeetingRecord& one : found) {
    if (one.host.value.user_id == target.user_id) {
      own.push_back(one);
      continue;
    }
    JOINPASS_ASSIGN_OR_RETURN(store::HostRecord host,
                              KnownHost(records, target, one.host.value.user_id));
    if (IsOfAnotherAccount(host, target)) continue;
    of_others.push_back(one);
    if (!host.inactive.value) continue;
    // He hosts something after all.
    host.inactive = {false, one.host.at};
    JOINPASS_RETURN_IF_ERROR(records.PutHost(host, now));
  }
  JOINPASS_RETURN_IF_ERROR(records.PutMeetings(own, now, store::Noting::kByList));
  return records.PutMeetings(of_others, now);
}

}  // namespace

bool IsExpiredPage(const absl::Status& read) {
  return GetErrorInfo(read).value_or(ErrorInfo()).cause == Cause::kPageTokenExpired;
}

base::Task<absl::Status> UserSync::Read(const Target& target, SteadyTime deadline,
                                        SyncReport& report) {
  const absl::Status host = co_await ReadHost(target, deadline, report);
  if (!host.ok() && ReasonOf(host) != Reason::kScopeMissing) co_return host;
  Listings read;
  JOINPASS_CO_RETURN_IF_ERROR(co_await ReadLists(target, deadline, report, read));
  // All at once: a sync that goes on takes whoever has one list read for read.
  JOINPASS_CO_RETURN_IF_ERROR(co_await EndLists(target, read, report));
  for (const store::MeetingListing& list : read) {
    const bool webinars = list.kind == store::MeetingKind::kWebinar;
    (webinars ? report.webinars : report.meetings) += static_cast<int>(list.numbers.size());
  }
  co_return host;
}

base::Task<absl::Status> UserSync::ReadHost(const Target& target, SteadyTime deadline,
                                            SyncReport& report) {
  const zoom::Whom whom = zoom::Whom::User(target.user_id);
  const SteadyTime until = std::min(deadline, context_.clock.SteadyNow() + kOneCall);
  auto user = co_await calls_.Call(zoom::GetUser(whom), target.credential.id, until);
  if (!user.ok()) {
    const bool listed = target.credential.app_kind == AppKind::kAccountManaged;
    const Reason why = ReasonOf(user.status());
    if (why != Reason::kScopeMissing && !(listed && why == Reason::kPermissionDenied)) {
      co_return user.status();
    }
    // That he is there is known, and of an account its list of users has told the rest.
    store::HostRecord host = HostOf(target, LearntAt(target.listed_at, report));
    // The list of users names active ones only; and nobody else's own token is good.
    host.inactive = {false, host.account_id.at};
    if (listed) host.personal_meeting_id = {target.personal_meeting_id, host.account_id.at};
    if (!target.email.empty()) host.email = {target.email, host.account_id.at};
    const absl::Status put = co_await PutHost(target, std::move(host), report);
    co_return listed || !put.ok() ? put : user.status();
  }
  ++report.calls;
  const absl::Time learnt_at = LearntAt(user->sent_at.wall, report);
  store::HostRecord host = HostOf(target, learnt_at);
  host.personal_meeting_id = {user->value.personal_meeting_id, learnt_at};
  host.vanity_name = {std::move(user->value.vanity_name), learnt_at};
  host.inactive = {!user->value.active, learnt_at};
  std::string email = user->value.email.empty() ? target.email : user->value.email;
  if (!email.empty()) host.email = {std::move(email), learnt_at};
  co_return co_await PutHost(target, std::move(host), report);
}

base::Task<absl::Status> UserSync::PutHost(const Target& target, store::HostRecord host,
                                           SyncReport& report) {
  if (host.personal_meeting_id.value != 0) report.has_personal_meeting_id = true;
  const absl::Time now = std::max(context_.clock.Now(), report.synced_at);
  auto& records = context_.records;
  co_return co_await context_.OffLoop(
      service::Lane::kBackground, [&records, &target, &host, now]() -> absl::Status {
        JOINPASS_RETURN_IF_ERROR(CheckMayKeep(records, target.credential.id));
        return records.PutHost(host, now);
      });
}

base::Task<absl::Status> UserSync::ReadLists(const Target& target, SteadyTime deadline,
                                             SyncReport& report, Listings& read) {
  const auto scheduled = store::MeetingKind::kScheduled;
  JOINPASS_CO_RETURN_IF_ERROR(co_await ReadList(target, scheduled, deadline, report, read));
  const auto webinar = store::MeetingKind::kWebinar;
  const absl::Status webinars = co_await ReadList(target, webinar, deadline, report, read);
  // An extra: without its scope what is known stays as it is.
  const bool may_not_ask = !webinars.ok() && ReasonOf(webinars) == Reason::kScopeMissing;
  if (!webinars.ok() && !may_not_ask) co_return webinars;
  store::MeetingListing instant;
  instant.kind = store::MeetingKind::kInstant;
  instant.began = report.synced_at - kInstantKept;
  read.push_back(std::move(instant));
  co_return absl::OkStatus();
}

base::Task<absl::Status> UserSync::ReadList(const Target& target, store::MeetingKind kind,
                                            SteadyTime deadline, SyncReport& report,
                                            Listings& read) {
  for (int restart = 0;; ++restart) {
    store::MeetingListing list;
    list.kind = kind;
    // Whatever list of this sync showed a meeting, none of it sweeps it.
    list.began = report.synced_at;
    const absl::Status pages = co_await ReadPages(target, deadline, report, list);
    if (pages.ok() || SaysEmpty(pages, kind)) {
      read.push_back(std::move(list));
      co_return absl::OkStatus();
    }
    if (!IsExpiredPage(pages) || restart == kMostRestarts) co_return pages;
  }
}

base::Task<absl::Status> UserSync::ReadPages(const Target& target, SteadyTime deadline,
                                             SyncReport& report, store::MeetingListing& list) {
  auto& records = context_.records;
  std::string page_token;
  for (int pages = 0; pages < kMostPages; ++pages) {
    const zoom::Whom whom = zoom::Whom::User(target.user_id);
    zoom::Endpoint<zoom::MeetingPage> endpoint = list.kind == store::MeetingKind::kWebinar
                                                     ? zoom::ListWebinars(whom, page_token)
                                                     : zoom::ListMeetings(whom, page_token);
    const SteadyTime until = std::min(deadline, context_.clock.SteadyNow() + kOneCall);
    JOINPASS_CO_ASSIGN_OR_RETURN(
        const oauth::Called<zoom::MeetingPage> called,
        co_await calls_.Call(std::move(endpoint), target.credential.id, until));
    const zoom::MeetingPage& page = called.value;
    const absl::Time learnt_at = LearntAt(called.sent_at.wall, report);
    ++report.calls;
    ++report.pages;
    const auto found = RecordsOf(page, target.credential, list.kind, learnt_at);
    for (const store::MeetingRecord& one : found) list.numbers.push_back(one.number);
    const absl::Time now = std::max(context_.clock.Now(), report.synced_at);
    JOINPASS_CO_RETURN_IF_ERROR(co_await context_.OffLoop(
        service::Lane::kBackground,
        [&records, &target, &found, now] { return PutListed(records, target, found, now); }));
    if (target.note) {
      base::Task<absl::Status> noting = target.note();
      (void)co_await std::move(noting);  // how it does is no reason to stop
    }
    if (page.next_page_token.empty()) co_return absl::OkStatus();
    if (page.next_page_token == page_token) break;
    page_token = page.next_page_token;
  }
  co_return base::MakeError(Reason::kAnswerInvalid, "sync: the list of meetings does not end");
}

base::Task<absl::Status> UserSync::EndLists(const Target& target, const Listings& read,
                                            SyncReport& report) {
  auto& records = context_.records;
  // Nothing of this sync counts as learnt too late, even if the clock was set back.
  const absl::Time now = std::max(context_.clock.Now(), report.synced_at);
  JOINPASS_CO_ASSIGN_OR_RETURN(
      const int removed, co_await context_.OffLoop(service::Lane::kBackground, [&] {
        if (absl::Status there = CheckMayKeep(records, target.credential.id); !there.ok()) {
          return absl::StatusOr<int>(there);
        }
        return records.EndListings(target.credential.app_id, target.user_id, read, now);
      }));
  report.removed += removed;
  co_return absl::OkStatus();
}

}  // namespace joinpass::directory
