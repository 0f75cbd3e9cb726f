// What to ask Zoom for, and what came of it: decisions only.

#ifndef JOINPASS_LIB_JOIN_PLAN_H_
#define JOINPASS_LIB_JOIN_PLAN_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "joinpass/directory.h"
#include "joinpass/join.h"

namespace joinpass::join {

// OK, or invalid_argument with a message that names every wrong field.
absl::Status CheckRequest(const JoinRequest& request, absl::Time now);

// Whether `request` asks for this part at all.
bool Wants(const JoinRequest& request, PassPart part);

// Whether it is of any use to `request` to know who hosts the meeting.
bool NeedsHost(const JoinRequest& request);

// Somebody through whose consent a part may be had.
struct Owner {
  std::string credential_id = {};
  std::string user_id = {};
  std::string account_id = {};
  bool of_webinar = false;  // what he hosts is known to be one
  bool of_account = false;  // through the consent of an admin
};

// A candidate is the host.
std::vector<Owner> HostsOf(const Resolution& resolution);

// What is known when a pass is planned.
struct Findings {
  absl::StatusOr<Resolution> resolution = absl::UnknownError("");

  // In the order of the request; the host's when that names nobody. The error
  // says why there is none.
  absl::StatusOr<std::vector<Owner>> identity_owners = absl::UnknownError("");
};

// What the SDK's answers to the attempts before have taught: what the next pass leaves out.
struct Detour {
  bool without_recording = false;
  bool without_identity = false;
  std::set<std::string> absent_users = {};         // were not in the meeting: asked last
  std::set<std::string> refused_users = {};        // whose identity does not do: not asked
  std::set<std::string> no_recording_beside = {};  // users; "": whoever a URL's token is of
};

// Whom to ask for each part, best first, or the URL that gives it. A part with nobody to ask has the
// reason in `…_shortfall`, unless it is not wanted.
struct Plan {
  std::vector<Owner> recording = {};
  Secret recording_url = {};
  absl::Status recording_shortfall = {};
  std::vector<Owner> identity = {};
  Secret identity_url = {};
  absl::Status identity_shortfall = {};
};

// Zoom takes a user's recording token beside an identity only if that is the host's
// (JoinRequest::recording_beside_strangers has more). So where no owner is the host, the
// recording token gives way, unless it is required: then owners who are not the host are not
// asked. Whose token a URL gives, nobody here can say.
Plan MakePlan(const JoinRequest& request, const Findings& known, const Detour& detour = {});

// A part as it was minted.
struct MintedPart {
  JoinPass::Token token = {};
  std::string owner_user_id = {};  // empty: it came from a URL
  bool of_account = false;         // as the owner's
};

// Both parts as they came; not OK says why there is none. What stands for a
// part that the request does not want is never looked at.
struct MintedParts {
  absl::StatusOr<MintedPart> recording;
  absl::StatusOr<MintedPart> identity;
};

// Takes out of both parts what Zoom, or the SDK, would not take beside the other.
void PartWithOne(const JoinRequest& request, const Detour& detour, MintedParts& parts);

// The pass, or the error of a required part that it lacks. A recording token is
// taken out again beside the identity of somebody else than its own host, and where the SDK takes
// only one of the two.
absl::StatusOr<JoinPass> MakePass(const JoinRequest& request, const Findings& known,
                                  MintedParts parts, const Detour& detour = {});

}  // namespace joinpass::join

#endif  // JOINPASS_LIB_JOIN_PLAN_H_
