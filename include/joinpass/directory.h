// Directory: who hosts which meeting.

#ifndef JOINPASS_DIRECTORY_H_
#define JOINPASS_DIRECTORY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "joinpass/apps.h"
#include "joinpass/credentials.h"
#include "joinpass/export.h"
#include "joinpass/meeting_link.h"

namespace joinpass {

// How a meeting was matched with its host, best first.
enum class MatchRule {
  kScheduled,          // a list of meetings names this number, and its host
  kInstant,            // Zoom told of this meeting when it began
  kWebinar,            // a list of webinars names this number, and its host
  kPersonalMeetingId,  // the number is the host's PMI
  kVanityName,         // the link is the host's personal link
  kHint,               // the caller believes so
};

// "scheduled", "instant", "webinar", "personal_meeting_id", "vanity_name", "hint".
JOINPASS_EXPORT std::string_view MatchRuleName(MatchRule rule);

// One credential through which a token for the meeting may be had.
struct Candidate {
  std::string credential_id = {};
  std::string app_id = {};
  AppKind app_kind = AppKind::kUserManaged;
  std::string host_user_id = {};  // kHint may be an account's consent, and of nobody in it
  std::string host_account_id = {};
  MatchRule rule = MatchRule::kScheduled;

  // When Zoom told us. Wall clock; InfinitePast() of a hint, and of what was learnt by a
  // clock that was ahead.
  absl::Time learnt_at = absl::InfinitePast();
};

// The answer for one meeting. Never empty: nobody found is an error.
struct Resolution {
  // The meeting's number; for a personal link the host's PMI.
  std::uint64_t meeting_number = 0;

  // Best first: those whose consent works, then by rule, then the newest
  // knowledge. Each credential once for a host.
  std::vector<Candidate> candidates = {};
};

// Somebody who is known to host a meeting, and the consent through which a token for it
// may be had.
struct KnownHost {
  Candidate candidate = {};          // its credential_id is empty: none of the consents is his
  Health health = Health::kHealthy;  // of the credential, with its cause
  std::string cause = {};
};

// Why a bot finds the host of a meeting, or finds nobody.
struct Explanation {
  // What was looked for, and where a personal link leads to.
  std::uint64_t meeting_number = 0;
  std::string vanity_name = {};

  // The candidates in their order, then those without a consent.
  std::vector<KnownHost> hosts = {};

  // When a meeting of this number went, if one did within 48 hours.
  absl::Time deleted_at = absl::InfinitePast();

  int credentials = 0;   // how many there are in all,
  int never_synced = 0;  // and of how many of them no sync was ever completed

  // When the others' last syncs were completed: the one that is longest ago.
  absl::Time synced_at = absl::InfinitePast();

  absl::Status outcome;   // what Resolve() says
  std::string text = {};  // all of it in a few lines, the last of which says what to do
};

// Which part of the directory is listed.
struct MeetingQuery {
  std::string credential_id = {};  // what it serves; empty: whatever
  std::string app_id = {};  // what the app knows; empty: all. Without effect beside the other
  std::string cursor = {};  // MeetingPage::next_cursor of the page before; empty: the first
  int most = 300;           // of one page: 1 to 1000
};

// A meeting that is known by its number, and the consent through which a token for it may
// be had. (Personal rooms and personal links are found by their hosts, and are in no list.)
struct KnownMeeting {
  std::uint64_t meeting_number = 0;
  MatchRule rule = MatchRule::kScheduled;  // kScheduled, kInstant or kWebinar
  std::string host_user_id = {};
  std::string app_id = {};
  std::string credential_id = {};  // empty: none of the consents is the host's

  // When Zoom last told us of it: by a sync, if nothing else. Wall clock.
  absl::Time synced_at = absl::InfinitePast();
};

struct MeetingPage {
  std::vector<KnownMeeting> meetings = {};  // in the order in which they were first known
  std::string next_cursor = {};             // empty: this was the last page
};

// What a sync found.
struct SyncReport {
  int users = 0;                                // one, or all active ones of the account
  int meetings = 0;                             // as listed, the PMI not counted
  int webinars = 0;                             // likewise
  int removed = 0;                              // known before, and gone
  int pages = 0;                                // of the lists of meetings and webinars
  int calls = 0;                                // requests to Zoom
  bool has_personal_meeting_id = false;         // one of the users has
  absl::Time synced_at = absl::InfinitePast();  // when it began; wall clock
};

// The names (SyncStateName) are stable.
enum class SyncState {
  kNotStarted,
  kInProgress,
  kCompleted,
  kFailed,
};

// "not_started", "in_progress", "completed", "failed".
JOINPASS_EXPORT std::string_view SyncStateName(SyncState state);

// How the sync of a credential does, or how the last one did.
struct SyncProgress {
  std::string credential_id = {};
  SyncState state = SyncState::kNotStarted;
  std::string reason = {};  // of kFailed: the name of a Reason

