// Keys: what the store is sealed with, and how that is changed while it is in use.

#ifndef JOINPASS_KEYS_H_
#define JOINPASS_KEYS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "joinpass/export.h"
#include "joinpass/secret.h"

namespace joinpass {

// A new key as one line of a key file, with its line break: what EngineOptions::keys
// and key_callback give is such lines, the newest last. From the system's random
// generator. Thread-safe.
JOINPASS_EXPORT Secret NewKeyLine();

// A key, without its bytes.
struct KeyInfo {
  std::string id = {};   // eight hexadecimal digits, as errors name it
  bool newest = false;   // what is written is sealed with it
  bool waiting = false;  // newer than that: it opens, and seals from the next Sweep() on
};

struct SweepReport {
  int resealed = 0;    // rows that are now sealed with the newest key
  int unreadable = 0;  // rows that do not unseal; left as they are
  bool done = false;   // nothing that can be read is sealed with another key
};

// Rotation: Add(), then Sweep() until it is done, then Remove() the old one. No process
// on the store need stop for it.
//
// Keys in a key file that all processes on the store share: each sees a new one before
// its next look into the store, so that it seals from Add() on.
//
// Keys that options give (EngineOptions::keys, key_callback): put the new one behind
// the others in each place that gives them. It waits, in every process and until
// Sweep() is called in one: nobody writes with it before you say that all can have it.
// From then on it seals in all. Each asks its callback for it when it first meets the
// key; one that cannot get it says key_missing and the key's id, and neither writes
// nor says that something is not there. After Remove() take the old one out.
//
// While a key file cannot be read, nothing is sealed: nobody knows whether a key is
// still there. What is stored is read with the keys that were read last. A callback
// that fails stops List(), Sweep() and Remove(), and nothing else.
//
// Thread-safe. Lives as long as its Engine. Errors of every call: store_unavailable,
// key_missing, key_invalid.
class JOINPASS_EXPORT Keys {
 public:
  virtual ~Keys() = default;

  // The newest first. Asks the callback.
  virtual absl::StatusOr<std::vector<KeyInfo>> List() = 0;

  // Makes a key and writes it into the key file, durable before this returns;
  // all that is written from then on is sealed with it. Gives its id. Back the
  // file up. Eight keys at most.
  //
  // Errors:
  //   invalid_argument  the keys come from an option: add one there
  virtual absl::StatusOr<std::string> Add() = 0;

  // Seals what is sealed with an older key anew, values and look-up keys, some
  // rows at a time, while others read and write. May be cut short (`timeout`, a
  // crash) and called again: it goes on. Asks the callback first. Also: cancelled
  virtual absl::StatusOr<SweepReport> Sweep(absl::Duration timeout) = 0;

  // Takes a key out of the key file, and what it opens out of the files of the store.
  // Where keys come from an option only the latter: then take it out there.
  //
  // Errors:
  //   invalid_argument  no such key, the newest, or one that waits
  //   key_in_use        something is still sealed with it
  virtual absl::Status Remove(const std::string& id) = 0;
};

}  // namespace joinpass

#endif  // JOINPASS_KEYS_H_
