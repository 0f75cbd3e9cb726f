#include "directory/sync.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/status.h"
#include "oauth/identify.h"
#include "oauth/who.h"

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

// Whether the error is about one user of an account and not about the others.
bool ConcernsUser(const absl::Status& error) {
  switch (ReasonOf(error)) {
    case Reason::kUserUnknown:
    case Reason::kHostingNotAllowed:
    case Reason::kPermissionDenied:
      return true;
    default:
      return false;
  }
}

// Stored times have milliseconds: what this sync learns is never "before" it.
absl::Time ToMillis(absl::Time time) { return absl::FromUnixMillis(absl::ToUnixMillis(time)); }

}  // namespace

store::HostRecord Sync::HostOf(const Target& target, absl::Time learnt_at) {
  store::HostRecord host;
  host.app_id = target.credential.app_id;
  host.user_id = target.user_id;
  host.account_id = {target.credential.account_id, learnt_at};
  return host;
}

base::Task<absl::StatusOr<SyncReport>> Sync::Run(std::string credential_id, SteadyTime deadline) {
  for (auto it = running_.find(credential_id); it != running_.end();
       it = running_.find(credential_id)) {
    const auto before = it->second;
    const auto landed = co_await base::Flight<absl::Status>::Wait(before, deadline);
    if (!landed) {
      co_return base::MakeError(Reason::kDeadlineExceeded,
                                "sync: another sync of this credential took all the time");
    }
  }
  const auto flight = std::make_shared<base::Flight<absl::Status>>(context_.loop);
  running_.emplace(credential_id, flight);
  absl::StatusOr<SyncReport> report = co_await RunAlone(credential_id, deadline);
  running_.erase(credential_id);
  flight->Land(report.status());
  co_return report;
}

base::Task<absl::StatusOr<SyncReport>> Sync::RunAlone(std::string credential_id,
                                                      SteadyTime deadline) {
  // A list of meetings is of use only if it is known whose they are.
  JOINPASS_CO_ASSIGN_OR_RETURN(
      const store::Records::Consented identified,
      co_await oauth::Identify(context_, calls_, std::move(credential_id), deadline));
  const store::CredentialRecord& credential = identified.record;
  // Of somebody else's list all that he has would be swept.
  if (credential.IsDelegated()) {
    JOINPASS_CO_RETURN_IF_ERROR(co_await CheckDelegate(credential, deadline));
  }
  SyncReport report;
  report.synced_at = ToMillis(context_.clock.Now());
  absl::Status read;
  if (credential.app_kind == AppKind::kAccountManaged) {
    read = co_await ReadAccount(credential, deadline, report);
  } else {
    Target target;
    target.credential = credential;
    target.user_id = credential.user_id;
    read = co_await ReadUser(target, deadline, report);
  }
  if (!read.ok()) co_return read;
  co_return report;
}

// That the token is of whom it was, as far as anybody may ask.
base::Task<absl::Status> Sync::CheckDelegate(const store::CredentialRecord& credential,
                                             SteadyTime deadline) {
  const auto user = co_await calls_.Call(zoom::GetUser(zoom::Whom::Me()), credential.id, deadline);
  if (user.ok()) co_return co_await oauth::CheckIsHis(calls_, credential, user->value);
  const bool may_ask = ReasonOf(user.status()) != Reason::kScopeMissing;
  co_return may_ask ? user.status() : absl::OkStatus();
}

base::Task<absl::Status> Sync::ReadAccount(const store::CredentialRecord& credential,
                                           SteadyTime deadline, SyncReport& report) {
  std::string page_token;
  for (int pages = 0; pages < kMostPages; ++pages) {
    JOINPASS_CO_ASSIGN_OR_RETURN(
        const oauth::Called<zoom::UserPage> called,
        co_await calls_.Call(zoom::ListUsers(page_token), credential.id, deadline));
    const zoom::UserPage& page = called.value;
    ++report.calls;
    for (const zoom::UserPage::Entry& user : page.users) {
      Target target;
      target.credential = credential;
      target.user_id = user.id;
      target.personal_meeting_id = user.personal_meeting_id;
      target.listed_at = called.sent_at.wall;
      const absl::Status read = co_await ReadUser(target, deadline, report);
      if (!read.ok() && !ConcernsUser(read)) co_return read;
    }
    if (page.next_page_token.empty()) co_return absl::OkStatus();
    if (page.next_page_token == page_token) break;
    page_token = page.next_page_token;
  }
  co_return base::MakeError(Reason::kAnswerInvalid, "sync: the list of users does not end");
}

base::Task<absl::Status> Sync::ReadUser(const Target& target, SteadyTime deadline,
                                        SyncReport& report) {
  // One part without its scope must not keep the other from being read.
  const absl::Status host = co_await ReadHost(target, deadline, report);
  if (!host.ok() && ReasonOf(host) != Reason::kScopeMissing) co_return host;
  JOINPASS_CO_RETURN_IF_ERROR(
      co_await ReadList(target, store::MeetingKind::kScheduled, deadline, report));
  JOINPASS_CO_RETURN_IF_ERROR(co_await ReadWebinars(target, deadline, report));
  JOINPASS_CO_RETURN_IF_ERROR(co_await Sweep(target, store::MeetingKind::kInstant,
                                             report.synced_at - kInstantKept, report));
  ++report.users;
  co_return host;
}

