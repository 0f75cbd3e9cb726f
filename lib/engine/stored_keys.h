// Keys, done.

#ifndef JOINPASS_LIB_ENGINE_STORED_KEYS_H_
#define JOINPASS_LIB_ENGINE_STORED_KEYS_H_

#include <atomic>
#include <string>
#include <vector>

#include "base/task.h"
#include "crypto/key_source.h"
#include "engine/runner.h"
#include "joinpass/keys.h"
#include "service/context.h"
#include "store/store.h"

namespace joinpass::engine {

class StoredKeys final : public Keys {
 public:
  // `store` is the one below the records of `context`, sealed with `keys`.
  StoredKeys(const service::Context& context, store::Store& store, crypto::KeyKeeper& keys,
             Runner& runner)
      : context_(context), store_(store), keys_(keys), runner_(runner) {}

  absl::StatusOr<std::vector<KeyInfo>> List() override;
  absl::StatusOr<std::string> Add() override;
  absl::StatusOr<SweepReport> Sweep(absl::Duration timeout) override;
  absl::Status Remove(const std::string& id) override;

  // Ends a sweep after its next step. Thread-safe.
  void Close() { closed_ = true; }

 private:
  absl::Status CatchUp();
  base::Task<absl::StatusOr<SweepReport>> SweepUntil(SteadyTime deadline);

  const service::Context& context_;
  store::Store& store_;
  crypto::KeyKeeper& keys_;
  Runner& runner_;
  std::atomic<bool> closed_ = false;
};

}  // namespace joinpass::engine

#endif  // JOINPASS_LIB_ENGINE_STORED_KEYS_H_
