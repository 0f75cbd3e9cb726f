// A client on a loop of its own, asked from the test's thread.

#ifndef JOINPASS_TESTS_INTEGRATION_HTTP_CLIENT_FIXTURE_H_
#define JOINPASS_TESTS_INTEGRATION_HTTP_CLIENT_FIXTURE_H_

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.h"
#include "http/client.h"
#include "http/loop.h"
#include "joinpass/reason.h"
#include "support/origin.h"
#include "support/tls_server.h"

namespace joinpass::http {

using message::Request;
using message::Response;
using Answer = absl::StatusOr<Response>;

// Long enough that only a fault makes a test wait for it.
inline constexpr absl::Duration kPatience = absl::Seconds(10);

class ClientFixture {
 public:
  explicit ClientFixture(ClientOptions options = {}, base::Clock& clock = base::SystemClock()) {
    if (options.ca_file.empty()) options.ca_file = testing::TestCa::Get().file();
    client_ = *OpenClient(std::move(options), *loop_, clock);
  }

  std::future<Answer> Begin(Request request, absl::Duration patience = kPatience) {
    return On<Answer>([this, request = std::move(request), patience]() mutable {
      return client_->Send(std::move(request), SteadyNow() + patience);
    });
  }
  Answer Send(Request request, absl::Duration patience = kPatience) {
    return Begin(std::move(request), patience).get();
  }
  absl::Status Warm(const std::string& origin, int sockets, absl::Duration patience = kPatience) {
    return Warm(testing::OriginOf(origin), sockets, patience);
  }
  absl::Status Warm(const message::Origin& origin, int sockets,
                    absl::Duration patience = kPatience) {
    return On<absl::Status>(
               [=, this] { return client_->Warm(origin, sockets, SteadyNow() + patience); })
        .get();
  }
  void Close() {
    std::promise<void> closed;
    loop_->Post([&] {
      client_->Close();
      closed.set_value();
    });
    closed.get_future().wait();
  }

  IoLoop& loop() { return *loop_; }

 private:
  template <typename T>
  std::future<T> On(absl::AnyInvocable<base::Task<T>()> make) {
    auto promise = std::make_shared<std::promise<T>>();
    std::future<T> future = promise->get_future();
    loop_->Post([make = std::move(make), promise]() mutable {
      base::Start<T>(make(), [promise](T value) { promise->set_value(std::move(value)); });
    });
    return future;
  }

  std::unique_ptr<IoLoop> loop_ = MakeIoLoop(base::SystemClock());
  std::unique_ptr<Client> client_;
};

inline Request Get(const std::string& origin, std::string target = "/v2/users/me") {
  Request request;
  request.origin = testing::OriginOf(origin);
  request.target = std::move(target);
  request.authorization = Secret("Bearer canary-of-a-token");
  return request;
}

inline Request Post(const std::string& origin, std::string body) {
  Request request;
  request.method = message::Method::kPost;
  request.origin = testing::OriginOf(origin);
  request.target = "/oauth/token";
  request.content_type = "application/x-www-form-urlencoded";
  request.body = Secret::Take(std::move(body));
  return request;
}

inline std::string Ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nX-ZM-TrackingId: track\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Answers every request with its number on that connection.
inline void Answers(testing::TlsServer::Connection& connection) {
  for (int i = 0; !connection.ReadRequest().empty(); ++i) {
    if (!connection.Send(Ok(std::to_string(i)))) return;
  }
}

}  // namespace joinpass::http

#endif  // JOINPASS_TESTS_INTEGRATION_HTTP_CLIENT_FIXTURE_H_
