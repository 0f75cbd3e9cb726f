// The world that the fake knows: accounts, people, meetings and apps. Plain
// state with the look-ups that every endpoint needs; no rule of Zoom's API.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_WORLD_H_
#define JOINPASS_TESTS_FAKE_ZOOM_WORLD_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace joinpass::fake_zoom {

enum class Plan { kFree, kPro, kBusiness };

struct Account {
  std::string id = {};
  std::string name = {};
  std::int64_t number = 0;
  Plan plan = Plan::kPro;
  std::string domain = "us04web.zoom.us";  // host of its links
};

struct User {
  std::string id = {};
  std::string account_id = {};
  std::string email = {};
  std::string first_name = {};
  std::string last_name = {};
  int type = 2;                   // 1 basic, 2 licensed
  std::string role = "member";    // owner, admin, member
  std::string status = "active";  // active, inactive, pending, deleted
  std::int64_t pmi = 0;           // 0: none yet
  bool use_pmi = false;
  std::string passcode = {};  // of the personal room
  std::string vanity = {};    // last part of the personal link
  std::string time_zone = "Europe/Berlin";
  bool local_recording = true;
  bool hosting_allowed = true;
  bool webinar_plan = false;
  absl::Time created_at = {};
};

struct Meeting {
  std::int64_t number = 0;
  std::string uuid = {};
  std::string host_id = {};
  std::string topic = {};
  int type = 2;  // 1 instant, 2 scheduled, 3 recurring without, 8 recurring with a fixed time
  absl::Time start = {};
  int minutes = 60;
  int occurrences = 1;  // of type 8, weekly
  std::string passcode = {};
  bool use_pmi = false;  // scheduled with the host's PMI, which is then its number
  bool is_webinar = false;
  bool waiting_room = false;
  absl::Time created_at = {};
};

enum class AppKind { kUser, kAccount, kServerToServer };

struct App {
  std::string client_id = {};
  std::string client_secret = {};
  std::string name = {};
  std::string account_id = {};  // who owns it
  AppKind kind = AppKind::kUser;
  std::vector<std::string> scopes = {};
  std::vector<std::string> optional_scopes = {};  // those of `scopes` that a user may untick
  bool classic_scopes = false;                    // made before April 2024
  std::vector<std::string> redirect_uris = {};
  std::string webhook_secret = {};
  bool published = true;
};

// What a meeting number leads to: a meeting, or somebody's personal room.
struct Room {
  const User* host = nullptr;
  const Meeting* meeting = nullptr;  // null: the personal room itself
};

// Thread-compatible. Pointers stay good until the thing itself is erased.
class World {
 public:
  std::map<std::string, Account, std::less<>> accounts = {};
  std::map<std::string, User, std::less<>> users = {};  // by id
  std::map<std::int64_t, Meeting> meetings = {};
  std::map<std::string, App, std::less<>> apps = {};  // by client id

  Account* FindAccount(std::string_view id);
  App* FindApp(std::string_view client_id);
  User* FindUser(std::string_view id_or_email);

  // Adds to the look-ups too. False if the id, e-mail, PMI or number is taken.
  bool AddUser(User user);
  bool AddMeeting(Meeting meeting);
  bool EraseMeeting(std::int64_t number);

  // Gives `user` another PMI; a meeting scheduled with the PMI moves along.
  // False if the number is taken.
  bool SetPmi(User& user, std::int64_t pmi);

  // The numbers of the meetings that `user_id` hosts, in the order of adding.
  const std::vector<std::int64_t>& MeetingsOf(std::string_view user_id) const;

  // The room behind `number` at `now`: no host if there is none, if it expired,
  // or its host is not active.
  Room FindRoom(std::int64_t number, absl::Time now) const;

  // Who is in which meeting just now.
  void SetPresent(std::string_view user_id, std::int64_t number, bool present);
  bool IsPresent(std::string_view user_id, std::int64_t number) const;
  std::set<std::int64_t> Running() const;  // the meetings in which somebody is

 private:
  std::map<std::string, std::string, std::less<>> id_by_email_ = {};
  std::map<std::int64_t, std::string> id_by_pmi_ = {};
  std::map<std::string, std::vector<std::int64_t>, std::less<>> hosted_ = {};
  std::set<std::pair<std::int64_t, std::string>> present_ = {};
};

// Whether Zoom still knows `meeting` at `now`: a one-time meeting for 30 days after its end,
// a recurring one for 365. Source: Zoom's support page on meeting ids.
bool IsExpired(const Meeting& meeting, absl::Time now);

// The `pwd` of a join link for this passcode, "" for none: what Zoom calls the
// encrypted password. The SDK takes it as well as the passcode itself.
std::string LinkPassword(std::int64_t number, std::string_view passcode);

std::string JoinUrl(const Account& account, std::int64_t number, std::string_view passcode);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_WORLD_H_
