#include "fake_zoom/server.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "base/status.h"

namespace joinpass::fake_zoom {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::uint32_t kMaxHeader = 64 << 10;
constexpr std::uint64_t kMaxBody = 1 << 20;
constexpr std::size_t kReadSize = 16 << 10;
constexpr std::size_t kMaxDrained = 16 << 20;

class Session;

class TlsServer final : public Server {
 public:
  explicit TlsServer(ServerOptions options) : options_(std::move(options)) {}

  ~TlsServer() override {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Listen();

  int port() const override { return port_; }
  ConnectionCounts counts() const override { return {accepted_, handshakes_, resumed_}; }
  void Release() override {
    asio::post(io_, [this] { LetGo(); });
  }
  void ClockMoved() override {
    asio::post(io_, [this] { WakeSleepers(); });
  }

  // For sessions, on the server's thread.
  Answer Handle(const Request& request) { return options_.handler(request); }
  void Hold(std::shared_ptr<Session> session) { held_.push_back(std::move(session)); }
  void Sleep(std::shared_ptr<Session> session, absl::Time due) {
    sleepers_.emplace_back(due, std::move(session));
    WakeSleepers();
  }
  void CountHandshake(bool resumed) {
    ++handshakes_;
    if (resumed) ++resumed_;
  }

 private:
  void Accept();
  void LetGo();
  void WakeSleepers();

  ServerOptions options_;
  asio::io_context io_{1};
  asio::ssl::context tls_{asio::ssl::context::tls_server};
  tcp::acceptor acceptor_{io_};
  asio::steady_timer alarm_{io_};
  std::vector<std::shared_ptr<Session>> held_;
  std::vector<std::pair<absl::Time, std::shared_ptr<Session>>> sleepers_;
  int port_ = 0;
  std::atomic<int> accepted_ = 0;
  std::atomic<int> handshakes_ = 0;
  std::atomic<int> resumed_ = 0;
  std::thread thread_;
};

// One connection. Lives as long as something is under way on it.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(TlsServer& server, tcp::socket socket, asio::ssl::context& tls)
      : server_(server), stream_(std::move(socket), tls) {}

  void Begin() {
    stream_.async_handshake(
        asio::ssl::stream_base::server, [self = shared_from_this()](error_code error) {
          if (error) return;
          self->server_.CountHandshake(SSL_session_reused(self->stream_.native_handle()) == 1);
          self->BeginRequest();
        });
  }

  // Sends the answer, or what its delivery leaves of it.
  void Deliver() {
    Delivery& delivery = answer_.delivery;
    if (std::exchange(delivery.hold, false)) return server_.Hold(shared_from_this());
    if (const auto due = std::exchange(delivery.due, absl::InfinitePast());
        due > absl::InfinitePast()) {
      return server_.Sleep(shared_from_this(), due);
    }
    wire_ = WriteResponse(answer_.response, keep_alive_ ? "keep-alive" : "close");
    const std::size_t header = wire_.size() - answer_.response.body.size();
    switch (delivery.how) {
      case Delivery::How::kWhole:
        return Write(wire_.size(), keep_alive_ ? After::kNextRequest : After::kClose);
      case Delivery::How::kLose:
        return Drop();
      case Delivery::How::kReset:
        return Write(delivery.at_byte, After::kReset);
      case Delivery::How::kTruncate:
        return Write(header + delivery.at_byte, After::kClose);
    }
  }

 private:
  enum class After { kNextRequest, kClose, kReset, kDrain };

  void BeginRequest() {
    parser_.emplace();
    parser_->header_limit(kMaxHeader);
    parser_->body_limit(kMaxBody);
    parser_->eager(true);
    Parse();
  }

  void Read() {
    stream_.async_read_some(buffer_.prepare(kReadSize),
                            [self = shared_from_this()](error_code error, std::size_t size) {
                              self->buffer_.commit(size);
                              if (error) return self->Close();
                              self->Parse();
                            });
  }

  void Parse() {
    while (!parser_->is_done()) {
      if (buffer_.size() == 0) return Read();
      error_code error;
      const std::size_t used = parser_->put(buffer_.data(), error);
      buffer_.consume(used);
      if (error == http::error::need_more) return Read();
      if (error) return RefuseRequest(error);
    }
    TakeRequest();
  }

  void RefuseRequest(error_code error) {
    const int status = error == http::error::header_limit ? 431
                       : error == http::error::body_limit ? 413
                                                          : 400;
    answer_ = {.response = {.status = status, .content_type = "text/plain"}};
    wire_ = WriteResponse(answer_.response, "close");
    Write(wire_.size(), After::kDrain);
  }

