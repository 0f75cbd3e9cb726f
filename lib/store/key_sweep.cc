#include "store/key_sweep.h"

#include <utility>
#include <variant>
#include <vector>

#include "base/status.h"
#include "store/with_keys.h"

namespace joinpass::store {
namespace {

constexpr int kMostPassesInVain = 5;

// Each of its calls gives the row anew, with what is inside the seals of the old one.
struct Resealer {
  const RowSealer& sealer;

  absl::StatusOr<AnyRow> operator()(const AppRow& row) const {
    JOINPASS_ASSIGN_OR_RETURN(const AppRecord app, sealer.OpenApp(row));
    return sealer.SealApp(app);
  }
  absl::StatusOr<AnyRow> operator()(const CredentialRow& row) const {
    JOINPASS_ASSIGN_OR_RETURN(const CredentialRecord credential, sealer.OpenCredential(row));
    return sealer.SealCredential(credential);
  }
  absl::StatusOr<AnyRow> operator()(const StoredEvent& row) const {
    JOINPASS_ASSIGN_OR_RETURN(const EventRecord event,
                              sealer.OpenEvent(row.credential_id, row.event));
    StoredEvent now = row;
    now.event.sealed = sealer.SealEvent(row.credential_id, event, event.last_at).sealed;
    return now;
  }
  absl::StatusOr<AnyRow> operator()(const HostRow& row) const {
    JOINPASS_ASSIGN_OR_RETURN(const HostRecord host, sealer.OpenHost(row));
    return sealer.SealHost(host);
  }
  absl::StatusOr<AnyRow> operator()(const MeetingRow& row) const {
    JOINPASS_ASSIGN_OR_RETURN(const MeetingRecord meeting, sealer.OpenMeeting(row));
    return sealer.SealMeeting(meeting);
  }
  absl::StatusOr<AnyRow> operator()(const AuthorizationRow& row) const {
    JOINPASS_ASSIGN_OR_RETURN(const AuthorizationRequest request, sealer.OpenAuthorization(row));
    return sealer.SealAuthorization(request.state.Reveal(), request);
  }
  absl::StatusOr<AnyRow> operator()(const PassRow& row) const {
    JOINPASS_ASSIGN_OR_RETURN(const LoggedPass pass, sealer.OpenPass(row));
    return sealer.SealPass(pass);
  }
};

}  // namespace

absl::StatusOr<AnyRow> ResealRow(const RowSealer& sealer, const AnyRow& row) {
  return std::visit(Resealer{sealer}, row);
}

void KeySweep::BeginPass() {
  cursor_ = {};
  resealed_ = 0;
  moved_ = 0;
  report_.unreadable = 0;
}

// What others changed meanwhile is looked at again, unless we seem to be in
// each other's way for ever.
bool KeySweep::EndPass() {
  report_.done = moved_ == 0;
  passes_in_vain_ = resealed_ > 0 ? 0 : passes_in_vain_ + 1;
  const bool over = report_.done || passes_in_vain_ == kMostPassesInVain;
  if (!over) BeginPass();
  return over;
}

absl::StatusOr<bool> KeySweep::Step() {
  if (!ring_) JOINPASS_RETURN_IF_ERROR(store_.rotation().AdoptWaitingKey());
  JOINPASS_ASSIGN_OR_RETURN(const crypto::KeyRing ring, keys_.CurrentToSeal());
  if (!(ring_ == ring)) {
    JOINPASS_RETURN_IF_ERROR(store_.rotation().AdoptNewestKey());
    ring_ = ring;
    BeginPass();
  }
  JOINPASS_ASSIGN_OR_RETURN(
      const std::vector<AnyRow> rows,
      store_.rotation().ListSealedOtherwise(ring.newest(), rows_a_step_, cursor_));
  if (rows.empty()) return EndPass();
  const RowSealer sealer(ring, random_);
  std::vector<Resealed> ready;
  bool lacks_key = false;
  for (const AnyRow& row : rows) {
    absl::StatusOr<AnyRow> now = ResealRow(sealer, row);
    if (now.ok()) {
      ready.push_back({.was = row, .now = *std::move(now)});
    } else {
      ++report_.unreadable;
      lacks_key = lacks_key || ReasonOf(now.status()) == Reason::kKeyMissing;
    }
  }
  const absl::StatusOr<int> put = store_.rotation().Reseal(ready);
  if (!put.ok() || lacks_key) {
    const absl::Status behind = CatchUp(store_.rotation(), keys_, ring, absl::OkStatus(), true);
    if (!(keys_.Current() == ring)) return false;  // begin anew with newer keys
    JOINPASS_RETURN_IF_ERROR(put.ok() ? behind : put.status());
  }
  resealed_ += *put;
  moved_ += static_cast<int>(ready.size()) - *put;
  report_.resealed += *put;
  return false;
}

}  // namespace joinpass::store
