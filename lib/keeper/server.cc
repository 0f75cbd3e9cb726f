#include "keeper/server.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
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
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <thread>
#include <type_traits>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/exceptions.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/text.h"
#include "base/thread.h"
#include "base/wipe.h"
#include "keeper/response_text.h"

namespace joinpass::keeper {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using TlsStream = asio::ssl::stream<tcp::socket>;

constexpr std::size_t kReadSize = 16 * 1024;
// Between two looks at the clock.
constexpr absl::Duration kLongestWait = absl::Seconds(1);

// Of a request that is refused: so much of it is still taken, so that the refusal is read.
constexpr std::size_t kMostDrained = 1024 * 1024;

void Wipe(Request& request) {
  base::Wipe(request.target);
  base::Wipe(request.body);
  for (auto& [name, value] : request.headers) base::Wipe(value);
}

// A connection, whatever it speaks. Its calls are made on the server's thread.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual void Begin() = 0;
  virtual void Retire() = 0;  // answers what has come, and takes no more
  virtual void Drop() = 0;
};

class HttpServer final : public Server {
 public:
  explicit HttpServer(ServerOptions options)
      : options_(std::move(options)), working_(work_.get_executor()) {}
  ~HttpServer() override;

  absl::Status Open();

  int port() const override { return port_; }
  absl::Status Serve(Handler handler) override;
  absl::Status Stop(absl::Duration timeout) override;

  const ServerOptions& options() const { return options_; }
  bool is_stopping() const { return stopping_; }

  // Answers on a worker, and brings the answer back to the server's thread.
  template <typename Done>
  void Handle(Request request, Done done) {
    asio::post(work_, [this, request = std::move(request), done = std::move(done)]() mutable {
      Response response = Answered(request);
      Wipe(request);
      // Moved: a connection must not end on this thread.
      asio::post(io_, [response = std::move(response), done = std::move(done)]() mutable {
        done(std::move(response));
      });
    });
  }

  void Join(Connection* connection) {
    base::MutexLock lock(mutex_);
    connections_.insert(connection);
  }
  void Leave(Connection* connection);

 private:
  Response Answered(const Request& request) const;
  void Accept();
  void TakeSocket(tcp::socket socket);
  bool IsFull() {
    base::MutexLock lock(mutex_);
    return connections_.size() >= static_cast<std::size_t>(options_.most_connections);
  }
  std::vector<Connection*> Connections() {
    base::MutexLock lock(mutex_);
    return {connections_.begin(), connections_.end()};
  }
  bool AwaitNone(absl::Duration timeout);

  const ServerOptions options_;
  Handler handler_;        // as it is when threads begin
  asio::io_context work_;  // what blocks
  asio::executor_work_guard<asio::io_context::executor_type> working_;
  asio::io_context io_{1};
  std::optional<asio::ssl::context> tls_;
  tcp::acceptor acceptor_{io_};
  asio::steady_timer pause_{io_};
  bool accepting_ = false;  // on the server's thread, as is this:
  bool stopping_ = false;
  std::atomic<bool> abandoned_ = false;  // nobody waits for answers any more
  int port_ = 0;

  base::Mutex mutex_;
  base::CondVar left_;
  std::set<Connection*> connections_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> workers_;
  std::thread loop_;
};

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

// Lives as long as something is under way on it.
template <typename Stream>
class Session final : public Connection, public std::enable_shared_from_this<Session<Stream>> {
 public:
  template <typename... Args>
  Session(HttpServer& server, tcp::socket socket, Args&... args)
      : server_(server),
        timer_(socket.get_executor()),
        stream_(std::move(socket), args...),
        buffer_(kReadSize + server.options().largest_header + server.options().largest_body) {
    server_.Join(this);
  }
  ~Session() override { server_.Leave(this); }