  int users = 0;  // that were read, and how many there are; 0: not known yet
  int users_in_all = 0;
  int meetings = 0;
  int webinars = 0;
  int removed = 0;
  int calls = 0;

  // Of kInProgress, by the pace until now. InfiniteDuration(): not known yet.
  absl::Duration time_left = absl::InfiniteDuration();

  // Wall clock; InfinitePast(): never.
  absl::Time began_at = absl::InfinitePast();
  absl::Time changed_at = absl::InfinitePast();    // when all this was so
  absl::Time completed_at = absl::InfinitePast();  // the end of the last that was completed
};

// Thread-safe. Lives as long as its Engine. Errors of every call:
// store_unavailable, store_corrupt.
class JOINPASS_EXPORT Directory {
 public:
  virtual ~Directory() = default;

  // Reads who the credential's user is (PMI, personal link) and all pages of his scheduled
  // meetings and of his webinars, and forgets those that the lists no longer name.
  //
  // Of an account's credential: the same for all active users of the account; one who is
  // gone meanwhile, or may host nothing, is passed over, and who is no user of it any more
  // is forgotten. Where one user cannot be read the others are, and the error is told at
  // the end. A sync of an account that was cut short less than 15 minutes ago is gone on
  // with from where it was: what that had read counts, and SyncReport::synced_at says since
  // when.
  //
  // Of a credential that is kIdentifying Zoom is asked first who it is, and of a delegated
  // one whether its token still is the same user's. Without the scope of a part, that part
  // is left as it was and the error is scope_missing, but for webinars: those are an extra.
  // Two syncs of one credential run one after the other. `timeout` bounds the requests; a
  // disk that is busy may add some seconds.
  //
  // Errors: credential_unknown, scope_missing, deadline_exceeded, and those of
  // Zoom, the network and the credential: see reason.h. What was read until
  // then is kept.
  virtual absl::StatusOr<SyncReport> Sync(const std::string& credential_id,
                                          absl::Duration timeout) = 0;

  // How the sync of the credential does, or how the last one did, in whatever process. One
  // that says kInProgress and has not changed for 5 minutes was cut short. No network.
  //
  // Errors: credential_unknown
  virtual absl::StatusOr<SyncProgress> GetSync(const std::string& credential_id) = 0;

  // Who hosts the meeting, from what is known; no network.
  //
  // Errors:
  //   host_not_connected  nobody with a consent is known to host it; the message
  //                       says what was looked for
  virtual absl::StatusOr<Resolution> Resolve(const MeetingLink& link) = 0;

  // The same, and where that finds nobody Zoom is asked once: which host the number has, in
  // the name of those whom `host_hints` name, or, without hints, of the accounts' consents
  // that allow it (scope meeting:read:meeting:admin) if there are at most four: of more,
  // one customer's meeting were told to the others. Of a personal link those hinted at are
  // asked for theirs. What Zoom says is kept; what it does not know is not asked again for
  // a minute. Several who ask the same at the same time make one request.
  //
  // `host_hints`: who may host it, best first, at most 16; each a credential id ("cred_…"),
  // a Zoom user id, or an e-mail address. They are the last candidates, whatever Zoom says
  // (kHint); names that nobody has are passed over.
  //
  // Errors: host_not_connected; invalid_argument; where Zoom did not answer, why not
  virtual absl::StatusOr<Resolution> LookUp(const MeetingLink& link,
                                            const std::vector<std::string>& host_hints,
                                            absl::Duration timeout) = 0;

  // Resolve() for whoever asks why: what was looked for, what was found, how old that is,
  // when Zoom was last asked for all of it, and what to do. Names user ids and credentials, and no secret. No network.
  //
  // Errors: those of the store
  virtual absl::StatusOr<Explanation> Explain(const MeetingLink& link) = 0;

  // What is known, page by page: meetings to credentials. A page may have fewer than
  // `most`, and none that became known or went meanwhile is in two pages. No network.
  //
  // Errors: credential_unknown; invalid_argument (names what is wrong)
  virtual absl::StatusOr<MeetingPage> List(const MeetingQuery& query) = 0;
};

}  // namespace joinpass

#endif  // JOINPASS_DIRECTORY_H_
