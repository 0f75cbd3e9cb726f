// Keys: what the store is sealed with, and how that is changed while it is in use.

#ifndef JOINPASS_KEYS_H_
#define JOINPASS_KEYS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "joinpass/export.h"

namespace joinpass {

// One key of the key file, without its bytes.
struct KeyInfo {
  std::string id = {};  // eight hexadecimal digits, as errors name it
  bool newest = false;  // what is written is sealed with it
};

struct SweepReport {
  int resealed = 0;    // rows that are now sealed with the newest key
  int unreadable = 0;  // rows that do not unseal; left as they are
  bool done = false;   // nothing that can be read is sealed with another key
};

// Rotation: Add(), then Sweep() until it is done, then Remove() the old one.
// Other processes on the store need not stop: each sees a new key file before
// its next look into the store. Where each has a key file of its own, all must have
// the new key before the sweep. Thread-safe. Lives as long as its Engine.
//
// While the key file cannot be read, nothing is sealed: nobody knows whether a key
// is still there. What is stored is read with the keys that were read last.
//
// Errors of every call: store_unavailable, key_missing, key_invalid.
class JOINPASS_EXPORT Keys {
 public:
  virtual ~Keys() = default;

  // The newest first.
  virtual absl::StatusOr<std::vector<KeyInfo>> List() = 0;

  // Makes a key and writes it into the key file, durable before this returns;
  // all that is written from then on is sealed with it. Gives its id. Back the
  // file up. Eight keys at most.
  virtual absl::StatusOr<std::string> Add() = 0;

  // Seals what is sealed with an older key anew, values and look-up keys, some
  // rows at a time, while others read and write. May be cut short (`timeout`, a
  // crash) and called again: it goes on. Also: cancelled
  virtual absl::StatusOr<SweepReport> Sweep(absl::Duration timeout) = 0;

  // Takes a key out of the key file, and what it opens out of the files of the store.
  //
  // Errors:
  //   invalid_argument  no such key, or the newest
  //   key_in_use        something is still sealed with it
  virtual absl::Status Remove(const std::string& id) = 0;
};

}  // namespace joinpass

#endif  // JOINPASS_KEYS_H_