  void Begin() override {
    Expire(server_.options().longest_transfer);
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](error_code error) {
                                if (error) return self->Drop();
                                self->BeginRequest();
                              });
    } else {
      BeginRequest();
    }
  }

  void Retire() override {
    keep_alive_ = false;
    if (idle_) Drop();
  }

  void Drop() override {
    error_code ignored;
    timer_.cancel();
    stream_.lowest_layer().close(ignored);
  }

 private:
  using Self = std::shared_ptr<Session>;

  // Closes the socket unless what goes on has ended before.
  void Expire(absl::Duration after) {
    timer_.expires_after(absl::ToChronoMilliseconds(after));
    timer_.async_wait([self = std::weak_ptr<Session>(this->shared_from_this())](error_code error) {
      if (error) return;
      if (const Self session = self.lock()) session->Drop();
    });
  }

  void BeginRequest() {
    if (server_.is_stopping() && buffer_.size() == 0) return Close();
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(server_.options().largest_header));
    parser_->body_limit(server_.options().largest_body);
    parser_->eager(true);
    Parse();
  }

  void Read() {
    stream_.async_read_some(buffer_.prepare(kReadSize),
                            [self = this->shared_from_this()](error_code error, std::size_t size) {
                              self->buffer_.commit(size);
                              if (error) return self->Drop();
                              if (std::exchange(self->idle_, false)) {
                                self->Expire(self->server_.options().longest_transfer);
                              }
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
      if (error) return Refuse(StatusOf(error));
    }
    TakeRequest();
  }

  static int StatusOf(error_code error) {
    if (error == http::error::header_limit) return 431;
    return error == http::error::body_limit ? 413 : 400;
  }

  void Refuse(int status) {
    keep_alive_ = false;
    refused_ = true;
    Answer({.status = status});
  }

  void TakeRequest() {
    const auto& message = parser_->get();
    Request request;
    request.method = View(message.method_string());
    request.target = View(message.target());
    if (!request.target.starts_with('/')) return Refuse(400);
    for (const auto& field : message) {
      request.headers.emplace_back(View(field.name_string()), View(field.value()));
    }
    request.body = std::move(parser_->get().body());
    keep_alive_ = keep_alive_ && message.keep_alive();
    is_head_ = message.method() == http::verb::head;
    timer_.cancel();  // the handler has its own deadlines
    server_.Handle(std::move(request), [self = this->shared_from_this()](Response response) {
      self->Answer(response);
    });
  }

  void Answer(const Response& response) {
    keep_alive_ = keep_alive_ && !server_.is_stopping();
    wire_ = ResponseText(response, {.keep_alive = keep_alive_, .with_body = !is_head_});
    Expire(server_.options().longest_transfer);
    asio::async_write(stream_, asio::buffer(wire_),
                      [self = this->shared_from_this()](error_code error, std::size_t) {
                        if (error) return self->Drop();
                        self->AfterAnswer();
                      });
  }

  void AfterAnswer() {
    if (refused_) return Drain(0);
    if (!keep_alive_) return Close();
    idle_ = buffer_.size() == 0;
    if (idle_) Expire(server_.options().longest_idle);
    BeginRequest();
  }

  // To close while more comes would reset the connection, and the refusal would be lost.
  void Drain(std::size_t drained) {
    buffer_.clear();
    if (drained > kMostDrained) return Drop();
    stream_.async_read_some(buffer_.prepare(kReadSize), [self = this->shared_from_this(), drained](
                                                            error_code error, std::size_t size) {
      if (error) return self->Drop();
      self->Drain(drained + size);
    });
  }

  void Close() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      stream_.async_shutdown([self = this->shared_from_this()](error_code) { self->Drop(); });
    } else {
      error_code ignored;
      stream_.shutdown(tcp::socket::shutdown_both, ignored);
      Drop();
    }
  }

  HttpServer& server_;
  asio::steady_timer timer_;
  Stream stream_;
  // A redirect has a code in its target, a webhook passcodes in its body.
  boost::beast::basic_flat_buffer<base::WipingAllocator<char>> buffer_;
  std::optional<http::request_parser<http::string_body, base::WipingAllocator<char>>> parser_;
  std::string wire_;
  bool keep_alive_ = true;
  bool is_head_ = false;
  bool refused_ = false;
  bool idle_ = true;  // nothing of a request has come
};

absl::Status Wrong(std::string_view what) {
  return base::MakeError(Reason::kInvalidArgument, absl::StrCat("server: ", base::ToAbsl(what)));
}

// Modern, and for one purpose.
absl::StatusOr<asio::ssl::context> MakeTls(const ServerOptions& options) {
  asio::ssl::context tls(asio::ssl::context::tls_server);
  error_code error;
  tls.use_certificate_chain_file(options.certificate_file, error);
  if (error) return Wrong("the certificate cannot be read");
  tls.use_private_key_file(options.key_file, asio::ssl::context::pem, error);
  if (error) return Wrong("the certificate's key cannot be read, or is another's");
  SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(tls.native_handle(), SSL_OP_NO_RENEGOTIATION);
  return tls;
}

HttpServer::~HttpServer() {
  (void)Stop(absl::ZeroDuration());
  working_.reset();
  for (std::thread& worker : workers_) worker.join();
  // Each ends on the server's thread, and tells us: so before that and we do.
  (void)AwaitNone(absl::InfiniteDuration());
  io_.stop();
  if (loop_.joinable()) loop_.join();
}