base::Task<absl::Status> Sync::ReadHost(const Target& target, SteadyTime deadline,
                                        SyncReport& report) {
  const zoom::Whom whom = zoom::Whom::User(target.user_id);
  auto user = co_await calls_.Call(zoom::GetUser(whom), target.credential.id, deadline);
  if (!user.ok()) {
    // The list of users has told the most of it.
    const bool listed = target.credential.app_kind == AppKind::kAccountManaged;
    if (!listed || ReasonOf(user.status()) != Reason::kScopeMissing) co_return user.status();
    store::HostRecord host = HostOf(target, target.listed_at);
    host.personal_meeting_id = {target.personal_meeting_id, target.listed_at};
    co_return co_await PutHost(std::move(host), report);
  }
  ++report.calls;
  const absl::Time learnt_at = user->sent_at.wall;
  store::HostRecord host = HostOf(target, learnt_at);
  host.personal_meeting_id = {user->value.personal_meeting_id, learnt_at};
  host.vanity_name = {std::move(user->value.vanity_name), learnt_at};
  co_return co_await PutHost(std::move(host), report);
}

base::Task<absl::Status> Sync::PutHost(store::HostRecord host, SyncReport& report) {
  if (host.personal_meeting_id.value != 0) report.has_personal_meeting_id = true;
  const absl::Time now = context_.clock.Now();
  auto& records = context_.records;
  co_return co_await context_.OffLoop(
      service::Lane::kBackground, [&records, &host, now] { return records.PutHost(host, now); });
}

// An extra: without its scope what is known stays as it is, and whose plan has no
// webinars has none.
base::Task<absl::Status> Sync::ReadWebinars(const Target& target, SteadyTime deadline,
                                            SyncReport& report) {
  const absl::Status read =
      co_await ReadList(target, store::MeetingKind::kWebinar, deadline, report);
  if (read.ok() || ReasonOf(read) == Reason::kScopeMissing) co_return absl::OkStatus();
  if (ReasonOf(read) != Reason::kPermissionDenied) co_return read;
  co_return co_await Sweep(target, store::MeetingKind::kWebinar, report.synced_at, report);
}

base::Task<absl::Status> Sync::ReadList(const Target& target, store::MeetingKind kind,
                                        SteadyTime deadline, SyncReport& report) {
  int listed = 0;
  for (int restart = 0;; ++restart) {
    const absl::Status read = co_await ReadPages(target, kind, deadline, listed, report);
    if (read.ok()) break;
    const bool expired = GetErrorInfo(read).value_or(ErrorInfo()).cause == Cause::kPageTokenExpired;
    if (!expired || restart == kMostRestarts) co_return read;
  }
  (kind == store::MeetingKind::kWebinar ? report.webinars : report.meetings) += listed;
  co_return co_await Sweep(target, kind, report.synced_at, report);
}

base::Task<absl::Status> Sync::Sweep(const Target& target, store::MeetingKind kind,
                                     absl::Time before, SyncReport& report) {
  auto& records = context_.records;
  // Nothing of this sync counts as learnt too late, even if the clock was set back.
  const absl::Time now = std::max(context_.clock.Now(), report.synced_at);
  JOINPASS_CO_ASSIGN_OR_RETURN(
      const int removed, co_await context_.OffLoop(service::Lane::kBackground, [&] {
        return records.SweepMeetings(target.credential.app_id, target.user_id, kind, before, now);
      }));
  report.removed += removed;
  co_return absl::OkStatus();
}

base::Task<absl::Status> Sync::ReadPages(const Target& target, store::MeetingKind kind,
                                         SteadyTime deadline, int& listed, SyncReport& report) {
  auto& records = context_.records;
  std::string page_token;
  listed = 0;
  for (int pages = 0; pages < kMostPages; ++pages) {
    const zoom::Whom whom = zoom::Whom::User(target.user_id);
    zoom::Endpoint<zoom::MeetingPage> list = kind == store::MeetingKind::kWebinar
                                                 ? zoom::ListWebinars(whom, page_token)
                                                 : zoom::ListMeetings(whom, page_token);
    JOINPASS_CO_ASSIGN_OR_RETURN(
        const oauth::Called<zoom::MeetingPage> called,
        co_await calls_.Call(std::move(list), target.credential.id, deadline));
    const zoom::MeetingPage& page = called.value;
    // Not before this sync began, even if the clock was set back: or it were swept.
    const absl::Time learnt_at = std::max(called.sent_at.wall, report.synced_at);
    ++report.calls;
    ++report.pages;
    const auto found = RecordsOf(page, target.credential, kind, learnt_at);
    listed += static_cast<int>(found.size());
    const absl::Time now = context_.clock.Now();
    JOINPASS_CO_RETURN_IF_ERROR(co_await context_.OffLoop(
        service::Lane::kBackground,
        [&records, &found, now] { return records.PutMeetings(found, now); }));
    if (page.next_page_token.empty()) co_return absl::OkStatus();
    if (page.next_page_token == page_token) break;
    page_token = page.next_page_token;
  }
  co_return base::MakeError(Reason::kAnswerInvalid, "sync: the list of meetings does not end");
}

}  // namespace joinpass::directory
