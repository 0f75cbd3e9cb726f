#include "oauth/refresh_machine.h"

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"

namespace joinpass::oauth {
namespace {

using S = RefreshState;
using E = RefreshEvent;

const std::map<std::string, S> kStates = {{"kSaving", S::kSaving},
                                          {"kLocking", S::kLocking},
                                          {"kReading", S::kReading},
                                          {"kProbing", S::kProbing},
                                          {"kOpening", S::kOpening},
                                          {"kSending", S::kSending},
                                          {"kCommitting", S::kCommitting},
                                          {"kUndoing", S::kUndoing},
                                          {"kPausing", S::kPausing},
                                          {"kCondemning", S::kCondemning},
                                          {"kRenewed", S::kRenewed},
                                          {"kNotThere", S::kNotThere},
                                          {"kMustConsent", S::kMustConsent},
                                          {"kAppBroken", S::kAppBroken},
                                          {"kWait", S::kWait},
                                          {"kBusy", S::kBusy},
                                          {"kNoStore", S::kNoStore},
                                          {"kUnsaved", S::kUnsaved},
                                          {"kUnanswered", S::kUnanswered},
                                          {"kNotSpentNow", S::kNotSpentNow}};

const std::map<std::string, E> kEvents = {{"kWritten", E::kWritten},
                                          {"kVoid", E::kVoid},
                                          {"kStoreFails", E::kStoreFails},
                                          {"kLocked", E::kLocked},
                                          {"kTimeUp", E::kTimeUp},
                                          {"kNoNeed", E::kNoNeed},
                                          {"kGone", E::kGone},
                                          {"kCondemned", E::kCondemned},
                                          {"kAppPaused", E::kAppPaused},
                                          {"kNotDue", E::kNotDue},
                                          {"kLeaseShort", E::kLeaseShort},
                                          {"kSpendable", E::kSpendable},
                                          {"kProbeGood", E::kProbeGood},
                                          {"kProbeBad", E::kProbeBad},
                                          {"kAnswered", E::kAnswered},
                                          {"kNotSpent", E::kNotSpent},
                                          {"kClientRefused", E::kClientRefused},
                                          {"kTokenRefused", E::kTokenRefused},
                                          {"kNoAnswer", E::kNoAnswer}};

using Table = std::map<std::pair<S, E>, S>;

// The table as the header's comment shows it.
Table ShownTable() {
  Table table;
  std::ifstream header(OAUTH_SOURCES "/refresh_machine.h");
  S state = S::kSaving;
  for (std::string line; std::getline(header, line) && line.rfind("enum", 0) != 0;) {
    if (line.rfind("//   ", 0) != 0) continue;
    std::vector<std::string> words = absl::StrSplit(line.substr(5), ' ', absl::SkipWhitespace());
    if (line[5] != ' ') {
      if (kStates.count(words[0]) == 0) continue;
      state = kStates.at(words[0]);
      words.erase(words.begin());
    }
    if (words[0] == "(any") {
      for (const E event : {E::kWritten, E::kVoid, E::kStoreFails}) {
        table[{state, event}] = kStates.at(words[2]);
      }
      continue;
    }
    table[{state, kEvents.at(words[0])}] = kStates.at(words[1]);
  }
  return table;
}

TEST_CASE("The refresh machine is what its header shows") {
  const Table shown = ShownTable();
  CHECK(shown.size() == 37);
  for (const auto& [state_name, state] : kStates) {
    for (const auto& [event_name, event] : kEvents) {
      CAPTURE(state_name);
      CAPTURE(event_name);
      const auto it = shown.find({state, event});
      REQUIRE(CanFollow(state, event) == (it != shown.end()));
      if (it != shown.end()) CHECK(Next(state, event) == it->second);
      if (IsEnd(state)) CHECK(it == shown.end());
    }
  }
}

}  // namespace
}  // namespace joinpass::oauth
