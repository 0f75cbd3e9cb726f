#include "directory/host_finder.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "base/text.h"
#include "directory/may_keep.h"
#include "directory/resolver.h"
#include "zoom/endpoints.h"
#include "zoom/scopes.h"

namespace joinpass::directory {
namespace {

// Without a hint the number goes to these accounts at the most, and to nobody if there
// are more.
constexpr std::size_t kMostAccounts = 4;

// How long what Zoom does not know is not asked again, and how much of it is remembered.
constexpr absl::Duration kNoneCounts = absl::Seconds(60);
constexpr std::size_t kMostNone = 4096;

// Zoom has said it: what was asked for is not there, or not for this one.
bool SaysNone(const absl::Status& asked) {
  switch (ReasonOf(asked)) {
    case Reason::kMeetingUnknown:
    case Reason::kMeetingIsWebinar:
    case Reason::kUserUnknown:
    case Reason::kHostNotConnected:
    case Reason::kHostingNotAllowed:
    case Reason::kPermissionDenied:
    case Reason::kScopeMissing:
      return true;
    default:
      return false;
  }
}

bool MayBeAsked(const store::CredentialRecord& credential, Feature feature) {
  if (credential.health != Health::kHealthy || !credential.IsNamed()) return false;
  const auto& scopes = credential.tokens.scopes;
  return scopes.empty() || zoom::Allows(scopes, feature, credential.app_kind);
}

// The consents of accounts that may say whose a meeting is.
absl::StatusOr<std::vector<NamedUser>> AccountsToAsk(store::Records& records) {
  std::vector<NamedUser> accounts;
  JOINPASS_ASSIGN_OR_RETURN(const auto apps, records.ListApps());
  for (const store::AppRecord& app : apps) {
    if (app.settings.kind != AppKind::kAccountManaged) continue;
    JOINPASS_ASSIGN_OR_RETURN(auto credentials, records.ListCredentials(app.id));
    for (store::CredentialRecord& credential : credentials) {
      if (MayBeAsked(credential, Feature::kReadMeeting)) {
        accounts.push_back({std::move(credential), ""});
      }
      if (accounts.size() > kMostAccounts) return std::vector<NamedUser>();
    }
  }
  return accounts;
}

// Those hinted at who may be asked, each consent once: of an account's any user will do.
absl::StatusOr<std::vector<NamedUser>> HintedToAsk(store::Records& records,
                                                   const std::vector<std::string>& hints,
                                                   Feature feature) {
  auto named = FindNamedUsers(records, hints);
  if (!named.ok() && ReasonOf(named.status()) == Reason::kCredentialUnknown) {
    return std::vector<NamedUser>();
  }
  if (!named.ok()) return named.status();
  std::set<std::pair<std::string, std::string>> seen;
  std::erase_if(*named, [&](const NamedUser& user) {
    const bool by_user = feature == Feature::kReadUser;
    if (by_user && user.user_id.empty()) return true;
    return !MayBeAsked(user.credential, feature) ||
           !seen.emplace(user.credential.id, by_user ? user.user_id : "").second;
  });
  if (named->size() > kMostNames) named->resize(kMostNames);
  return named;
}

bool IsOnlyHinted(const absl::StatusOr<Resolution>& found) {
  if (!found.ok()) return ReasonOf(found.status()) == Reason::kHostNotConnected;
  return std::all_of(found->candidates.begin(), found->candidates.end(),
                     [](const Candidate& one) { return one.rule == MatchRule::kHint; });
}

store::MeetingKind KindOf(zoom::HostedMeeting::Kind kind) {
  switch (kind) {
    case zoom::HostedMeeting::Kind::kWebinar:
      return store::MeetingKind::kWebinar;
    case zoom::HostedMeeting::Kind::kInstant:
      return store::MeetingKind::kInstant;
    default:
      return store::MeetingKind::kScheduled;
  }
}

absl::Status NotHis() {
  return base::MakeError(Reason::kHostNotConnected, "look-up: the host is somebody else");
}

// Keeps whose `number` is. Blocks on the store.
absl::Status Keep(store::Records& records, std::uint64_t number,
                  const store::CredentialRecord& credential, const zoom::HostedMeeting& meeting,
                  absl::Time learnt_at, absl::Time now) {
  JOINPASS_RETURN_IF_ERROR(CheckMayKeep(records, credential.id));
  JOINPASS_ASSIGN_OR_RETURN(const auto known, records.FindHost(credential.app_id, meeting.host_id));
  const bool of_another =
      known && !known->account_id.value.empty() && known->account_id.value != credential.account_id;
  if (of_another) return NotHis();
  const bool is_room = meeting.kind == zoom::HostedMeeting::Kind::kPersonalRoom;
  // The host, too, so that his meetings go with him if he leaves before the next sync.
  store::HostRecord host;
  host.app_id = credential.app_id;
  host.user_id = meeting.host_id;
  host.account_id = {credential.account_id, learnt_at};
  host.inactive = {false, learnt_at};
  if (is_room) host.personal_meeting_id = {number, learnt_at};
  JOINPASS_RETURN_IF_ERROR(records.PutHost(host, now));
  if (is_room) return absl::OkStatus();
  store::MeetingRecord record;
  record.app_id = credential.app_id;
  record.number = number;
  record.host = {{meeting.host_id, credential.account_id, KindOf(meeting.kind)}, learnt_at};
  record.deleted = {false, learnt_at};
  return records.PutMeetings({&record, 1}, now);
}

store::HostRecord HostOf(const store::CredentialRecord& credential, const zoom::User& user,
                         absl::Time learnt_at) {
  store::HostRecord host;
  host.app_id = credential.app_id;
  host.user_id = user.id;
  host.account_id = {credential.account_id, learnt_at};
  host.personal_meeting_id = {user.personal_meeting_id, learnt_at};
  host.vanity_name = {user.vanity_name, learnt_at};
  host.inactive = {!user.active, learnt_at};
  if (!user.email.empty()) host.email = {user.email, learnt_at};
  return host;
}

}  // namespace

absl::Status CheckHints(const std::vector<std::string>& host_hints) {
  std::vector<std::string> wrong;
  if (host_hints.size() > kMostNames) wrong.push_back("host_hints has more than 16 entries");
  for (const std::string& hint : host_hints) {
    if (hint.empty()) wrong.push_back("a host hint is empty");
    if (hint.size() > kLongestName) wrong.push_back("a host hint has more than 320 bytes");
  }
  if (wrong.empty()) return absl::OkStatus();
  return base::MakeError(Reason::kInvalidArgument, absl::StrJoin(wrong, "; "));
}

base::Task<absl::StatusOr<Resolution>> HostFinder::Recall(MeetingLink link,
                                                          std::vector<std::string> hints) {
  auto& records = context_.records;
  auto& consents = consents_;
  const absl::Time now = context_.clock.Now();
  co_return co_await context_.OffLoop(service::Lane::kReads,
                                      [&records, &consents, &link, &hints, now] {
                                        return Resolve(records, consents, link, hints, now);
                                      });
}

base::Task<absl::StatusOr<Resolution>> HostFinder::Find(MeetingLink link,
                                                        std::vector<std::string> hints,
                                                        SteadyTime deadline) {
  absl::StatusOr<Resolution> known = co_await Recall(link, hints);
  if (!IsOnlyHinted(known)) co_return known;
  const absl::StatusOr<std::vector<NamedUser>> whom = co_await WhomToAsk(link, hints);
  if (!whom.ok() || whom->empty()) co_return known;
  std::vector<base::Task<absl::Status>> questions;
  for (const NamedUser& user : *whom) {
    Question question;
    question.number = link.number();
    question.credential_id = user.credential.id;
    if (link.number() == 0) {
      question.vanity_name = link.vanity_name();
      question.user_id = user.user_id;
    }
    if (IsKnownToBeNone(question)) continue;
    questions.push_back(AskOnce(std::move(question), user, deadline));
  }
  const std::vector<absl::Status> answers = co_await base::WhenAll(std::move(questions));
  absl::StatusOr<Resolution> found = co_await Recall(link, hints);
  if (found.ok() || ReasonOf(found.status()) != Reason::kHostNotConnected) co_return found;
  // That nobody is known says less than that Zoom could not be asked.
  for (const absl::Status& answer : answers) {
    if (!answer.ok() && !SaysNone(answer)) co_return answer;
  }
  co_return base::MakeError(Reason::kHostNotConnected,
                            absl::StrCat(found.status().message(), "; Zoom was asked (consents: ",
                                         whom->size(), ") and knows of none"));
}

base::Task<absl::StatusOr<std::vector<NamedUser>>> HostFinder::WhomToAsk(
    const MeetingLink& link, const std::vector<std::string>& hints) {
  auto& records = context_.records;
  const bool by_number = link.number() != 0;
  co_return co_await context_.OffLoop(
      service::Lane::kReads,
      [&records, &hints, by_number]() -> absl::StatusOr<std::vector<NamedUser>> {
        if (!hints.empty()) {
          return HintedToAsk(records, hints,
                             by_number ? Feature::kReadMeeting : Feature::kReadUser);
        }
        // Whose a name is, no call of an account's tells.
        return by_number ? AccountsToAsk(records) : std::vector<NamedUser>();
      });
}

// Whoever comes first asks; the others wait for what he is told.
base::Task<absl::Status> HostFinder::AskOnce(Question question, NamedUser whom,
                                             SteadyTime deadline) {
  for (auto it = in_flight_.find(question); it != in_flight_.end();
       it = in_flight_.find(question)) {
    const std::shared_ptr<Flight> other = it->second;
    const std::optional<absl::Status> landed = co_await Flight::Wait(other, deadline);
    if (!landed) {
      co_return base::MakeError(Reason::kDeadlineExceeded, "look-up: Zoom has not answered yet");
    }
    const bool had_less_time = !landed->ok() && ReasonOf(*landed) == Reason::kDeadlineExceeded;
    if (!had_less_time) co_return *landed;
  }
  const auto flight = std::make_shared<Flight>(context_.loop);
  in_flight_.emplace(question, flight);
  const absl::Status asked = co_await Ask(question, std::move(whom), deadline);
  if (!asked.ok() && SaysNone(asked)) Remember(question);
  in_flight_.erase(question);
  flight->Land(asked);
  co_return asked;
}

base::Task<absl::Status> HostFinder::Ask(Question question, NamedUser whom, SteadyTime deadline) {
  if (question.number == 0) {
    co_return co_await AskOfUser(question.vanity_name, whom, deadline);
  }
  co_return co_await AskOfMeeting(question.number, whom.credential, deadline);
}

base::Task<absl::Status> HostFinder::AskOfMeeting(std::uint64_t number,
                                                  const store::CredentialRecord& credential,
                                                  SteadyTime deadline) {
  zoom::Endpoint<zoom::HostedMeeting> as_meeting = zoom::GetMeeting(number);
  auto called = co_await calls_.Call(std::move(as_meeting), credential.id, deadline);
  if (!called.ok() && ReasonOf(called.status()) == Reason::kMeetingIsWebinar) {
    zoom::Endpoint<zoom::HostedMeeting> as_webinar = zoom::GetWebinar(number);
    called = co_await calls_.Call(std::move(as_webinar), credential.id, deadline);
  }
  if (!called.ok()) co_return called.status();
  // Of others than the one who consented nothing is kept.
  const bool his = called->value.host_id == credential.user_id;
  if (credential.app_kind == AppKind::kUserManaged && !his) co_return NotHis();
  auto& records = context_.records;
  const absl::Time now = context_.clock.Now();
  const zoom::HostedMeeting& meeting = called->value;
  const absl::Time learnt_at = called->sent_at.wall;
  // It may wait for the lock of a sync: in the lane of reads every join would wait with it.
  co_return co_await context_.OffLoop(service::Lane::kBackground, [&] {
    return Keep(records, number, credential, meeting, learnt_at, now);
  });
}

base::Task<absl::Status> HostFinder::AskOfUser(const std::string& vanity_name,
                                               const NamedUser& whom, SteadyTime deadline) {
  zoom::Endpoint<zoom::User> endpoint = zoom::GetUser(zoom::Whom::User(whom.user_id));
  auto called = co_await calls_.Call(std::move(endpoint), whom.credential.id, deadline);
  if (!called.ok()) co_return called.status();
  if (called->value.id != whom.user_id) co_return NotHis();
  store::HostRecord host = HostOf(whom.credential, called->value, called->sent_at.wall);
  auto& records = context_.records;
  const absl::Time now = context_.clock.Now();
  const absl::Status put =
      co_await context_.OffLoop(service::Lane::kBackground, [&]() -> absl::Status {
        JOINPASS_RETURN_IF_ERROR(CheckMayKeep(records, whom.credential.id));
        return records.PutHost(host, now);
      });
  if (put.ok() && host.vanity_name.value != vanity_name) co_return NotHis();
  co_return put;
}

bool HostFinder::IsKnownToBeNone(const Question& question) {
  const auto it = none_.find(question);
  return it != none_.end() && context_.clock.SteadyNow() < it->second;
}

void HostFinder::Remember(const Question& question) {
  const SteadyTime now = context_.clock.SteadyNow();
  if (none_.size() >= kMostNone) {
    std::erase_if(none_, [now](const auto& one) { return one.second <= now; });
    if (none_.size() >= kMostNone) none_.clear();
  }
  none_.insert_or_assign(question, now + kNoneCounts);
}

}  // namespace joinpass::directory
