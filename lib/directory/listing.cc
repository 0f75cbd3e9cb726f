#include "directory/listing.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "directory/ranking.h"

namespace joinpass::directory {
namespace {

constexpr int kLongestPage = 1000;

// Of the query, but for whose credential it names.
absl::StatusOr<store::Records::MeetingList> Read(const MeetingQuery& query) {
  store::Records::MeetingList list;
  std::vector<std::string> wrong;
  if (query.most < 1 || query.most > kLongestPage) wrong.push_back("most must be 1 to 1000");
  if (!query.cursor.empty() && (!absl::SimpleAtoi(query.cursor, &list.after) || list.after < 0)) {
    wrong.push_back("cursor is of no page");
  }
  if (!wrong.empty()) {
    return base::MakeError(Reason::kInvalidArgument, "list: " + absl::StrJoin(wrong, "; "));
  }
  list.app_id = query.app_id;
  list.most = query.most;
  return list;
}

// Empty: nobody's, or one that cannot be read.
absl::StatusOr<std::string> CredentialIdOf(ServingConsents& consents, const std::string& app_id,
                                           const store::MeetingHost& host) {
  const auto consent = consents.Of(app_id, host.user_id, host.account_id);
  if (consent.ok()) return *consent ? (*consent)->credential_id : "";
  if (store::Records::ConcernsOneRow(consent.status())) return "";
  return consent.status();
}

}  // namespace

absl::StatusOr<MeetingPage> List(store::Records& records, ServingConsents& consents,
                                 const MeetingQuery& query) {
  JOINPASS_ASSIGN_OR_RETURN(store::Records::MeetingList list, Read(query));
  if (!query.credential_id.empty()) {
    JOINPASS_ASSIGN_OR_RETURN(const store::CredentialRecord credential,
                              records.GetCredential(query.credential_id));
    if (!credential.IsNamed()) return MeetingPage();
    const bool account = credential.app_kind == AppKind::kAccountManaged;
    list.app_id = credential.app_id;
    (account ? list.account_id : list.host_user_id) = credential.principal().id;
  }
  JOINPASS_ASSIGN_OR_RETURN(const auto listed, records.ListMeetings(list));
  MeetingPage page;
  for (const store::MeetingRecord& meeting : listed.meetings) {
    const store::MeetingHost& host = meeting.host.value;
    KnownMeeting known;
    known.meeting_number = meeting.number;
    known.rule = RuleOf(host.kind);
    known.host_user_id = host.user_id;
    known.app_id = meeting.app_id;
    known.synced_at = meeting.learnt_at();
    JOINPASS_ASSIGN_OR_RETURN(known.credential_id, CredentialIdOf(consents, meeting.app_id, host));
    page.meetings.push_back(std::move(known));
  }
  if (listed.more) page.next_cursor = absl::StrCat(listed.last);
  return page;
}

}  // namespace joinpass::directory
