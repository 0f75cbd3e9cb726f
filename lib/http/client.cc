#include "http/client.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/status.h"
#include "http/call.h"
#include "http/dialer.h"
#include "http/pool.h"
#include "http/redirect.h"
#include "http/request_text.h"
#include "http/round_trip.h"
#include "message/origin.h"

namespace joinpass::http {
namespace {

using base::Await;
using base::Task;
using StreamPtr = std::shared_ptr<Stream>;
using Sockets = Pool<StreamPtr>;
using message::Request;
using message::Response;

// New sockets for one request, where a peer speaks before it is asked.
constexpr int kMostDials = 2;

// Of a socket that was asked; less is the haste of the one who asks.
constexpr absl::Duration kLongSilence = absl::Seconds(2);

// All that belongs to one origin.
struct Site {
  Site(message::Origin where, std::size_t max_sockets)
      : origin(std::move(where)), sockets(max_sockets) {}

  const message::Origin origin;
  Sockets sockets;
  bool stays = false;  // false: only what came over the network has led here
};

// A right to one socket of a site. Its end gives the right back, and closes the
// socket unless it was kept.
class Turn {
 public:
  Turn(Site& site, StreamPtr kept) : site_(&site), stream(std::move(kept)) {}
  Turn(Turn&& other) noexcept
      : site_(std::exchange(other.site_, nullptr)), stream(std::move(other.stream)) {}
  Turn& operator=(Turn&&) = delete;
  ~Turn() {
    if (site_ == nullptr) return;
    if (stream) stream->Close();
    site_->sockets.Drop();
  }

  Site& site() const { return *site_; }

  // The socket goes back to the pool: the turn is over.
  StreamPtr Release() {
    site_ = nullptr;
    return std::move(stream);
  }

 private:
  Site* site_;

 public:
  StreamPtr stream;
};

// Such a request takes no kept socket, and leaves none.
bool OnNewSocket(const Request& request) {
  return request.send_once || request.public_address_only;
}

Reach ReachOf(const Request& request) {
  return request.public_address_only ? Reach::kPublicOnly : Reach::kAnywhere;
}

class Core : public std::enable_shared_from_this<Core> {
 public:
  Core(ClientOptions options, TlsContext tls, IoLoop& loop, base::Clock& clock)
      : options_(std::move(options)),
        loop_(loop),
        clock_(clock),
        calls_(loop, clock),
        dialer_(std::move(tls), options_.proxies, loop, clock) {}

  // `self` keeps this object as long as the call lasts.
  Task<absl::StatusOr<Response>> Send(std::shared_ptr<Core> self, Request request,
                                      SteadyTime deadline);
  Task<absl::Status> Warm(std::shared_ptr<Core> self, message::Origin origin, int sockets,
                          SteadyTime deadline);
  void Close();

 private:
  Task<absl::StatusOr<Response>> Exchange(Call& call, const Request& request);
  std::optional<Turn> TakeTurn(const Call& call, Site& site, Freshness freshness);
  Task<absl::StatusOr<Turn>> WaitForTurn(Call& call, Site& site, Freshness freshness);
  Task<absl::Status> DialIdle(Site& site, SteadyTime deadline);

  Site& SiteOf(const message::Origin& origin, Reach reach);
  void Leave(const Request& request);
  void Finish(Turn turn, const Request& request, const TripEnd& end);
  void Keep(Turn turn);
  void OnIdleEvent(Site& site, Stream& stream);
  void ArmExpiry();
  void OnExpiry();
  void DropExpired(Site& site);
  void Distrust(Site& site);

