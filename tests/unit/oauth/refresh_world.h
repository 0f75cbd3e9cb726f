// A small world in which holders refresh one credential: all that can happen to
// them, one step at a time. The holders' decisions are those of refresh_machine.h.

#ifndef JOINPASS_TESTS_UNIT_OAUTH_REFRESH_WORLD_H_
#define JOINPASS_TESTS_UNIT_OAUTH_REFRESH_WORLD_H_

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "oauth/refresh_machine.h"

namespace joinpass::oauth::model {

enum class Rotation : std::uint8_t {
  kStrict,   // a refresh token dies when it is used
  kLenient,  // it lives until one that it was exchanged for is used
};

enum class Locking : std::uint8_t {
  kKernel,  // ends with its holder, and never before
  kLease,   // may lapse while its holder is stopped
};

struct Rules {
  Rotation rotation = Rotation::kStrict;
  Locking locking = Locking::kKernel;
  int holders = 2;
};

// How often each kind of trouble may still come.
struct Budget {
  std::uint8_t runs = 2;      // of each holder
  std::uint8_t crashes = 1;   // a process is killed
  std::uint8_t losses = 1;    // a request or an answer is lost on its way
  std::uint8_t refusals = 1;  // the store refuses a write, or a read
};

enum class Wire : std::uint8_t { kNothing, kTravelling, kNewToken, kRefused, kLost };
enum class Kept : std::uint8_t { kNothing, kToken, kVerdict };
enum class Verdict : std::uint8_t { kNone, kRevoked, kAnswerLost };

constexpr std::uint8_t kNobody = 255;
constexpr int kMostHolders = 3;

struct Holder {
  std::uint8_t runs_left = 0;
  std::uint8_t running = 0;
  RefreshState state = RefreshState::kLocking;
  std::uint8_t seen_token = 0;
  std::uint8_t seen_sends = 0;
  Wire wire = Wire::kNothing;
  std::uint8_t wire_token = 0;  // what is on its way, or what came
  Kept kept = Kept::kNothing;   // Unsaved, in the memory of the process
  std::uint8_t kept_spent = 0;
  std::uint8_t kept_token = 0;
  Verdict kept_verdict = Verdict::kNone;
};

struct Store {
  std::uint8_t token = 0;
  std::uint8_t fresh = 0;
  std::uint8_t sends = 0;  // of the open `pending`; 0: none
  Verdict verdict = Verdict::kNone;
};

struct Server {
  std::uint8_t last = 0;      // the highest token that was issued
  std::uint8_t base = 0;      // the token that is honoured
  std::uint8_t children = 0;  // lenient: a bit for each that `base` was exchanged for
};

// Plain bytes: equal worlds are equal strings.
struct World {
  std::array<Holder, kMostHolders> holders = {};
  Store store = {};
  Server server = {};
  std::uint8_t locked_by = kNobody;
  Budget left = {};
  std::uint8_t orphans = 0;    // requests of killed holders that still travel: a bit a token
  std::uint8_t lost = 0;       // tokens whose exchange nobody will ever hear of: a bit each
  std::uint8_t doubled = 0;    // a token was sent again without need
  std::uint8_t unlocked = 0;   // somebody read, opened or sent without the lock
  std::uint8_t undurable = 0;  // somebody was given what is not stored
};

bool IsHonoured(const Rules& rules, const Server& server, std::uint8_t token);

World FirstWorld(const Rules& rules, const Budget& budget);

// All worlds that one step leads to: of a holder, of Zoom, or of misfortune.
std::vector<World> StepsFrom(const Rules& rules, const World& world);

// Nobody is running.
bool IsEndState(const World& world);

// After all cool-downs, in peace: a run of each holder that keeps what the store
// refused, and one more.
World RunInPeace(const Rules& rules, World world);

}  // namespace joinpass::oauth::model

#endif  // JOINPASS_TESTS_UNIT_OAUTH_REFRESH_WORLD_H_
