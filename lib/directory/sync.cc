#include "directory/sync.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/status.h"
#include "zoom/api_calls.h"

namespace joinpass::directory {
namespace {

// 300 meetings a page: more than any user has. A list that never ends is cut here.
constexpr int kMostPages = 1000;

// A page token lives 15 minutes; a list that outlasts it begins anew, this often.
constexpr int kMostRestarts = 2;

std::vector<store::MeetingRecord> RecordsOf(const zoom::MeetingPage& page,
                                            const store::CredentialRecord& credential,
                                            absl::Time learnt_at) {
  std::vector<store::MeetingRecord> records;
  records.reserve(page.meetings.size());
  for (const zoom::ListedMeeting& meeting : page.meetings) {
    // The list is of what he hosts. What it says of others could not be swept.
    if (meeting.host_id != credential.user_id) continue;
    store::MeetingRecord record;
    record.app_id = credential.app_id;
    record.number = meeting.number;
    record.host_user_id = meeting.host_id;
    record.host_account_id = credential.account_id;
    record.learnt_at = learnt_at;
    records.push_back(std::move(record));
  }
  return records;
}

// Stored times have milliseconds: what this sync learns is never "before" it.
absl::Time ToMillis(absl::Time time) { return absl::FromUnixMillis(absl::ToUnixMillis(time)); }

}  // namespace

base::Task<absl::StatusOr<SyncReport>> Sync::Run(std::string credential_id, SteadyTime deadline) {
  for (auto it = running_.find(credential_id); it != running_.end();
       it = running_.find(credential_id)) {
    const auto before = it->second;
    if (!(co_await base::Flight<absl::Status>::Wait(before, deadline)).has_value()) {
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
  auto& records = context_.records;
  JOINPASS_CO_ASSIGN_OR_RETURN(
      const store::CredentialRecord credential,
      co_await context_.OffLoop([&] { return records.GetCredential(credential_id); }));
  SyncReport report;
  report.synced_at = ToMillis(context_.clock.Now());
  // One part without its scope must not keep the other from being read.
  const absl::Status host = co_await ReadHost(credential, deadline, report);
  if (!host.ok() && ReasonOf(host) != Reason::kScopeMissing) co_return host;
  JOINPASS_CO_RETURN_IF_ERROR(co_await ReadMeetings(credential, deadline, report));
  if (!host.ok()) co_return host;
  co_return report;
}

base::Task<absl::Status> Sync::ReadHost(const store::CredentialRecord& credential,
                                        SteadyTime deadline, SyncReport& report) {
  const absl::Time learnt_at = context_.clock.Now();
  JOINPASS_CO_ASSIGN_OR_RETURN(
      const oauth::Answer answer,
      co_await calls_.Send(
          credential.id, Feature::kReadUser,
          [](const oauth::Grant& grant) { return zoom::GetUser(grant.access, "me"); }, deadline));
  ++report.calls;
  JOINPASS_CO_ASSIGN_OR_RETURN(zoom::User user, zoom::ReadUser(answer.response));
  store::HostRecord host;
  host.app_id = credential.app_id;
  host.user_id = credential.user_id;
  host.account_id = credential.account_id;
  host.personal_meeting_id = user.personal_meeting_id;
  host.vanity_name = std::move(user.vanity_name);
  host.learnt_at = learnt_at;
  report.has_personal_meeting_id = host.personal_meeting_id != 0;
  auto& records = context_.records;
  co_return co_await context_.OffLoop([&records, &host] { return records.PutHost(host); });
}

base::Task<absl::Status> Sync::ReadMeetings(const store::CredentialRecord& credential,
                                            SteadyTime deadline, SyncReport& report) {
  for (int restart = 0;; ++restart) {
    const absl::Status read = co_await ReadPages(credential, deadline, report);
    if (read.ok()) break;
    const bool expired = GetErrorInfo(read).value_or(ErrorInfo()).cause == "page_token_expired";
    if (!expired || restart == kMostRestarts) co_return read;
  }
  auto& records = context_.records;
  const absl::Time before = report.synced_at;
  JOINPASS_CO_ASSIGN_OR_RETURN(
      report.removed, co_await context_.OffLoop([&records, &credential, before] {
        return records.SweepMeetings(credential.app_id, credential.user_id, before);
      }));
  co_return absl::OkStatus();
}

base::Task<absl::Status> Sync::ReadPages(const store::CredentialRecord& credential,
                                         SteadyTime deadline, SyncReport& report) {
  auto& records = context_.records;
  std::string page_token;
  report.meetings = 0;
  for (int pages = 0; pages < kMostPages; ++pages) {
    // Not before this sync began, even if the clock was set back: or it were swept.
    const absl::Time learnt_at = std::max(context_.clock.Now(), report.synced_at);
    JOINPASS_CO_ASSIGN_OR_RETURN(const zoom::MeetingPage page,
                                 co_await ReadPage(credential.id, page_token, deadline));
    ++report.calls;
    ++report.pages;
    const auto meetings = RecordsOf(page, credential, learnt_at);
    report.meetings += static_cast<int>(meetings.size());
    JOINPASS_CO_RETURN_IF_ERROR(
        co_await context_.OffLoop([&records, &meetings] { return records.PutMeetings(meetings); }));
    if (page.next_page_token.empty()) co_return absl::OkStatus();
    if (page.next_page_token == page_token) break;
    page_token = page.next_page_token;
  }
  co_return base::MakeError(Reason::kAnswerInvalid, "sync: the list of meetings does not end");
}

base::Task<absl::StatusOr<zoom::MeetingPage>> Sync::ReadPage(std::string credential_id,
                                                             std::string page_token,
                                                             SteadyTime deadline) {
  JOINPASS_CO_ASSIGN_OR_RETURN(const oauth::Answer answer,
                               co_await calls_.Send(
                                   credential_id, Feature::kListMeetings,
                                   [&page_token](const oauth::Grant& grant) {
                                     return zoom::ListMeetings(grant.access, "me", page_token);
                                   },
                                   deadline));
  co_return zoom::ReadMeetingPage(answer.response);
}

}  // namespace joinpass::directory
