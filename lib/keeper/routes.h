// Routes: what the keeper answers to Zoom and to browsers.
//
//   POST /zoom/webhooks/{app}   Webhooks::Receive()
//   GET  /connect/{app}         begins a consent: sends the browser to Zoom
//   GET  /oauth/callback        ends it, where Zoom sends the browser back to
//   GET  /healthz               200 if the store can be read, else 503

#ifndef JOINPASS_LIB_KEEPER_ROUTES_H_
#define JOINPASS_LIB_KEEPER_ROUTES_H_

#include <functional>
#include <string>

#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/random.h"
#include "joinpass/engine.h"
#include "keeper/server.h"

namespace joinpass::keeper {

struct RouteOptions {
  // Where browsers reach this server: "https://bots.example.com", without a slash at its end.
  // Zoom's Marketplace must know public_url + "/oauth/callback" as a redirect URI of the app.
  std::string public_url = {};

  // Each webhook and each consent, for a log: no body, no secret.
  std::function<void(const std::string& line)> log = {};
};

// `engine`, `clock` and `random` must outlive it. Thread-safe.
class Routes {
 public:
  Routes(Engine& engine, base::Clock& clock, base::Random& random, RouteOptions options)
      : engine_(engine), clock_(clock), random_(random), options_(std::move(options)) {}

  // Blocks on the store; at the end of a consent also on Zoom, for up to 20 s.
  Response Handle(const Request& request);

 private:
  Response Webhook(const Request& request, const std::string& app_id);
  Response Connect(const std::string& app_id);
  Response Callback(const Request& request);
  Response Health();
  bool MayBegin();
  void Log(const std::string& line) const;

  Engine& engine_;
  base::Clock& clock_;
  base::Random& random_;
  const RouteOptions options_;

  // Each consent that is begun is a row for ten minutes, and whoever knows the URL begins one.
  base::Mutex mutex_;
  SteadyTime second_ ABSL_GUARDED_BY(mutex_);
  int begun_ ABSL_GUARDED_BY(mutex_) = 0;  // in that second
};

}  // namespace joinpass::keeper

#endif  // JOINPASS_LIB_KEEPER_ROUTES_H_
