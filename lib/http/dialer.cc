#include "http/dialer.h"

#include <optional>
#include <utility>

#include "base/status.h"
#include "http/race.h"

namespace joinpass::http {

using boost::system::error_code;
using StreamPtr = std::shared_ptr<Stream>;

namespace {

bool IsNotPublic(const Address& address) { return !IsPublic(address); }

}  // namespace

base::Task<absl::StatusOr<StreamPtr>> Dialer::Dial(Call& call, const message::Origin& origin,
                                                   Reach reach) {
  JOINPASS_CO_ASSIGN_OR_RETURN(StreamPtr stream, co_await Connect(call, origin, reach));
  if (origin.scheme == message::Scheme::kHttps) {
    // What came over the network may have names without number: no session is kept.
    std::shared_ptr<Tickets> tickets =
        reach == Reach::kAnywhere ? tickets_ : std::make_shared<Tickets>();
    const absl::Status done = co_await Handshake(call, origin, stream, std::move(tickets));
    if (!done.ok()) {
      stream->Close();
      co_return done;
    }
  }
  co_return stream;
}

base::Task<absl::StatusOr<StreamPtr>> Dialer::Connect(Call& call, const message::Origin& origin,
                                                      Reach reach) {
  std::optional<absl::StatusOr<Addresses>> addresses =
      co_await names_->LookUp(origin, reach, call.deadline());
  if (!addresses) call.End(Ended::kDeadline);
  if (call.ended() != Ended::kNo) co_return call.Fail(Phase::kLookUp, {});
  if (!addresses->ok()) co_return addresses->status();
  // Of what is dialled, not of what the name said some other time.
  if (reach == Reach::kPublicOnly) std::erase_if(**addresses, IsNotPublic);
  if ((*addresses)->empty()) {
    co_return base::MakeError(Reason::kAddressNotAllowed,
                              "http: the host has no address in the public internet");
  }

  const auto race = std::make_shared<Race>(loop_, clock_, **std::move(addresses));
  base::Await<Winner> racing([&](Race::Done done) {
    race->Start(std::move(done));
    call.OnEnd([race] { race->Stop(); });
  });
  const Winner winner = co_await racing;
  call.ClearOnEnd();
  if (!winner.stream) {
    if (call.ended() == Ended::kNo) names_->Distrust(origin);
    co_return call.Fail(Phase::kConnect, winner.error);
  }
  co_return winner.stream;
}

base::Task<absl::Status> Dialer::Handshake(Call& call, const message::Origin& origin,
                                           StreamPtr stream, std::shared_ptr<Tickets> tickets) {
  call.OnEnd([stream] { stream->Close(); });
  base::Await<error_code> shaking(
      [&](Stream::Done done) { stream->Handshake(tls_, origin, tickets, std::move(done)); });
  const error_code error = co_await shaking;
  call.ClearOnEnd();
  if (!error && call.ended() == Ended::kNo) co_return absl::OkStatus();
  co_return call.Fail(Phase::kHandshake, error, stream->CertificateFault());
}

}  // namespace joinpass::http