  const ClientOptions options_;
  IoLoop& loop_;
  base::Clock& clock_;
  Calls calls_;
  Dialer dialer_;
  std::map<message::Origin, Site> sites_;
  base::Loop::TimerId expiry_timer_ = 0;
};

Task<absl::StatusOr<Response>> Core::Send(std::shared_ptr<Core> /*self*/, Request request,
                                          SteadyTime deadline) {
  Call call(calls_, clock_.SteadyNow(), deadline);
  for (int followed = 0;; ++followed) {
    absl::StatusOr<Response> response = co_await Exchange(call, request);
    Leave(request);
    if (!response.ok()) co_return WithRequestLeft(response.status(), call.request_left());
    response->received_at = clock_.Now();
    const bool follows = request.follow_redirects && request.secret_target.empty();
    if (!follows || !IsRedirect(response->status)) co_return response;
    absl::StatusOr<Request> next =
        FollowRedirect(request, *response, options_.may_redirect_to, followed);
    if (!next.ok()) co_return next.status();
    request = *std::move(next);
  }
}

Task<absl::StatusOr<Response>> Core::Exchange(Call& call, const Request& request) {
  JOINPASS_CO_ASSIGN_OR_RETURN(const base::Buffer text, WriteRequest(request));
  AnswerBounds bounds;
  bounds.max_header = options_.max_header;
  bounds.max_body = request.max_answer;
  bounds.take_partial = request.take_partial;
  Site& site = SiteOf(request.origin, ReachOf(request));
  const Freshness freshness = OnNewSocket(request) ? Freshness::kNewOnly : Freshness::kAny;
  std::optional<Turn> turn = TakeTurn(call, site, freshness);
  if (!turn) {
    JOINPASS_CO_ASSIGN_OR_RETURN(Turn waited_for, co_await WaitForTurn(call, site, freshness));
    turn.emplace(std::move(waited_for));
  }
  if (turn->stream) {
    const SteadyTime sent_at = clock_.SteadyNow();
    TripEnd end = co_await RoundTrip(call, turn->stream, base::View(text), bounds);
    const bool stale = !end.response.ok() && !end.began && call.ended() == Ended::kNo &&
                       ReasonOf(end.response.status()) == Reason::kNetworkUnreachable;
    const bool is_mute = clock_.SteadyNow() - sent_at >= kLongSilence;
    if (call.ended() == Ended::kDeadline && !end.began && is_mute) Distrust(turn->site());
    if (!stale && !end.spoke_first) {
      Finish(*std::move(turn), request, end);
      co_return std::move(end.response);
    }
    std::exchange(turn->stream, nullptr)->Close();
  }
  for (int dials = 1;; ++dials) {
    JOINPASS_CO_ASSIGN_OR_RETURN(turn->stream,
                                 co_await dialer_.Dial(call, request.origin, ReachOf(request)));
    TripEnd end = co_await RoundTrip(call, turn->stream, base::View(text), bounds);
    if (!end.spoke_first || dials == kMostDials) {
      Finish(*std::move(turn), request, end);
      co_return std::move(end.response);
    }
    std::exchange(turn->stream, nullptr)->Close();
  }
}

// Nothing: none is free.
std::optional<Turn> Core::TakeTurn(const Call& call, Site& site, Freshness freshness) {
  if (call.ended() != Ended::kNo) return std::nullopt;
  DropExpired(site);
  std::optional<StreamPtr> evicted;
  std::optional<Sockets::Turn> turn = site.sockets.Take(freshness, evicted);
  if (evicted) (*evicted)->Shutdown();
  if (!turn) return std::nullopt;
  return Turn(site, std::move(turn->kept).value_or(nullptr));
}

Task<absl::StatusOr<Turn>> Core::WaitForTurn(Call& call, Site& site, Freshness freshness) {
  if (call.ended() != Ended::kNo) co_return call.Fail(Phase::kTurn, {});
  Await<std::optional<Sockets::Turn>> waiting([&](Sockets::Done done) {
    const Sockets::WaiterId id = site.sockets.Wait(freshness, std::move(done));
    call.OnEnd([&site, id] { site.sockets.Leave(id); });
  });
  std::optional<Sockets::Turn> turn = co_await waiting;
  call.ClearOnEnd();
  if (!turn) co_return call.Fail(Phase::kTurn, {});
  co_return Turn(site, std::move(turn->kept).value_or(nullptr));
}

Task<absl::Status> Core::Warm(std::shared_ptr<Core> /*self*/, message::Origin origin, int sockets,
                              SteadyTime deadline) {
  if (origin.host.empty()) co_return GoesNowhere();
  Site& site = SiteOf(origin, Reach::kAnywhere);
  DropExpired(site);
  const std::size_t wanted = std::min<std::size_t>(
      static_cast<std::size_t>(std::clamp(sockets, 1, 8)), options_.max_sockets);
  std::vector<Task<absl::Status>> dials;
  for (std::size_t have = site.sockets.idle(), open = site.sockets.open();
       have < wanted && open < options_.max_sockets; ++have, ++open) {
    dials.push_back(DialIdle(site, deadline));
  }
  const std::vector<absl::Status> results = co_await base::WhenAll(std::move(dials));
  const auto stands = [](const absl::Status& result) { return result.ok(); };
  if (site.sockets.idle() > 0 || results.empty() ||
      std::any_of(results.begin(), results.end(), stands)) {
    co_return absl::OkStatus();
  }
  co_return results.front();
}

Task<absl::Status> Core::DialIdle(Site& site, SteadyTime deadline) {
  Call call(calls_, clock_.SteadyNow(), deadline);
  if (call.ended() != Ended::kNo) co_return call.Fail(Phase::kConnect, {});
  // Somebody else may have taken the last place meanwhile, or wait for it.
  std::optional<StreamPtr> evicted;
  if (site.sockets.open() == options_.max_sockets) co_return absl::OkStatus();
  if (!site.sockets.Take(Freshness::kNewOnly, evicted)) co_return absl::OkStatus();
  Turn turn(site, nullptr);
  JOINPASS_CO_ASSIGN_OR_RETURN(turn.stream,
                               co_await dialer_.Dial(call, site.origin, Reach::kAnywhere));
  Keep(std::move(turn));
  co_return absl::OkStatus();
}

Site& Core::SiteOf(const message::Origin& origin, Reach reach) {
  Site& site = sites_.try_emplace(origin, origin, options_.max_sockets).first->second;
  if (reach == Reach::kAnywhere) site.stays = true;
  return site;
}

// Origins from the network may be without number: none is remembered.
void Core::Leave(const Request& request) {
  const auto found = sites_.find(request.origin);
  if (found == sites_.end() || found->second.stays) return;
  if (found->second.sockets.IsUnused()) sites_.erase(found);
}

void Core::Finish(Turn turn, const Request& request, const TripEnd& end) {
  if (end.reusable && !OnNewSocket(request)) return Keep(std::move(turn));
  // A session is resumed later only if its socket was closed properly.
  if (end.response.ok()) std::exchange(turn.stream, nullptr)->Shutdown();
}

void Core::Keep(Turn turn) {
  Site& site = turn.site();
  const StreamPtr stream = turn.Release();
  // Close() ends all watches, before this and the sites are gone.
  stream->Watch([this, &site](Stream& idle) { OnIdleEvent(site, idle); });
  std::optional<StreamPtr> evicted =
      site.sockets.Keep(stream, clock_.SteadyNow() + options_.max_idle);
  if (evicted) (*evicted)->Shutdown();
  ArmExpiry();
}

void Core::OnIdleEvent(Site& site, Stream& stream) {
  const StreamPtr idle = stream.shared_from_this();
  if (site.sockets.Forget(idle)) idle->Shutdown();
}

void Core::ArmExpiry() {
  if (expiry_timer_ != 0) return;
  SteadyTime next = SteadyTime::InfiniteFuture();
  for (const auto& [name, site] : sites_) next = std::min(next, site.sockets.NextExpiry());
  if (next == SteadyTime::InfiniteFuture()) return;
  expiry_timer_ = loop_.PostAt(next, [self = weak_from_this()] {
    if (const std::shared_ptr<Core> core = self.lock()) core->OnExpiry();
  });
}

void Core::OnExpiry() {
  expiry_timer_ = 0;
  for (auto& [name, site] : sites_) DropExpired(site);
  ArmExpiry();
}

// Also before sockets are handed out: after a suspend the timer may come late.
void Core::DropExpired(Site& site) {
  for (const StreamPtr& stream : site.sockets.TakeExpired(clock_.SteadyNow())) stream->Shutdown();
}

// One kept socket brought nothing at all: its like may lead nowhere, too.
void Core::Distrust(Site& site) {
  for (const StreamPtr& stream : site.sockets.TakeExpired(SteadyTime::InfiniteFuture())) {
    stream->Close();
  }
}

void Core::Close() {
  calls_.Close();
  dialer_.Close();
  loop_.Cancel(std::exchange(expiry_timer_, 0));
  for (auto& [name, site] : sites_) {
    for (const StreamPtr& stream : site.sockets.TakeExpired(SteadyTime::InfiniteFuture())) {
      stream->Shutdown();
    }
  }
}

class HttpsClient final : public Client {
 public:
  HttpsClient(std::shared_ptr<Core> core, IoLoop& loop) : core_(std::move(core)), loop_(loop) {}
  ~HttpsClient() override {
    loop_.Post([core = std::move(core_)] { core->Close(); });
  }

