// Dialer: from an origin to a stream that is ready for a request.

#ifndef JOINPASS_LIB_HTTP_DIALER_H_
#define JOINPASS_LIB_HTTP_DIALER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/task.h"
#include "http/call.h"
#include "http/loop.h"
#include "http/names.h"
#include "http/proxy.h"
#include "http/stream.h"
#include "http/tls.h"
#include "message/origin.h"

namespace joinpass::http {

// Used from the loop's thread. Outlives its tasks.
class Dialer {
 public:
  Dialer(TlsContext tls, ProxyRules proxies, IoLoop& loop, base::Clock& clock)
      : tls_(std::move(tls)),
        proxies_(std::move(proxies)),
        loop_(loop),
        clock_(clock),
        names_(MakeNames(loop, clock)) {}

  // Looks up, connects, has a tunnel made if a proxy stands before `origin`, and shakes hands,
  // resuming the newest session of `origin`. Errors as in transport.h, with the call's
  // request_left.
  base::Task<absl::StatusOr<std::shared_ptr<Stream>>> Dial(Call& call,
                                                           const message::Origin& origin,
                                                           Reach reach);

  // Ends what waits for a name. The calls are ended before.
  void Close() { names_->Close(); }

 private:
  base::Task<absl::StatusOr<Addresses>> LookUp(Call& call, const message::Origin& origin,
                                               Reach reach);
  base::Task<absl::StatusOr<std::shared_ptr<Stream>>> Connect(Call& call,
                                                              const message::Origin& origin,
                                                              Reach reach, Phase phase);
  base::Task<absl::StatusOr<std::shared_ptr<Stream>>> ConnectThrough(Call& call, const Proxy& proxy,
                                                                     message::Origin origin,
                                                                     Reach reach);
  base::Task<absl::Status> OpenTunnel(Call& call, const Proxy& proxy, const message::Origin& target,
                                      std::shared_ptr<Stream> stream);
  base::Task<absl::Status> Handshake(Call& call, const message::Origin& origin,
                                     std::shared_ptr<Stream> stream,
                                     std::shared_ptr<Tickets> tickets);

  const TlsContext tls_;
  const ProxyRules proxies_;
  IoLoop& loop_;
  base::Clock& clock_;
  const std::shared_ptr<Names> names_;
  const std::shared_ptr<Tickets> tickets_ = std::make_shared<Tickets>();
};

}  // namespace joinpass::http

#endif  // JOINPASS_LIB_HTTP_DIALER_H_
