#include "fake_zoom/world.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/text.h"
#include "fake_zoom/signing.h"

namespace joinpass::fake_zoom {
namespace {

template <typename Map, typename Key>
auto* FindIn(Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace

Account* World::FindAccount(std::string_view id) { return FindIn(accounts, id); }

App* World::FindApp(std::string_view client_id) { return FindIn(apps, client_id); }

User* World::FindUser(std::string_view id_or_email) {
  if (User* user = FindIn(users, id_or_email)) return user;
  const std::string email = absl::AsciiStrToLower(base::ToAbsl(id_or_email));
  const std::string* id = FindIn(id_by_email_, email);
  return id == nullptr ? nullptr : FindIn(users, *id);
}

bool World::AddUser(User user) {
  const std::string email = absl::AsciiStrToLower(user.email);
  if (users.contains(user.id) || id_by_email_.contains(email)) return false;
  if (user.pmi != 0 && (id_by_pmi_.contains(user.pmi) || meetings.contains(user.pmi))) return false;
  id_by_email_[email] = user.id;
  if (user.pmi != 0) id_by_pmi_[user.pmi] = user.id;
  const std::string id = user.id;
  return users.emplace(id, std::move(user)).second;
}

bool World::AddMeeting(Meeting meeting) {
  const std::int64_t number = meeting.number;
  const std::string* owner = FindIn(id_by_pmi_, number);
  if (owner != nullptr && !(meeting.use_pmi && *owner == meeting.host_id)) return false;
  if (meetings.contains(number)) return false;
  hosted_[meeting.host_id].push_back(number);
  return meetings.emplace(number, std::move(meeting)).second;
}

bool World::EraseMeeting(std::int64_t number) {
  const Meeting* meeting = FindIn(meetings, number);
  if (meeting == nullptr) return false;
  std::erase(hosted_[meeting->host_id], number);
  meetings.erase(number);
  return true;
}

bool World::SetPmi(User& user, std::int64_t pmi) {
  if (pmi == user.pmi) return true;
  if (id_by_pmi_.contains(pmi) || meetings.contains(pmi)) return false;
  const std::int64_t old = std::exchange(user.pmi, pmi);
  id_by_pmi_.erase(old);
  id_by_pmi_[pmi] = user.id;
  if (auto node = meetings.extract(old)) {
    node.key() = pmi;
    node.mapped().number = pmi;
    meetings.insert(std::move(node));
    std::ranges::replace(hosted_[user.id], old, pmi);
  }
  return true;
}

const std::vector<std::int64_t>& World::MeetingsOf(std::string_view user_id) const {
  static const std::vector<std::int64_t> kNone;
  const auto* numbers = FindIn(hosted_, user_id);
  return numbers == nullptr ? kNone : *numbers;
}

Room World::FindRoom(std::int64_t number, absl::Time now) const {
  Room room;
  if (const Meeting* meeting = FindIn(meetings, number)) {
    if (IsExpired(*meeting, now)) return {};
    room = {.host = FindIn(users, meeting->host_id), .meeting = meeting};
  } else if (const std::string* owner = FindIn(id_by_pmi_, number)) {
    room.host = FindIn(users, *owner);
  }
  if (room.host != nullptr && room.host->status != "active") return {};
  return room;
}

void World::SetPresent(std::string_view user_id, std::int64_t number, bool present) {
  const std::pair<std::int64_t, std::string> entry(number, user_id);
  if (present) {
    present_.insert(entry);
  } else {
    present_.erase(entry);
  }
}

bool World::IsPresent(std::string_view user_id, std::int64_t number) const {
  return present_.contains({number, std::string(user_id)});
}

std::set<std::int64_t> World::Running() const {
  std::set<std::int64_t> running;
  for (const auto& [number, user] : present_) running.insert(number);
  return running;
}

bool IsExpired(const Meeting& meeting, absl::Time now) {
  switch (meeting.type) {
    case 1:
      return false;  // An instant meeting is there until somebody erases it.
    case 2:
      return now > meeting.start + absl::Minutes(meeting.minutes) + absl::Hours(24 * 30);
    case 8:
      return now > meeting.start + absl::Hours(24 * 7) * (meeting.occurrences - 1) +
                       absl::Hours(24 * 365);
    default:
      return now > meeting.created_at + absl::Hours(24 * 365);
  }
}

std::string LinkPassword(std::int64_t number, std::string_view passcode) {
  if (passcode.empty()) return "";
  const std::string mac =
      HmacSha256("link password", absl::StrCat(number, ":", base::ToAbsl(passcode)));
  return absl::StrCat(absl::BytesToHexString(mac.substr(0, 16)), ".1");
}

std::string JoinUrl(const Account& account, std::int64_t number, std::string_view passcode) {
  std::string url = absl::StrCat("https://", account.domain, "/j/", number);
  if (!passcode.empty()) absl::StrAppend(&url, "?pwd=", LinkPassword(number, passcode));
  return url;
}

}  // namespace joinpass::fake_zoom
