// Names: from the name of a host to its addresses.

#ifndef JOINPASS_LIB_HTTP_NAMES_H_
#define JOINPASS_LIB_HTTP_NAMES_H_

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/task.h"
#include "http/loop.h"
#include "http/stream.h"
#include "message/origin.h"

namespace joinpass::http {

using Addresses = std::vector<Address>;

// How far an origin may lead.
enum class Reach {
  kAnywhere,
  kPublicOnly,  // to public addresses: its name came over the network
};

// Asks the system's resolver, in threads of their own (name_threads.h), and remembers: an answer
// is used for a minute without asking, and for ten when asking fails. Whoever
// asks for the same host at the same time shares one look-up. Names that came over the
// network (kPublicOnly) may be slow, and without number: nothing of them is remembered,
// and they never have all threads.
//
// Used from the loop's thread.
class Names {
 public:
  virtual ~Names() = default;

  // At least one address, alternating between IPv6 and IPv4. Numeric hosts need
  // no look-up. Null: `deadline` passed, or the look-up was ended by Close().
  virtual base::Task<std::optional<absl::StatusOr<Addresses>>> LookUp(message::Origin origin,
                                                                      Reach reach,
                                                                      SteadyTime deadline) = 0;

  // None of the addresses answered: ask anew the next time.
  virtual void Distrust(const message::Origin& origin) = 0;

  // Ends all that wait.
  virtual void Close() = 0;
};

// Makes the threads; throws std::system_error if there are none to be had.
std::shared_ptr<Names> MakeNames(IoLoop& loop, base::Clock& clock);

// The addresses in turn, first one of the family of the first, then one of the
// other, in the order they had within each.
// Source: RFC 8305 section 4.
Addresses Alternate(const Addresses& addresses);

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_NAMES_H_
