// LoggedPass: what a pass held, what it lacked and why, and what came of it; without its tokens.

#ifndef JOINPASS_PASS_LOG_H_
#define JOINPASS_PASS_LOG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "joinpass/export.h"
#include "joinpass/join.h"
#include "joinpass/next_step.h"

namespace joinpass {

// A part that a pass was to have.
struct LoggedPart {
  bool wanted = false;
  bool held = false;

  // Through whose consent it was had, or else was asked for first. Empty: through none, as where
  // nobody was to be asked, or a URL of the customer gives it.
  std::string credential_id = {};

  absl::Time expires_at = absl::InfinitePast();  // of one that was held; wall clock
  absl::Status why_not = {};                     // of one that was wanted and not held
};

// Something that JoinSession::Report() heard, and what it answered.
struct LoggedOutcome {
  absl::Time at = absl::InfinitePast();
  SdkOutcome outcome = {};
  NextStep next = {};
};

// One call of JoinSession::Mint() or Engine::Prepare(), and the join with its pass.
struct LoggedPass {
  std::string id = {};       // "pass_…"
  std::string join_id = {};  // "join_…": the same for all passes of one session
  int attempt = 1;           // which of them
  absl::Time at = absl::InfinitePast();

  std::uint64_t meeting_number = 0;  // 0: only a personal link's name is known
  std::string vanity_name = {};
  std::string host_user_id = {};  // the likeliest host; empty: not known

  bool minted_ahead = false;  // JoinRequest::mint_ahead_of
  LoggedPart recording = {};
  Identity identity_kind = Identity::kNone;
  LoggedPart identity = {};
  absl::Status error = {};  // that of the call: there was no pass

  // In their order; what only says that the SDK goes on by itself is left out. Of more than
  // 8 the last.
  std::vector<LoggedOutcome> outcomes = {};
};

// All of it in a few lines of English: for a person who asks why a bot did not record. Ends with a
// line break.
JOINPASS_EXPORT std::string Describe(const LoggedPass& pass);

}  // namespace joinpass

#endif  // JOINPASS_PASS_LOG_H_
