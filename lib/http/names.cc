#include "http/names.h"

#include <netdb.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <string>
#include <utility>

#include "base/flight.h"
#include "http/errors.h"
#include "http/name_threads.h"

namespace joinpass::http {
namespace {

using Answer = absl::StatusOr<Addresses>;
using Flight = base::Flight<Answer>;

constexpr absl::Duration kFresh = absl::Minutes(1);
constexpr absl::Duration kUsable = absl::Minutes(10);

struct Known {
  Addresses addresses;
  SteadyTime learnt;
};

absl::Status WhyNot(const SystemAnswer& answer) {
  Failure failure;
  failure.phase = Phase::kLookUp;
  if (answer.error == EAI_MEMORY) failure.error.assign(ENOMEM, boost::system::system_category());
  if (answer.error == EAI_SYSTEM) {
    failure.error.assign(answer.system_error, boost::system::system_category());
  }
  return StatusOf(failure);
}

class SystemNames final : public Names, public std::enable_shared_from_this<SystemNames> {
 public:
  SystemNames(IoLoop& loop, base::Clock& clock) : loop_(loop), clock_(clock) {}

  base::Task<std::optional<Answer>> LookUp(message::Origin origin, Reach reach,
                                           SteadyTime deadline) override {
    Address numeric;
    if (ReadNumeric(origin.host, origin.port, numeric)) co_return Answer(Addresses{numeric});
    const auto known = known_.find(origin);
    const bool fresh = known != known_.end() && clock_.SteadyNow() - known->second.learnt < kFresh;
    if (fresh && reach == Reach::kAnywhere) {
      co_return Answer(known->second.addresses);
    }
    const Asked asked(origin, reach);
    std::shared_ptr<Flight>& flight = flights_[asked];
    if (!flight) {
      flight = std::make_shared<Flight>(loop_);
      Ask(asked);
    }
    co_return co_await Flight::Wait(flight, deadline);
  }

  void Distrust(const message::Origin& origin) override { known_.erase(origin); }

  void Close() override {
    Failure failure;
    failure.phase = Phase::kLookUp;
    failure.ended = Ended::kClosing;
    for (const auto& [asked, flight] : std::exchange(flights_, {})) flight->Land(StatusOf(failure));
  }

 private:
  // Apart, so that ours never waits for a question that stands behind others' names.
  using Asked = std::pair<message::Origin, Reach>;

  void Ask(const Asked& asked) {
    const auto& [origin, reach] = asked;
    threads_.Ask(origin.host, origin.port, reach == Reach::kPublicOnly,
                 [weak = weak_from_this(), &loop = loop_, asked](SystemAnswer answer) {
                   loop.Post([weak, asked, answer = std::move(answer)] {
                     if (const auto self = weak.lock()) self->OnAnswer(asked, answer);
                   });
                 });
  }

  void OnAnswer(const Asked& asked, const SystemAnswer& answer) {
    const auto& [origin, reach] = asked;
    const auto found = flights_.find(asked);
    if (found == flights_.end()) return;
    const std::shared_ptr<Flight> flight = std::move(found->second);
    flights_.erase(found);
    if (reach == Reach::kPublicOnly) {
      const bool found_any = !answer.addresses.empty();
      return flight->Land(found_any ? Answer(Alternate(answer.addresses)) : WhyNot(answer));
    }
    const SteadyTime now = clock_.SteadyNow();
    if (!answer.addresses.empty()) {
      Known& known = known_[origin] = {Alternate(answer.addresses), now};
      return flight->Land(known.addresses);
    }
    const auto known = known_.find(origin);
    if (known != known_.end() && now - known->second.learnt < kUsable) {
      return flight->Land(known->second.addresses);
    }
    flight->Land(WhyNot(answer));
  }

  IoLoop& loop_;
  base::Clock& clock_;
  std::map<message::Origin, Known> known_;
  std::map<Asked, std::shared_ptr<Flight>> flights_;
  NameThreads threads_;
};

}  // namespace

Addresses Alternate(const Addresses& addresses) {
  Addresses first;
  Addresses second;
  for (const Address& address : addresses) {
    const bool same = address.storage.ss_family == addresses.front().storage.ss_family;
    (same ? first : second).push_back(address);
  }
  Addresses mixed;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) mixed.push_back(first[i]);
    if (i < second.size()) mixed.push_back(second[i]);
  }
  return mixed;
}

std::shared_ptr<Names> MakeNames(IoLoop& loop, base::Clock& clock) {
  return std::make_shared<SystemNames>(loop, clock);
}

}  // namespace joinpass::http
