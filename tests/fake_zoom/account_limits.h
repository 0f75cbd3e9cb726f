// Limits: how many calls an account may make, and whether one more is too many. Pure.
//
// Source: Zoom's page on rate limits. How its windows lie, and whether refused calls count, it
// does not say: so both are switches.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_ACCOUNT_LIMITS_H_
#define JOINPASS_TESTS_FAKE_ZOOM_ACCOUNT_LIMITS_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "fake_zoom/world.h"

namespace joinpass::fake_zoom {

// What Zoom calls how much a call costs it.
enum class Label { kLight, kMedium };

enum class LimitWindows {
  kFixed,    // whole seconds
  kSliding,  // any second
};

struct LimitRules {
  bool kept = false;  // false: calls are counted, and none is refused
  LimitWindows windows = LimitWindows::kFixed;
  bool refused_count = false;  // against the limit, as served ones do

  // Another app of each account makes so many calls a second under each label, evenly, whether
  // they are refused or not.
  double foreign_a_second = 0;
};

enum class LimitVerdict { kServed, kTooManyASecond, kTooManyADay };

// What came of one call.
struct Limited {
  LimitVerdict verdict = LimitVerdict::kServed;
  int limit = 0;      // a second
  int remaining = 0;  // of that
};

class Limits {
 public:
  void SetRules(const LimitRules& rules) { rules_ = rules; }

  Limited Take(const std::string& account_id, Plan plan, Label label, absl::Time now);

  int refused() const { return refused_; }
  int most_a_second() const { return most_a_second_; }  // that came, of one account and label

 private:
  struct Counted {
    std::deque<absl::Time> in_window = {};  // those that count
    std::deque<absl::Time> in_second = {};  // all that came, but for the foreign ones
    absl::Time foreign_until = absl::InfinitePast();
    std::int64_t day = 0;
    int today = 0;
  };

  bool Count(Counted& counted, int limit, absl::Time at);
  void CountForeign(Counted& counted, int limit, absl::Time now);

  LimitRules rules_;
  std::map<std::pair<std::string, Label>, Counted> counted_;
  int refused_ = 0;
  int most_a_second_ = 0;
};

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_ACCOUNT_LIMITS_H_
