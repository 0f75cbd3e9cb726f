#include "engine/stored_keys.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/flight.h"
#include "base/status.h"
#include "store/key_sweep.h"

namespace joinpass::engine {
namespace {

// Between two steps others get the store for as long as the step had it.
constexpr absl::Duration kLongestPause = absl::Milliseconds(100);

std::optional<crypto::KeyId> KeyNamed(const crypto::KeyRing& ring, const std::string& name) {
  for (const crypto::KeyId id : ring.ids()) {
    if (crypto::KeyName(id) == name) return id;
  }
  return std::nullopt;
}

}  // namespace

// The keys as they are now, here and in the store.
absl::Status StoredKeys::CatchUp() {
  JOINPASS_RETURN_IF_ERROR(keys_.Ask());
  JOINPASS_ASSIGN_OR_RETURN(const crypto::KeyId adopted, store_.rotation().AdoptedKey());
  keys_.NoteInUse(adopted);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KeyInfo>> StoredKeys::List() {
  JOINPASS_RETURN_IF_ERROR(CatchUp());
  JOINPASS_ASSIGN_OR_RETURN(const crypto::KeyRing ring, keys_.CurrentToSeal());
  std::vector<KeyInfo> keys;
  for (const crypto::KeyId id : ring.ids()) {
    keys.push_back({.id = crypto::KeyName(id),
                    .newest = id == ring.newest(),
                    .waiting = ring.IsOlder(ring.newest(), id)});
  }
  return keys;
}

absl::StatusOr<std::string> StoredKeys::Add() {
  JOINPASS_ASSIGN_OR_RETURN(const crypto::KeyId id, keys_.Add(context_.random));
  return crypto::KeyName(id);
}

absl::StatusOr<SweepReport> StoredKeys::Sweep(absl::Duration timeout) {
  const SteadyTime deadline = context_.clock.SteadyNow() + timeout;
  JOINPASS_RETURN_IF_ERROR(keys_.Ask());
  return runner_.Run<absl::StatusOr<SweepReport>>(
      [this, deadline] { return SweepUntil(deadline); });
}

base::Task<absl::StatusOr<SweepReport>> StoredKeys::SweepUntil(SteadyTime deadline) {
  store::KeySweep sweep(store_, keys_, context_.random);
  while (true) {
    const SteadyTime begun = context_.clock.SteadyNow();
    const absl::StatusOr<bool> over =
        co_await context_.OffLoop(service::Lane::kBackground, [&] { return sweep.Step(); });
    JOINPASS_CO_RETURN_IF_ERROR(over.status());
    const SteadyTime now = context_.clock.SteadyNow();
    const SteadyTime next = now + std::min(now - begun, kLongestPause);
    if (*over || next >= deadline) co_return sweep.report();
    co_await base::SleepUntil(context_.loop, next);
    if (closed_) co_return EngineClosed();
  }
}

absl::Status StoredKeys::Remove(const std::string& id) {
  JOINPASS_RETURN_IF_ERROR(CatchUp());
  JOINPASS_ASSIGN_OR_RETURN(const crypto::KeyRing ring, keys_.CurrentToSeal());
  const std::optional<crypto::KeyId> key = KeyNamed(ring, id);
  if (!key) return base::MakeError(Reason::kInvalidArgument, "key: there is no such one");
  if (!ring.IsOlder(*key, ring.newest())) {
    return base::MakeError(Reason::kInvalidArgument,
                           *key == ring.newest() ? "key: is the newest" : "key: waits for a sweep");
  }
  // From here on nobody writes with it, so that what is counted stays true.
  JOINPASS_RETURN_IF_ERROR(store_.rotation().AdoptNewestKey());
  JOINPASS_ASSIGN_OR_RETURN(const std::int64_t sealed, store_.rotation().CountSealed(*key));
  if (sealed > 0) {
    return base::MakeError(Reason::kKeyInUse,
                           absl::StrCat("key ", id, ": ", sealed, " values are sealed with it"));
  }
  JOINPASS_RETURN_IF_ERROR(store_.rotation().WipeRemains());
  return keys_.Remove(*key);
}

}  // namespace joinpass::engine
