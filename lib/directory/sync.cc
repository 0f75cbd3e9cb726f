#include "directory/sync.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/status.h"
#include "directory/sync_progress.h"
#include "oauth/identify.h"
#include "oauth/who.h"
#include "store/millis.h"

namespace joinpass::directory {
namespace {

// 300 users a page.
constexpr int kMostUserPages = 1000;

// A page token of the users lives 15 minutes; their list begins anew this often without
// anybody new being read.
constexpr int kMostRestarts = 2;

// Between two looks at how it does.
constexpr absl::Duration kNoteEvery = absl::Seconds(5);

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

// Whether it may be another's turn to be read, or everybody would fail so.
bool MayBeHisAlone(const absl::Status& error) {
  switch (ReasonOf(error)) {
    case Reason::kZoomUnavailable:
    case Reason::kAnswerInvalid:
    case Reason::kRequestRefused:
    case Reason::kStoreCorrupt:
      return true;
    default:
      return false;
  }
}

// After so many who fail one after the other it is not theirs.
constexpr int kMostFailures = 3;

}  // namespace

base::Task<absl::StatusOr<SyncReport>> Sync::Run(std::string credential_id, SteadyTime deadline,
                                                 std::optional<store::SyncRecord> begun) {
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
  absl::StatusOr<SyncReport> report = co_await RunAlone(credential_id, deadline, std::move(begun));
  running_.erase(credential_id);
  flight->Land(report.status());
  co_return report;
}

base::Task<absl::StatusOr<SyncReport>> Sync::RunAlone(std::string credential_id,
                                                      SteadyTime deadline,
                                                      std::optional<store::SyncRecord> begun) {
  Course course;
  // A list of meetings is of use only if it is known whose they are.
  JOINPASS_CO_ASSIGN_OR_RETURN(
      store::Records::Consented identified,
      co_await oauth::Identify(context_, calls_, std::move(credential_id), deadline));
  course.credential = std::move(identified.record);
  JOINPASS_CO_RETURN_IF_ERROR(co_await Begin(course, std::move(begun)));
  const absl::Status read = co_await Read(course, deadline);
  course.record = Ended(std::move(course.record), read, context_.clock.Now());
  (void)co_await Note(course, true);
  if (!read.ok()) co_return read;
  co_return course.report;
}

// Of the same credential another process may be at it: the one that began last is shown.
base::Task<absl::Status> Sync::Begin(Course& course, std::optional<store::SyncRecord> begun) {
  auto& records = context_.records;
  const store::CredentialRecord& credential = course.credential;
  // Stored times have milliseconds: what this sync learns is never "before" it.
  const absl::Time now = store::CutToMillis(context_.clock.Now());
  std::optional<store::SyncRecord> last = std::move(begun);
  if (last) {
    course.record = *last;
  } else {
    JOINPASS_CO_ASSIGN_OR_RETURN(last, co_await context_.OffLoop(service::Lane::kBackground, [&] {
      return records.FindSync(credential.id);
    }));
    course.record = Begun(credential.id, credential.connected_at, last, now);
  }
  course.goes_on = course.record.users_in_all > 1;
  SyncReport& report = course.report;
  report.synced_at = course.record.began_at;
  if (course.goes_on) {
    report.meetings = course.record.meetings;
    report.webinars = course.record.webinars;
    report.removed = course.record.removed;
    report.calls = course.record.calls;
  }
  if (credential.app_kind == AppKind::kUserManaged) course.record.users_in_all = 1;
  // The first row of it; from then on it is only changed, so that none is left behind by
  // a credential that goes meanwhile.
  if (!last) {
    store::SyncRecord& record = course.record;
    JOINPASS_CO_RETURN_IF_ERROR(
        (co_await context_.OffLoop(service::Lane::kBackground, [&records, &record] {
          return records.PutSync(record, std::nullopt);
        })).status());
  }
  co_return co_await Note(course, true);
}

// Tells how it does, at most every few seconds but for `at_once`.
base::Task<absl::Status> Sync::Note(Course& course, bool at_once) {
  const base::Moment now = context_.Now();
  if (!at_once && now.steady < course.written_at + kNoteEvery) co_return absl::OkStatus();
  course.written_at = now.steady;
  store::SyncRecord& record = course.record;
  record.users = course.report.users;
  record.meetings = course.report.meetings;
  record.webinars = course.report.webinars;
  record.removed = course.report.removed;
  record.calls = course.report.calls;
  record.changed_at = now.wall;
  if (context_.listeners.on_sync_progress) {
    context_.listeners.on_sync_progress(ProgressOf(record));
  }
  auto& records = context_.records;
  co_return co_await context_.OffLoop(
      service::Lane::kBackground, [&records, &record]() -> absl::Status {
        JOINPASS_ASSIGN_OR_RETURN(const auto seen, records.FindSync(record.credential_id));
        if (!seen) return absl::OkStatus();  // the credential is gone
        // Whoever was faster has said something just now.
        return records.PutSync(record, seen).status();
      });
}

base::Task<absl::Status> Sync::Read(Course& course, SteadyTime deadline) {
  // Of somebody else's list all that he has would be swept.
  if (course.credential.IsDelegated()) {
    JOINPASS_CO_RETURN_IF_ERROR(co_await CheckDelegate(course.credential, deadline));
  }
  absl::Status read;
  if (course.credential.app_kind == AppKind::kAccountManaged) {
    read = co_await ReadAccount(course, deadline);
  } else {
    const UserSync::Target target = {.credential = course.credential,
                                     .user_id = course.credential.user_id,
                                     .note = [this, &course] { return Note(course, false); }};
    read = co_await users_.Read(target, deadline, course.report);
    if (read.ok()) course.report.users = 1;
  }
  if (!read.ok()) co_return read;
  auto& records = context_.records;
  const absl::Time now = std::max(context_.clock.Now(), course.report.synced_at);
  co_return co_await context_.OffLoop(service::Lane::kBackground,
                                      [&records, now] { return records.ForgetDeleted(now); });
}

// That the token is of whom it was, as far as anybody may ask.
base::Task<absl::Status> Sync::CheckDelegate(const store::CredentialRecord& credential,
                                             SteadyTime deadline) {
  const SteadyTime until = std::min(deadline, context_.clock.SteadyNow() + kOneCall);
  const auto user = co_await calls_.Call(zoom::GetUser(zoom::Whom::Me()), credential.id, until);
  if (user.ok()) co_return co_await oauth::CheckIsHis(calls_, credential, user->value);
  const bool may_ask = ReasonOf(user.status()) != Reason::kScopeMissing;
  co_return may_ask ? user.status() : absl::OkStatus();
}

base::Task<absl::Status> Sync::ReadAccount(Course& course, SteadyTime deadline) {
  int restarts = 0;
  int most_read = 0;
  while (true) {
    course.report.users = 0;
    course.fewest_in_all = 0;
    course.passed_over = absl::OkStatus();
    const absl::Status read = co_await ReadUsers(course, deadline);
    if (read.ok()) break;
    if (!IsExpiredPage(read)) co_return read;
    // It took longer than a page token lives. Who was read is passed over.
    restarts = course.report.users > most_read ? 0 : restarts + 1;
    most_read = std::max(most_read, course.report.users);
    if (restarts > kMostRestarts) co_return read;
    course.goes_on = true;
  }
  JOINPASS_CO_RETURN_IF_ERROR(course.passed_over);
  co_return co_await ForgetOthers(course, deadline);
}

base::Task<absl::StatusOr<zoom::UserPage>> Sync::ListPage(Course& course, std::string page_token,
                                                          SteadyTime deadline,
                                                          absl::Time& listed_at) {
  zoom::Endpoint<zoom::UserPage> list = zoom::ListUsers(page_token);
  const SteadyTime until = std::min(deadline, context_.clock.SteadyNow() + kOneCall);
  JOINPASS_CO_ASSIGN_OR_RETURN(oauth::Called<zoom::UserPage> called,
                               co_await calls_.Call(std::move(list), course.credential.id, until));
  ++course.report.calls;
  listed_at = called.sent_at.wall;
  if (!called.value.next_page_token.empty() && called.value.next_page_token == page_token) {
    co_return base::MakeError(Reason::kAnswerInvalid, "sync: the list of users does not end");
  }
  co_return std::move(called.value);
}

base::Task<absl::Status> Sync::ReadUsers(Course& course, SteadyTime deadline) {
  std::string page_token;
  for (int pages = 0; pages < kMostUserPages; ++pages) {
    absl::Time listed_at;
    JOINPASS_CO_ASSIGN_OR_RETURN(const zoom::UserPage page,
                                 co_await ListPage(course, page_token, deadline, listed_at));
    course.record.users_in_all = page.users_in_all;
    course.fewest_in_all =
        pages == 0 ? page.users_in_all : std::min(course.fewest_in_all, page.users_in_all);
    JOINPASS_CO_RETURN_IF_ERROR(co_await ReadListed(course, page, listed_at, deadline));
    if (page.next_page_token.empty()) co_return absl::OkStatus();
    page_token = page.next_page_token;
  }
  co_return base::MakeError(Reason::kAnswerInvalid, "sync: the list of users does not end");
}

base::Task<absl::Status> Sync::ReadListed(Course& course, const zoom::UserPage& page,
                                          absl::Time listed_at, SteadyTime deadline) {
  JOINPASS_CO_ASSIGN_OR_RETURN(const std::vector<bool> was_read, co_await WhoWasRead(course, page));
  for (std::size_t i = 0; i < page.users.size(); ++i) {
    const zoom::UserPage::Entry& user = page.users[i];
    ++course.report.users;
    if (was_read[i]) {
      if (user.personal_meeting_id != 0) course.report.has_personal_meeting_id = true;
      continue;
    }
    const UserSync::Target target = {.credential = course.credential,
                                     .user_id = user.id,
                                     .personal_meeting_id = user.personal_meeting_id,
                                     .email = user.email,
                                     .listed_at = listed_at,
                                     .note = [this, &course] { return Note(course, false); }};
    const absl::Status read = co_await users_.Read(target, deadline, course.report);
    const bool fails = !read.ok() && !ConcernsUser(read);
    course.failures_in_a_row = fails ? course.failures_in_a_row + 1 : 0;
    if (fails) {
      // One user's trouble keeps nobody else from being read; everybody's does.
      if (!MayBeHisAlone(read) || course.failures_in_a_row == kMostFailures) {
        --course.report.users;
        co_return read;
      }
      course.passed_over.Update(read);
    }
    (void)co_await Note(course, false);
  }
  co_return absl::OkStatus();
}

// Of each of the page, whether his meetings have been read since the sync began.
base::Task<absl::StatusOr<std::vector<bool>>> Sync::WhoWasRead(const Course& course,
                                                               const zoom::UserPage& page) {
  std::vector<bool> was_read(page.users.size(), false);
  if (!course.goes_on) co_return was_read;
  auto& records = context_.records;
  const absl::Time latest = store::LatestLearnt(context_.clock.Now());
  co_return co_await context_.OffLoop(
      service::Lane::kBackground, [&]() -> absl::StatusOr<std::vector<bool>> {
        for (std::size_t i = 0; i < page.users.size(); ++i) {
          const auto host = records.FindHost(course.credential.app_id, page.users[i].id);
          if (!host.ok() && !store::Records::ConcernsOneRow(host.status())) return host.status();
          if (!host.ok() || !*host) continue;
          const absl::Time read_at = (*host)->meetings_listed_at;
          was_read[i] = read_at >= course.report.synced_at && read_at <= latest;
        }
        return was_read;
      });
}

// Takes away from `unseen` who is in the list after all.
base::Task<absl::Status> Sync::ListOnly(Course& course, SteadyTime deadline,
                                        std::vector<std::string>& unseen) {
  std::string page_token;
  for (int pages = 0; pages < kMostUserPages; ++pages) {
    absl::Time listed_at;
    JOINPASS_CO_ASSIGN_OR_RETURN(const zoom::UserPage page,
                                 co_await ListPage(course, page_token, deadline, listed_at));
    for (const zoom::UserPage::Entry& user : page.users) std::erase(unseen, user.id);
    if (page.next_page_token.empty()) co_return absl::OkStatus();
    page_token = page.next_page_token;
  }
  co_return base::MakeError(Reason::kAnswerInvalid, "sync: the list of users does not end");
}

// Whoever is no user of the account any more hosts nothing in it. A list by pages may lose
// somebody between two of them when another leaves: so it is asked for twice, and one that
// has fewer users than it says there are counts for nothing.
base::Task<absl::Status> Sync::ForgetOthers(Course& course, SteadyTime deadline) {
  const int listed = course.report.users;
  if (listed == 0 || listed < course.fewest_in_all) co_return absl::OkStatus();
  auto& records = context_.records;
  const std::string& app_id = course.credential.app_id;
  const absl::Time began = course.report.synced_at;
  const absl::Time now = std::max(context_.clock.Now(), began);
  JOINPASS_CO_ASSIGN_OR_RETURN(
      std::vector<std::string> unseen, co_await context_.OffLoop(service::Lane::kBackground, [&] {
        return records.ListHostsUnseen(app_id, course.credential.account_id, began, now);
      }));
  if (unseen.empty()) co_return absl::OkStatus();
  JOINPASS_CO_RETURN_IF_ERROR(co_await ListOnly(course, deadline, unseen));
  JOINPASS_CO_ASSIGN_OR_RETURN(
      const int removed,
      co_await context_.OffLoop(service::Lane::kBackground, [&]() -> absl::StatusOr<int> {
        int meetings = 0;
        for (const std::string& id : unseen) {
          JOINPASS_ASSIGN_OR_RETURN(const int gone, records.ForgetHost(app_id, id, began, now));
          meetings += gone;
        }
        return meetings;
      }));
  course.report.removed += removed;
  co_return absl::OkStatus();
}

}  // namespace joinpass::directory
