#include "http/names.h"

#include <boost/asio/ip/tcp.hpp>
#include <cstring>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/flight.h"
#include "http/errors.h"
#include "http/loop_context.h"

namespace joinpass::http {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using Answer = absl::StatusOr<Addresses>;
using Flight = base::Flight<Answer>;

constexpr absl::Duration kFresh = absl::Minutes(1);
constexpr absl::Duration kUsable = absl::Minutes(10);
constexpr std::size_t kMaxAddresses = 16;

struct Known {
  Addresses addresses;
  SteadyTime learnt;
};

Addresses ToAddresses(const tcp::resolver::results_type& results) {
  Addresses addresses;
  for (const auto& result : results) {
    if (addresses.size() == kMaxAddresses) break;
    const tcp::endpoint endpoint = result.endpoint();
    Address& address = addresses.emplace_back();
    address.size = static_cast<socklen_t>(endpoint.size());
    std::memcpy(&address.storage, endpoint.data(), endpoint.size());
  }
  return Alternate(addresses);
}

class SystemNames final : public Names, public std::enable_shared_from_this<SystemNames> {
 public:
  SystemNames(IoLoop& loop, base::Clock& clock)
      : loop_(loop), clock_(clock), resolver_(loop.context().io) {}

  base::Task<std::optional<Answer>> LookUp(Origin origin, SteadyTime deadline) override {
    Address numeric;
    if (ReadNumeric(origin.host, origin.port, numeric)) co_return Answer(Addresses{numeric});
    const std::string key = WriteOrigin(origin);
    const auto known = known_.find(key);
    if (known != known_.end() && clock_.SteadyNow() - known->second.learnt < kFresh) {
      co_return Answer(known->second.addresses);
    }
    std::shared_ptr<Flight>& flight = flights_[key];
    if (!flight) {
      flight = std::make_shared<Flight>(loop_);
      Ask(origin, key);
    }
    co_return co_await Flight::Wait(flight, deadline);
  }

  void Distrust(const Origin& origin) override { known_.erase(WriteOrigin(origin)); }

  void Close() override {
    resolver_.cancel();
    Failure failure;
    failure.phase = Phase::kLookUp;
    failure.ended = Ended::kClosing;
    for (const auto& [key, flight] : std::exchange(flights_, {})) flight->Land(StatusOf(failure));
  }

 private:
  void Ask(const Origin& origin, const std::string& key) {
    resolver_.async_resolve(origin.host, std::to_string(origin.port),
                            tcp::resolver::numeric_service,
                            [self = shared_from_this(), key](
                                error_code error, const tcp::resolver::results_type& results) {
                              self->OnAnswer(key, error, results);
                            });
  }

  void OnAnswer(const std::string& key, error_code error,
                const tcp::resolver::results_type& results) {
    const auto found = flights_.find(key);
    if (found == flights_.end()) return;
    const std::shared_ptr<Flight> flight = std::move(found->second);
    flights_.erase(found);
    const SteadyTime now = clock_.SteadyNow();
    if (!error && !results.empty()) {
      Known& known = known_[key] = {ToAddresses(results), now};
      return flight->Land(known.addresses);
    }
    const auto known = known_.find(key);
    if (known != known_.end() && now - known->second.learnt < kUsable) {
      return flight->Land(known->second.addresses);
    }
    Failure failure;
    failure.phase = Phase::kLookUp;
    failure.error = error;
    flight->Land(StatusOf(failure));
  }

  IoLoop& loop_;
  base::Clock& clock_;
  tcp::resolver resolver_;
  std::unordered_map<std::string, Known> known_;
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;
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