  Task<absl::StatusOr<Response>> Send(Request request, SteadyTime deadline) override {
    return core_->Send(core_, std::move(request), deadline);
  }
  Task<absl::Status> Warm(message::Origin origin, int sockets, SteadyTime deadline) override {
    return core_->Warm(core_, std::move(origin), sockets, deadline);
  }
  void Close() override { core_->Close(); }

 private:
  std::shared_ptr<Core> core_;
  IoLoop& loop_;
};

absl::Status CheckOptions(const ClientOptions& options) {
  const auto refuse = [](std::string_view what) {
    return base::MakeError(Reason::kInvalidArgument, std::string("http: ").append(what));
  };
  if (options.max_idle <= absl::ZeroDuration()) return refuse("max_idle is not above 0");
  if (options.max_sockets < 1 || options.max_sockets > 64) {
    return refuse("max_sockets is not 1 to 64");
  }
  if (options.max_header < 1024 || options.max_header > (1 << 20)) {
    return refuse("max_header is not 1 KiB to 1 MiB");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> OpenClient(ClientOptions options, IoLoop& loop,
                                                   base::Clock& clock) {
  JOINPASS_RETURN_IF_ERROR(CheckOptions(options));
  JOINPASS_ASSIGN_OR_RETURN(TlsContext tls, OpenTlsContext(options.ca_file));
  auto core = std::make_shared<Core>(std::move(options), std::move(tls), loop, clock);
  return std::make_unique<HttpsClient>(std::move(core), loop);
}

}  // namespace joinpass::http
