// KeySweep: a store's way from older keys to the newest.

#ifndef JOINPASS_LIB_STORE_KEY_SWEEP_H_
#define JOINPASS_LIB_STORE_KEY_SWEEP_H_

#include <optional>

#include "absl/status/statusor.h"
#include "base/random.h"
#include "crypto/key_source.h"
#include "joinpass/keys.h"
#include "store/row_sealer.h"
#include "store/store.h"

namespace joinpass::store {

// `row` with the sealer's newest key: values and look-up keys.
//
// Errors: key_missing, store_corrupt
absl::StatusOr<AnyRow> ResealRow(const RowSealer& sealer, const AnyRow& row);

// Some rows at a time, while others read and write. What it did stays done when it
// is cut short, and another one goes on from there. Thread-compatible.
class KeySweep {
 public:
  static constexpr int kRowsAStep = 32;

  // All must outlive it.
  KeySweep(Store& store, crypto::KeySource& keys, base::Random& random,
           int rows_a_step = kRowsAStep)
      : store_(store), keys_(keys), random_(random), rows_a_step_(rows_a_step) {}

  // One transaction, or none. Gives true when there is nothing more to do for now:
  // report() says whether all is done.
  //
  // Errors: store_unavailable, store_corrupt, key_missing, key_invalid
  absl::StatusOr<bool> Step();

  const SweepReport& report() const { return report_; }

 private:
  // Begins a pass over all rows.
  void BeginPass();
  // True: there is nothing more to do for now.
  bool EndPass();

  Store& store_;
  crypto::KeySource& keys_;
  base::Random& random_;
  const int rows_a_step_;

  std::optional<crypto::KeyRing> ring_;  // of this pass
  RowCursor cursor_;
  int resealed_ = 0;  // in this pass
  int moved_ = 0;     // were changed by others between our look and our writing
  int passes_in_vain_ = 0;
  SweepReport report_;
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_KEY_SWEEP_H_