  // Takes what is still coming, within reason: closing at once would reset the
  // connection, and the refusal might never be read.
  void Drain(std::size_t drained) {
    buffer_.clear();
    if (drained > kMaxDrained) return Drop();
    stream_.async_read_some(buffer_.prepare(kReadSize), [self = shared_from_this(), drained](
                                                            error_code error, std::size_t size) {
      if (error) return self->Close();
      self->Drain(drained + size);
    });
  }

  void TakeRequest() {
    const auto& message = parser_->get();
    Request request;
    if (!ReadTarget(std::string_view(message.target()), request)) {
      return RefuseRequest(http::error::bad_target);
    }
    request.method = std::string(message.method_string());
    for (const auto& field : message) {
      request.headers.emplace_back(absl::AsciiStrToLower(std::string(field.name_string())),
                                   std::string(field.value()));
    }
    request.body = message.body();
    keep_alive_ = message.keep_alive();
    answer_ = server_.Handle(request);
    Deliver();
  }

  void Write(std::size_t size, After after) {
    size = std::min(size, wire_.size());
    asio::async_write(stream_, asio::buffer(wire_.data(), size),
                      [self = shared_from_this(), after](error_code error, std::size_t) {
                        if (error) return;
                        if (after == After::kNextRequest) return self->BeginRequest();
                        if (after == After::kReset) return self->Reset();
                        if (after == After::kDrain) return self->Drain(0);
                        self->Close();
                      });
  }

  void Close() {
    stream_.async_shutdown([self = shared_from_this()](error_code) {});
  }

  void Drop() {
    error_code ignored;
    stream_.lowest_layer().close(ignored);
  }

  void Reset() {
    error_code ignored;
    stream_.lowest_layer().set_option(asio::socket_base::linger(true, 0), ignored);
    Drop();
  }

  TlsServer& server_;
  asio::ssl::stream<tcp::socket> stream_;
  boost::beast::flat_buffer buffer_{kMaxHeader + kMaxBody};
  std::optional<http::request_parser<http::string_body>> parser_;
  Answer answer_;
  std::string wire_;
  bool keep_alive_ = true;
};

absl::Status TlsServer::Listen() {
  error_code error;
  tls_.use_certificate_chain(asio::buffer(options_.certificate), error);
  if (!error) tls_.use_private_key(asio::buffer(options_.key), asio::ssl::context::pem, error);
  if (error) return base::MakeError(Reason::kInternal, "server: the certificate was refused");
  SSL_CTX_set_min_proto_version(tls_.native_handle(), TLS1_2_VERSION);
  const tcp::endpoint loopback(asio::ip::address_v4::loopback(),
                               static_cast<std::uint16_t>(options_.port));
  acceptor_.open(loopback.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(loopback, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return base::MakeError(Reason::kInvalidArgument, "server: the port cannot be listened on");
  }
  port_ = acceptor_.local_endpoint(error).port();
  Accept();
  thread_ = std::thread([this] { io_.run(); });
  return absl::OkStatus();
}

void TlsServer::Accept() {
  acceptor_.async_accept([this](error_code error, tcp::socket socket) {
    if (!error) {
      ++accepted_;
      error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      std::make_shared<Session>(*this, std::move(socket), tls_)->Begin();
      return Accept();
    }
    if (error == asio::error::operation_aborted) return;
    // Out of descriptors, most likely: not a reason to spin.
    auto pause = std::make_shared<asio::steady_timer>(io_, std::chrono::milliseconds(100));
    pause->async_wait([this, pause](error_code) { Accept(); });
  });
}

void TlsServer::LetGo() {
  for (const auto& session : std::exchange(held_, {})) session->Deliver();
}

void TlsServer::WakeSleepers() {
  const absl::Time now = options_.now();
  auto sleepers = std::exchange(sleepers_, {});
  absl::Time next = absl::InfiniteFuture();
  for (auto& [due, session] : sleepers) {
    if (due <= now) {
      session->Deliver();
    } else {
      next = std::min(next, due);
      sleepers_.emplace_back(due, std::move(session));
    }
  }
  if (sleepers_.empty()) return;
  // A clock that stands still wakes nobody; moving it calls ClockMoved().
  alarm_.expires_after(absl::ToChronoMilliseconds(next - now) + std::chrono::milliseconds(1));
  alarm_.async_wait([this](error_code error) {
    if (!error) WakeSleepers();
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options) {
  auto server = std::make_unique<TlsServer>(std::move(options));
  JOINPASS_RETURN_IF_ERROR(server->Listen());
  return server;
}

}  // namespace joinpass::fake_zoom