absl::Status HttpServer::Open() {
  error_code error;
  const auto address = asio::ip::make_address(options_.address, error);
  if (error) return Wrong("the address is none");
  if (options_.port < 0 || options_.port > 65535) return Wrong("the port is none");
  if (!options_.certificate_file.empty()) {
    JOINPASS_ASSIGN_OR_RETURN(tls_, MakeTls(options_));
  } else if (!address.is_loopback()) {
    return Wrong("without a certificate it listens on a loopback address only");
  }
  const tcp::endpoint endpoint(address, static_cast<std::uint16_t>(options_.port));
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) return Wrong("the address and port cannot be listened on");
  port_ = acceptor_.local_endpoint(error).port();
  return absl::OkStatus();
}

absl::Status HttpServer::Serve(Handler handler) try {
  if (handler_) return Wrong("it serves already");
  handler_ = std::move(handler);
  for (int i = 0; i < std::max(options_.workers, 1); ++i) {
    workers_.push_back(base::StartThread("joinpass-work", [this] { work_.run(); }));
  }
  // Last: nobody comes in whom nobody answers.
  Accept();
  loop_ = base::StartThread("joinpass-http", [this] {
    const auto guard = asio::make_work_guard(io_);
    io_.run();
  });
  return absl::OkStatus();
} catch (...) {
  return base::StatusOfException();
}

void HttpServer::Accept() {
  accepting_ = !stopping_ && !IsFull();
  if (!accepting_) return;
  acceptor_.async_accept([this](error_code error, tcp::socket socket) {
    if (!error) {
      TakeSocket(std::move(socket));
      return Accept();
    }
    accepting_ = false;
    if (error == asio::error::operation_aborted) return;
    // Out of descriptors, most likely: not a reason to spin.
    pause_.expires_after(std::chrono::milliseconds(100));
    pause_.async_wait([this](error_code) {
      if (!accepting_) Accept();
    });
  });
}

void HttpServer::TakeSocket(tcp::socket socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  if (tls_) {
    std::make_shared<Session<TlsStream>>(*this, std::move(socket), *tls_)->Begin();
  } else {
    std::make_shared<Session<tcp::socket>>(*this, std::move(socket))->Begin();
  }
}

// There is a place again for whoever waits in the kernel's queue.
void HttpServer::Leave(Connection* connection) {
  {
    base::MutexLock lock(mutex_);
    connections_.erase(connection);
    left_.NotifyAll();
  }
  asio::post(io_, [this] {
    if (!accepting_) Accept();
  });
}

Response HttpServer::Answered(const Request& request) const {
  try {
    if (abandoned_) return {.status = 503};
    return handler_(request);
  } catch (...) {
    return {.status = 500};
  }
}

bool HttpServer::AwaitNone(absl::Duration timeout) {
  const SteadyTime until = base::SystemClock().SteadyNow() + timeout;
  base::MutexLock lock(mutex_);
  while (!connections_.empty()) {
    const absl::Duration left = until - base::SystemClock().SteadyNow();
    if (left <= absl::ZeroDuration()) return false;
    left_.WaitFor(mutex_, std::min(left, kLongestWait));
  }
  return true;
}

absl::Status HttpServer::Stop(absl::Duration timeout) {
  asio::post(io_, [this] {
    error_code ignored;
    stopping_ = true;
    acceptor_.close(ignored);
    pause_.cancel();
    for (Connection* connection : Connections()) connection->Retire();
  });
  if (AwaitNone(timeout)) return absl::OkStatus();
  abandoned_ = true;
  asio::post(io_, [this] {
    for (Connection* connection : Connections()) connection->Drop();
  });
  return base::MakeError(Reason::kDeadlineExceeded, "server: requests were still being answered");
}

}  // namespace

std::string_view Request::Find(std::string_view name) const {
  for (const auto& [each, value] : headers) {
    if (absl::EqualsIgnoreCase(each, base::ToAbsl(name))) return value;
  }
  return {};
}

std::string_view Request::path() const {
  const std::string_view whole = target;
  return whole.substr(0, whole.find('?'));
}

absl::StatusOr<std::unique_ptr<Server>> Server::Listen(ServerOptions options) {
  try {
    auto server = std::make_unique<HttpServer>(std::move(options));
    JOINPASS_RETURN_IF_ERROR(server->Open());
    return server;
  } catch (...) {
    return base::StatusOfException();
  }
}

}  // namespace joinpass::keeper
