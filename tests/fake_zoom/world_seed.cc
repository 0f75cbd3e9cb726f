#include "fake_zoom/world_seed.h"

#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status.h"

namespace joinpass::fake_zoom {
namespace {

constexpr std::int64_t kMaxMeetings = 5'000'000;

// SplitMix64: small, good, and the same on every machine, which the standard's
// distributions are not.
class Sequence {
 public:
  explicit Sequence(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  std::int64_t Below(std::int64_t bound) {
    return static_cast<std::int64_t>(Next() % static_cast<std::uint64_t>(bound));
  }
  std::string Bytes16() {
    std::string bytes;
    for (int half = 0; half < 2; ++half) {
      for (std::uint64_t z = Next(), i = 0; i < 8; ++i, z >>= 8) {
        bytes.push_back(static_cast<char>(z & 0xFF));
      }
    }
    return bytes;
  }

 private:
  std::uint64_t state_;
};

App UserManagedApp(const std::string& account_id) {
  return {.client_id = "example-client",
          .client_secret = "example-secret",
          .name = "Seeded Bot",
          .account_id = account_id,
          .scopes = {"meeting:read:local_recording_token", "meeting:read:list_meetings",
                     "meeting:read:meeting", "user:read:user", "user:read:zak", "user:read:token"},
          .redirect_uris = {"http://127.0.0.1:8765/oauth/callback"},
          .webhook_secret = "example-webhook-secret"};
}

App AccountManagedApp(const std::string& account_id) {
  App app = UserManagedApp(account_id);
  app.client_id = "example-account-client";
  app.kind = AppKind::kAccount;
  app.scopes = {"meeting:read:local_recording_token:admin", "meeting:read:list_meetings:admin",
                "user:read:list_users:admin"};
  return app;
}

User MakeUser(Sequence& sequence, const std::string& account_id, int index, absl::Time now) {
  return {.id = absl::WebSafeBase64Escape(sequence.Bytes16()),
          .account_id = account_id,
          .email = absl::StrCat("user", index, "@example.com"),
          .first_name = "User",
          .last_name = absl::StrCat(index),
          .role = index == 0 ? "owner" : "member",
          .pmi = 1'000'000'000 + sequence.Below(9'000'000'000),
          .passcode = absl::StrFormat("%06d", sequence.Below(1'000'000)),
          .created_at = now - absl::Hours(24 * 100)};
}

Meeting MakeMeeting(Sequence& sequence, const std::string& host_id, absl::Time now) {
  return {.number = 10'000'000'000 + sequence.Below(90'000'000'000),
          .uuid = absl::Base64Escape(sequence.Bytes16()),
          .host_id = host_id,
          .topic = absl::StrCat("Meeting ", sequence.Below(1000)),
          .start = now + absl::Minutes(sequence.Below(60 * 24 * 30)),
          .passcode = absl::StrFormat("%06d", sequence.Below(1'000'000)),
          .created_at = now - absl::Hours(24)};
}

}  // namespace

absl::StatusOr<World> GrowWorld(const WorldSize& size, absl::Time now) {
  if (size.users < 1 || size.users > 1'000'000 || size.meetings_per_user < 0 ||
      size.meetings_per_user > 10'000 ||
      std::int64_t{size.users} * size.meetings_per_user > kMaxMeetings) {
    return base::MakeError(Reason::kInvalidArgument,
                           "world size: users must be 1 to 1000000, meetings 0 to 10000, and "
                           "their product at most 5000000");
  }
  Sequence sequence(size.seed);
  World world;
  const std::string account_id = absl::WebSafeBase64Escape(sequence.Bytes16());
  world.accounts[account_id] = {
      .id = account_id, .name = "seeded", .number = 10'000'001, .plan = Plan::kBusiness};
  world.apps["example-client"] = UserManagedApp(account_id);
  world.apps["example-account-client"] = AccountManagedApp(account_id);
  for (int i = 0; i < size.users; ++i) {
    User user = MakeUser(sequence, account_id, i, now);
    const std::string host_id = user.id;
    while (!world.AddUser(user)) user.pmi = 1'000'000'000 + sequence.Below(9'000'000'000);
    for (int j = 0; j < size.meetings_per_user; ++j) {
      while (!world.AddMeeting(MakeMeeting(sequence, host_id, now))) {
      }
    }
  }
  return world;
}

}  // namespace joinpass::fake_zoom
