#include "http/dialer.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "http/answer.h"
#include "http/race.h"
#include "http/round_trip.h"

namespace joinpass::http {

using boost::system::error_code;
using StreamPtr = std::shared_ptr<Stream>;

namespace {

bool IsNotPublic(const Address& address) { return !IsPublic(address); }

}  // namespace

base::Task<absl::StatusOr<StreamPtr>> Dialer::Dial(Call& call, const message::Origin& origin,
                                                   Reach reach) {
  const Proxy* const proxy = proxies_.For(origin);
  base::Task<absl::StatusOr<StreamPtr>> connecting =
      proxy == nullptr ? Connect(call, origin, reach, Phase::kConnect)
                       : ConnectThrough(call, *proxy, origin, reach);
  JOINPASS_CO_ASSIGN_OR_RETURN(StreamPtr stream, co_await std::move(connecting));
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

base::Task<absl::StatusOr<Addresses>> Dialer::LookUp(Call& call, const message::Origin& origin,
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
  co_return **std::move(addresses);
}

base::Task<absl::StatusOr<StreamPtr>> Dialer::Connect(Call& call, const message::Origin& origin,
                                                      Reach reach, Phase phase) {
  JOINPASS_CO_ASSIGN_OR_RETURN(Addresses addresses, co_await LookUp(call, origin, reach));
  const auto race = std::make_shared<Race>(loop_, clock_, std::move(addresses));
  base::Await<Winner> racing([&](Race::Done done) {
    race->Start(std::move(done));
    call.OnEnd([race] { race->Stop(); });
  });
  const Winner winner = co_await racing;
  call.ClearOnEnd();
  if (!winner.stream) {
    if (call.ended() == Ended::kNo) names_->Distrust(origin);
    co_return call.Fail(phase, winner.error);
  }
  co_return winner.stream;
}

base::Task<absl::StatusOr<StreamPtr>> Dialer::ConnectThrough(Call& call, const Proxy& proxy,
                                                             message::Origin origin, Reach reach) {
  std::vector<std::string> hosts = {origin.host};
  if (reach == Reach::kPublicOnly) {
    // Whoever looks the name up decides where it leads: not the proxy.
    JOINPASS_CO_ASSIGN_OR_RETURN(const Addresses addresses, co_await LookUp(call, origin, reach));
    hosts.clear();
    for (const Address& address : addresses) hosts.push_back(WriteNumeric(address));
  }
  absl::Status opened;
  for (const std::string& host : hosts) {
    JOINPASS_CO_ASSIGN_OR_RETURN(StreamPtr stream,
                                 co_await Connect(call, proxy.at, Reach::kAnywhere, Phase::kProxy));
    origin.host = host;
    opened = co_await OpenTunnel(call, proxy, origin, stream);
    if (opened.ok()) co_return stream;
    stream->Close();
    if (call.ended() != Ended::kNo) break;
  }
  co_return opened;
}

base::Task<absl::Status> Dialer::OpenTunnel(Call& call, const Proxy& proxy,
                                            const message::Origin& target, StreamPtr stream) {
  const base::Buffer text = WriteConnect(proxy, target);
  call.OnEnd([stream] { stream->Close(); });
  base::Await<error_code> writing(
      [&](Stream::Done done) { stream->Write(base::View(text), std::move(done)); });
  const error_code error = co_await writing;
  if (error || call.ended() != Ended::kNo) {
    call.ClearOnEnd();
    co_return call.Fail(Phase::kProxy, error);
  }
  AnswerBounds bounds;
  bounds.header_only = true;
  AnswerReader reader(bounds);
  const absl::Status read = co_await ReadAnswer(call, stream, Phase::kProxy, reader);
  call.ClearOnEnd();
  JOINPASS_CO_RETURN_IF_ERROR(read);
  // What may have come behind it would be none of the peer's: the handshake fails then.
  const int status = reader.Take().status;
  if (status >= 200 && status < 300) co_return absl::OkStatus();
  ErrorInfo info;
  info.reason = Reason::kProxyRefused;
  info.http_status = status;
  co_return base::MakeError(info, absl::StrCat("http: the proxy makes no way (HTTP ", status,
                                               status == 407 ? ": user or password)" : ")"));
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
