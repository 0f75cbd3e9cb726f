// What is inside the seals: records as bytes, and back. Pure.

#ifndef JOINPASS_LIB_STORE_RECORD_CODEC_H_
#define JOINPASS_LIB_STORE_RECORD_CODEC_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/wipe.h"
#include "store/record_types.h"

namespace joinpass::store {

// Who consented: the part of a credential that a refresh leaves alone.
struct ConsentedUser {
  std::string app_id = {};
  AppKind app_kind = AppKind::kUserManaged;
  std::string client_id = {};
  std::string user_id = {};
  std::string account_id = {};
  std::string email = {};
  Consenter expected = {};
};

// Each Write begins with a layout number, each Read gives all that the Write
// was given, cut to milliseconds. `learnt_at` is no part of it, nor are ids
// that name the row.
//
// Errors of each Read: store_corrupt
base::Buffer WriteAppSettings(const AppRecord::Settings& settings);
absl::StatusOr<AppRecord::Settings> ReadAppSettings(std::string_view bytes);

base::Buffer WriteAuthorization(std::string_view state, const AuthorizationRequest& request);
absl::StatusOr<AuthorizationRequest> ReadAuthorization(std::string_view bytes);

base::Buffer WriteUser(const ConsentedUser& user);
absl::StatusOr<ConsentedUser> ReadUser(std::string_view bytes);

base::Buffer WriteTokens(const Tokens& tokens);
absl::StatusOr<Tokens> ReadTokens(std::string_view bytes);

// What Zoom answered, of an event.
base::Buffer WriteEvent(const EventRecord& event);
absl::Status ReadEvent(std::string_view bytes, EventRecord& event);

base::Buffer WriteHost(const HostRecord& host);
absl::StatusOr<HostRecord> ReadHost(std::string_view bytes);

base::Buffer WriteMeeting(const MeetingRecord& meeting);
absl::StatusOr<MeetingRecord> ReadMeeting(std::string_view bytes);

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_RECORD_CODEC_H_
