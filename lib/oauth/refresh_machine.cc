#include "oauth/refresh_machine.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace joinpass::oauth {
namespace {

using S = RefreshState;
using E = RefreshEvent;

struct Row {
  S state;
  E event;
  S next;
};

constexpr std::array kTable = {
    Row{S::kSaving, E::kWritten, S::kLocking},
    Row{S::kSaving, E::kVoid, S::kLocking},
    Row{S::kSaving, E::kStoreFails, S::kUnsaved},
    Row{S::kLocking, E::kLocked, S::kReading},
    Row{S::kLocking, E::kTimeUp, S::kBusy},
    Row{S::kLocking, E::kStoreFails, S::kNoStore},
    Row{S::kReading, E::kNoNeed, S::kRenewed},
    Row{S::kReading, E::kGone, S::kNotThere},
    Row{S::kReading, E::kCondemned, S::kMustConsent},
    Row{S::kReading, E::kAppPaused, S::kProbing},
    Row{S::kReading, E::kNotDue, S::kWait},
    Row{S::kReading, E::kLeaseShort, S::kBusy},
    Row{S::kReading, E::kSpendable, S::kOpening},
    Row{S::kReading, E::kStoreFails, S::kNoStore},
    Row{S::kProbing, E::kProbeGood, S::kReading},
    Row{S::kProbing, E::kProbeBad, S::kAppBroken},
    Row{S::kOpening, E::kWritten, S::kSending},
    Row{S::kOpening, E::kVoid, S::kReading},
    Row{S::kOpening, E::kStoreFails, S::kNoStore},
    Row{S::kSending, E::kAnswered, S::kCommitting},
    Row{S::kSending, E::kNotSpent, S::kUndoing},
    Row{S::kSending, E::kClientRefused, S::kPausing},
    Row{S::kSending, E::kTokenRefused, S::kCondemning},
    Row{S::kSending, E::kNoAnswer, S::kUnanswered},
    Row{S::kSending, E::kLeaseShort, S::kUndoing},
    Row{S::kCommitting, E::kWritten, S::kRenewed},
    Row{S::kCommitting, E::kVoid, S::kReading},
    Row{S::kCommitting, E::kStoreFails, S::kUnsaved},
    Row{S::kUndoing, E::kWritten, S::kNotSpentNow},
    Row{S::kUndoing, E::kVoid, S::kNotSpentNow},
    Row{S::kUndoing, E::kStoreFails, S::kNotSpentNow},
    Row{S::kPausing, E::kWritten, S::kUndoing},
    Row{S::kPausing, E::kVoid, S::kUndoing},
    Row{S::kPausing, E::kStoreFails, S::kUndoing},
    Row{S::kCondemning, E::kWritten, S::kMustConsent},
    Row{S::kCondemning, E::kVoid, S::kReading},
    Row{S::kCondemning, E::kStoreFails, S::kUnsaved},
};

auto Find(RefreshState state, RefreshEvent event) {
  return std::find_if(kTable.begin(), kTable.end(),
                      [&](const Row& row) { return row.state == state && row.event == event; });
}

}  // namespace

RefreshState Next(RefreshState state, RefreshEvent event) {
  const auto* row = Find(state, event);
  if (row == kTable.end()) std::abort();
  return row->next;
}

bool CanFollow(RefreshState state, RefreshEvent event) {
  return Find(state, event) != kTable.end();
}

}  // namespace joinpass::oauth
