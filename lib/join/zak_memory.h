// ZakMemory: the ZAKs that serve several joins.

#ifndef JOINPASS_LIB_JOIN_ZAK_MEMORY_H_
#define JOINPASS_LIB_JOIN_ZAK_MEMORY_H_

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "base/flight.h"
#include "join/plan.h"
#include "joinpass/join.h"
#include "joinpass/time.h"

namespace joinpass::join {

// Zoom takes a ZAK as often as it is shown, for as long as it lives; unlike the other two kinds of
// token, which work once. So bots that all join as one service account need one ZAK, and those
// that start together one request. In memory only; those that are over are wiped when another is
// asked for.
//
// Used from the loop's thread only.
class ZakMemory {
 public:
  using Flight = base::Flight<absl::StatusOr<JoinPass::Token>>;

  // Who has less left is not given to a bot any more.
  static constexpr absl::Duration kLeastLeft = absl::Seconds(60);

  // What is known of the ZAK of `owner`: one that is being asked for, or that has enough left.
  // Null: ask for one, and Begin() with it.
  std::shared_ptr<Flight> Find(const Owner& owner, SteadyTime now);

  // From now on `asked` is the one, until it lands with an error or its token is over.
  void Begin(const Owner& owner, std::shared_ptr<Flight> asked, SteadyTime now);

  // Whether the one that ends then is known, and good.
  bool Knows(const std::string& credential_id, const std::string& user_id,
             SteadyTime expires_at) const;

  // Zoom does not take the one any more that ends then. A newer one stays.
  void Forget(const std::string& credential_id, const std::string& user_id, SteadyTime expires_at);

  std::size_t size() const { return flights_.size(); }

 private:
  using Key = std::pair<std::string, std::string>;  // credential and user

  static bool IsOver(const Flight& flight, SteadyTime now);

  std::map<Key, std::shared_ptr<Flight>> flights_;
};

}  // namespace joinpass::join

#endif  // JOINPASS_LIB_JOIN_ZAK_MEMORY_H_
