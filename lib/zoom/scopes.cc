#include "zoom/scopes.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "base/text.h"

namespace joinpass::zoom {
namespace {

constexpr std::size_t kMostScopes = 1024;
constexpr std::size_t kLongestScope = 128;

// A row of Zoom's table. `classic_user` does for one's own things, `classic_admin`
// for those of the whole account (and so for one's own).
struct Row {
  Feature feature;
  std::string_view granular;  // the account's form has ":admin" behind it
  std::string_view classic_user;
  std::string_view classic_admin;
};

constexpr std::array<Row, 11> kRows = {{
    {Feature::kReadUser, "user:read:user", "user:read user:write user_profile user_info:read",
     "user:read:admin user:write:admin"},
    {Feature::kListMeetings, "meeting:read:list_meetings", "meeting:read", "meeting:read:admin"},
    {Feature::kRecordingToken, "meeting:read:local_recording_token",
     "meeting_token:read:local_recording", "meeting_token:read:admin:local_recording"},
    {Feature::kZak, "user:read:zak", "user_zak:read", ""},
    {Feature::kOnBehalfOf, "user:read:token", "user:read user:write user_profile",
     "user:read:admin user:write:admin"},
    {Feature::kListUsers, "user:read:list_users", "", "user:read:admin user:write:admin"},
    {Feature::kListWebinars, "webinar:read:list_webinars", "webinar:read", "webinar:read:admin"},
    {Feature::kWebinarRecordingToken, "webinar:read:local_recording_token",
     "webinar_token:read:local_recording", "webinar_token:read:admin:local_recording"},
    {Feature::kReadMeeting, "meeting:read:meeting", "meeting:read", "meeting:read:admin"},
    {Feature::kReadWebinar, "webinar:read:webinar", "webinar:read", "webinar:read:admin"},
    {Feature::kReadSettings, "user:read:settings", "user:read user:write",
     "user:read:admin user:write:admin"},
}};

bool Exists(Feature feature, AppKind kind) {
  return feature != Feature::kListUsers || kind == AppKind::kAccountManaged;
}

// Whoever has no webinars misses nothing, nor who waits for the next sync.
bool IsExtra(Feature feature) {
  switch (feature) {
    case Feature::kListWebinars:
    case Feature::kWebinarRecordingToken:
    case Feature::kReadMeeting:
    case Feature::kReadWebinar:
    case Feature::kReadSettings:
      return true;
    default:
      return false;
  }
}

// The ZAK of somebody else comes from users/{id}/token, not from users/me/zak.
constexpr Row kZakOfOthers = {Feature::kZak, "user:read:token", "",
                              "user:read:admin user:write:admin"};

const Row& RowOf(Feature feature, AppKind kind) {
  if (feature == Feature::kZak && kind == AppKind::kAccountManaged) return kZakOfOthers;
  return *std::find_if(kRows.begin(), kRows.end(),
                       [feature](const Row& row) { return row.feature == feature; });
}

void AddWords(std::string_view words, std::vector<std::string>& to) {
  for (absl::string_view word : absl::StrSplit(base::ToAbsl(words), ' ', absl::SkipEmpty())) {
    to.emplace_back(word);
  }
}

bool IsScope(absl::string_view word) {
  return word.size() <= kLongestScope && std::all_of(word.begin(), word.end(), [](unsigned char c) {
           return absl::ascii_isgraph(c);
         });
}

}  // namespace

std::vector<std::string> ReadScopes(std::string_view separated) {
  std::vector<std::string> scopes;
  for (absl::string_view word :
       absl::StrSplit(base::ToAbsl(separated), absl::ByAnyChar(" ,\t\r\n"), absl::SkipEmpty())) {
    if (scopes.size() == kMostScopes) break;
    if (IsScope(word) && std::find(scopes.begin(), scopes.end(), word) == scopes.end()) {
      scopes.emplace_back(word);
    }
  }
  return scopes;
}

std::vector<std::string> ScopesFor(Feature feature, AppKind kind) {
  const Row& row = RowOf(feature, kind);
  std::vector<std::string> scopes;
  if (kind == AppKind::kUserManaged) scopes.emplace_back(row.granular);
  scopes.push_back(std::string(row.granular) + ":admin");
  if (kind == AppKind::kUserManaged) AddWords(row.classic_user, scopes);
  AddWords(row.classic_admin, scopes);
  return scopes;
}

bool Allows(std::span<const std::string> granted, Feature feature, AppKind kind) {
  const std::vector<std::string> any_of = ScopesFor(feature, kind);
  return std::find_first_of(granted.begin(), granted.end(), any_of.begin(), any_of.end()) !=
         granted.end();
}

std::vector<MissingScope> MissingScopes(std::span<const std::string> granted, AppKind kind) {
  std::vector<MissingScope> missing;
  if (granted.empty()) return missing;
  const bool has_identity =
      Allows(granted, Feature::kZak, kind) || Allows(granted, Feature::kOnBehalfOf, kind);
  for (const Row& row : kRows) {
    if (!Exists(row.feature, kind) || IsExtra(row.feature) || Allows(granted, row.feature, kind))
      continue;
    const bool is_identity = row.feature == Feature::kZak || row.feature == Feature::kOnBehalfOf;
    if (is_identity && has_identity) continue;
    missing.push_back({.feature = row.feature, .any_of = ScopesFor(row.feature, kind)});
  }
  return missing;
}

}  // namespace joinpass::zoom
