// Race: several addresses tried, the first that answers wins.

#ifndef JOINPASS_LIB_HTTP_RACE_H_
#define JOINPASS_LIB_HTTP_RACE_H_

#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "http/loop.h"
#include "http/names.h"
#include "http/stream.h"

namespace joinpass::http {

// How long the next address waits for the one before it.
// Source: RFC 8305 section 5.
inline constexpr absl::Duration kConnectHeadStart = absl::Milliseconds(250);

// What came of a race: a connected stream, or why the last one failed.
struct Winner {
  std::shared_ptr<Stream> stream = {};
  boost::system::error_code error = {};
};

// One race. Used from the loop's thread, held by shared_ptr.
class Race : public std::enable_shared_from_this<Race> {
 public:
  using Done = absl::AnyInvocable<void(Winner)>;

  Race(IoLoop& loop, base::Clock& clock, Addresses addresses)
      : loop_(loop), clock_(clock), addresses_(std::move(addresses)) {}

  // Connects to the first address, to the next when that failed or after
  // kConnectHeadStart, and so on. `done` runs once, later.
  void Start(Done done);

  // Ends the race without a winner; `done` runs inside, unless it ran before.
  void Stop();

 private:
  void TryNext();
  void OnConnect(std::shared_ptr<Stream> stream, boost::system::error_code error);
  void Finish(Winner winner);

  IoLoop& loop_;
  base::Clock& clock_;
  const Addresses addresses_;
  std::size_t next_ = 0;
  std::size_t under_way_ = 0;
  std::vector<std::shared_ptr<Stream>> streams_;
  base::Loop::TimerId timer_ = 0;
  Done done_;
};

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_RACE_H_
