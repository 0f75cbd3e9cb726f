// The refresh of a single-use refresh token, as a machine: decisions only.

#ifndef JOINPASS_LIB_OAUTH_REFRESH_MACHINE_H_
#define JOINPASS_LIB_OAUTH_REFRESH_MACHINE_H_

#include <cstdint>

namespace joinpass::oauth {

// Zoom's refresh token dies when it is used, and the answer that carries the next
// one can be lost. What follows is one run, by one holder of the lock. A state is
// what has to be done next; an event is what came of it; an end is the outcome.
//
//   state        event          next          because
//   -----------  -------------  ------------  -----------------------------------------
//   kSaving      kWritten       kLocking      what the store refused before is durable now
//                kVoid          kLocking      a successor is stored: ours is of no use
//                kStoreFails    kUnsaved      no refresh starts while something is unsaved
//   kLocking     kLocked        kReading      one refresh a credential, in all processes
//                kTimeUp        kBusy
//                kStoreFails    kNoStore
//   kReading     kNoNeed        kRenewed      somebody else was faster: nobody calls Zoom
//                kGone          kNotThere     removed, or being disconnected
//                kCondemned     kMustConsent  a verdict stands, or the client id changed
//                kAppPaused     kProbing      the app is broken, not the credential
//                kNotDue        kWait         an unanswered send waits for its turn
//                kLeaseShort    kBusy         the lock may end before the answer
//                kSpendable     kOpening
//                kStoreFails    kNoStore
//   kProbing     kProbeGood     kReading      it recovered
//                kProbeBad      kAppBroken
//   kOpening     kWritten       kSending      the intent is durable before the first byte
//                kVoid          kReading      the token or the intent is not as it was read
//                kStoreFails    kNoStore      nothing was sent
//   kSending     kAnswered      kCommitting
//                kNotSpent      kUndoing      it never left, or Zoom refused for another reason
//                kClientRefused kPausing
//                kTokenRefused  kCondemning
//                kNoAnswer      kUnanswered   ambiguous: the intent stays open
//                kLeaseShort    kUndoing      opening took too long; nothing was sent
//   kCommitting  kWritten       kRenewed      durable before anybody is given it
//                kVoid          kReading      a successor, a consent or a deletion came first
//                kStoreFails    kUnsaved      kept, and written as soon as it can be
//   kUndoing     (any write)    kNotSpentNow  our own entry is taken back
//   kPausing     (any write)    kUndoing
//   kCondemning  kWritten       kMustConsent
//                kVoid          kReading      another refresh token is stored: use that
//                kStoreFails    kUnsaved      the verdict is kept like tokens are
//
// A write that depends on the refresh token being the stored one is kVoid where it
// is not. Nothing else decides whether a late answer is taken: no lock, no verdict.
enum class RefreshState : std::uint8_t {
  kSaving,
  kLocking,
  kReading,
  kProbing,
  kOpening,
  kSending,
  kCommitting,
  kUndoing,
  kPausing,
  kCondemning,
  // The ends.
  kRenewed,
  kNotThere,
  kMustConsent,
  kAppBroken,
  kWait,
  kBusy,
  kNoStore,
  kUnsaved,
  kUnanswered,
  kNotSpentNow,
};

enum class RefreshEvent : std::uint8_t {
  // of a write
  kWritten,
  kVoid,
  kStoreFails,
  // of the lock
  kLocked,
  kTimeUp,
  // of what was read
  kNoNeed,
  kGone,
  kCondemned,
  kAppPaused,
  kNotDue,
  kLeaseShort,
  kSpendable,
  // of a probe
  kProbeGood,
  kProbeBad,
  // of the send
  kAnswered,
  kNotSpent,
  kClientRefused,
  kTokenRefused,
  kNoAnswer,
};

constexpr bool IsEnd(RefreshState state) { return state >= RefreshState::kRenewed; }

// Where a run begins.
constexpr RefreshState Begin(bool has_unsaved) {
  return has_unsaved ? RefreshState::kSaving : RefreshState::kLocking;
}

// Requires an event that the table has for `state`.
RefreshState Next(RefreshState state, RefreshEvent event);

// Whether the table has it.
bool CanFollow(RefreshState state, RefreshEvent event);

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_REFRESH_MACHINE_H_
