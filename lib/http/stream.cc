#include "http/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "base/wipe.h"
#include "http/errors.h"
#include "http/loop_context.h"
#include "http/public_address.h"

namespace joinpass::http {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

// One TLS record.
constexpr std::size_t kReadSize = 16 * 1024;
constexpr std::chrono::milliseconds kLinger{500};

// What was sent on a kept socket and is not acknowledged for so long breaks the connection: one
// whose way has gone, at a firewall that forgot it for example, is then known to be stale in time.
// A new one has its way, and may carry a refresh token, which is worth more patience.
using UserTimeout = boost::asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;
constexpr int kUnacknowledged = 3'000;  // milliseconds
constexpr int kTurnsToHear = 2;
constexpr int kMostTurns = 64;

class AsioStream final : public Stream {
 public:
  explicit AsioStream(IoLoop& loop) : io_(loop.context().io), socket_(io_), linger_(io_) {}

  ~AsioStream() override { base::Wipe(buffer_.data(), buffer_.size()); }

  void Connect(const Address& address, Done done) override {
    tcp::endpoint endpoint;
    endpoint.resize(address.size);
    std::memcpy(endpoint.data(), &address.storage, address.size);
    if (const error_code refused = OpenSocket(endpoint.protocol())) {
      boost::asio::post(io_, [refused, done = std::move(done)]() mutable { done(refused); });
      return;
    }
    socket_.async_connect(endpoint,
                          [self = Self(), done = std::move(done)](error_code error) mutable {
                            error_code ignored;
                            if (!error) self->socket_.set_option(tcp::no_delay(true), ignored);

                            done(error);
                          });
  }

  void Handshake(const TlsContext& context, const message::Origin& origin,
                 std::shared_ptr<Tickets> tickets, Done done) override {
    sink_.tickets = std::move(tickets);
    sink_.origin = origin;
    auto ssl = MakeSsl(context, origin, sink_);
    if (!ssl) {
      boost::asio::post(
          io_, [done = std::move(done)]() mutable { done(boost::asio::error::no_memory); });
      return;
    }
    tls_.emplace(socket_, ssl.release());
    // Asio has each read give its 16 KiB back, which are overwritten then: a quarter of all work.
    SSL_clear_mode(Ssl(), SSL_MODE_RELEASE_BUFFERS);
    tls_->async_handshake(
        boost::asio::ssl::stream_base::client,
        [self = Self(), done = std::move(done)](error_code error) mutable { done(error); });
  }

  std::string CertificateFault() const override {
    if (!tls_) return "";
    return http::CertificateFault(SSL_get_verify_result(Ssl()));
  }

  bool Resumed() const override { return tls_ && SSL_session_reused(Ssl()) == 1; }

  void Write(std::string_view bytes, Done done) override {
    auto next = [self = Self(), bytes, done = std::move(done)](error_code error,
                                                               std::size_t size) mutable {
      if (error || size == bytes.size()) return done(error);
      self->Write(bytes.substr(size), std::move(done));
    };
    const auto buffer = boost::asio::buffer(bytes.data(), bytes.size());
    if (tls_) {
      tls_->async_write_some(buffer, std::move(next));
    } else {
      socket_.async_write_some(buffer, std::move(next));
    }
  }

  void Read(Done done) override {
    watcher_ = nullptr;
    reader_ = std::move(done);
    if (!ended_) return StartRead();
    boost::asio::post(io_, [self = Self()] { self->Deliver(); });
  }

  std::string_view received() const override { return {buffer_.data(), received_}; }

  void Listen(absl::AnyInvocable<void(bool)> done) override {
    watcher_ = nullptr;
    if (!ended_) StartRead();
    Look(std::move(done), 0);
  }

  void Watch(absl::AnyInvocable<void(Stream&)> event) override {
    watcher_ = std::move(event);
    if (!std::exchange(is_kept_, true)) {
      error_code ignored;
      socket_.set_option(UserTimeout(kUnacknowledged), ignored);
    }
    StartRead();
  }

  void Shutdown() override {
    watcher_ = nullptr;
    if (!tls_ || SSL_is_init_finished(Ssl()) != 1) return Close();
    // The alert leaves inside this call. The peer's own is awaited a moment, as
    // closing over unread bytes would reset the connection under the alert.
    linger_.expires_after(kLinger);
    linger_.async_wait([self = Self()](error_code) { self->Close(); });
    tls_->async_shutdown([self = Self()](error_code) { self->linger_.cancel(); });
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }

  void Close() override {
    watcher_ = nullptr;
    error_code ignored;
    // To close alone would leave it open at the peer while a forked child has it.
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

 private:
  std::shared_ptr<AsioStream> Self() {
    return std::static_pointer_cast<AsioStream>(shared_from_this());
  }

  SSL* Ssl() const { return const_cast<AsioStream*>(this)->tls_->native_handle(); }

  // Asio's own sockets would be inherited by every program that the host starts.
  error_code OpenSocket(const tcp& protocol) {
    const int fd = ::socket(protocol.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return {errno, boost::system::system_category()};
    error_code error;
    socket_.assign(protocol, fd, error);
    if (error) ::close(fd);
    return error;
  }

  bool HasUnread() {
    char byte = 0;
    const ssize_t size =
        ::recv(socket_.native_handle(), &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT);
    return size >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }

  // What is in the TLS layer comes to the read within two turns; what is in the
  // kernel may be of the TLS layer alone (tickets), which only reading it tells.
  void Look(absl::AnyInvocable<void(bool)> done, int turns) {
    if (ended_) return done(false);
    if (turns >= kTurnsToHear && !HasUnread()) return done(true);
    if (turns == kMostTurns) return done(false);
    boost::asio::post(io_, [self = Self(), done = std::move(done), turns]() mutable {
      self->Look(std::move(done), turns + 1);
    });
  }

  void StartRead() {
    if (std::exchange(reading_, true)) return;
    base::Wipe(buffer_.data(), received_);
    received_ = 0;
    auto done = [self = Self()](error_code error, std::size_t size) { self->OnRead(error, size); };
    const auto buffer = boost::asio::buffer(buffer_.data(), buffer_.size());
    if (tls_) {
      tls_->async_read_some(buffer, std::move(done));
    } else {
      socket_.async_read_some(buffer, std::move(done));
    }
  }

  void OnRead(error_code error, std::size_t size) {
    reading_ = false;
    received_ = size;
    ended_ = error;
    if (reader_) {
      Deliver();
    } else if (watcher_) {
      std::exchange(watcher_, nullptr)(*this);
    }
  }

  void Deliver() {
    const error_code error = *std::exchange(ended_, std::nullopt);
    std::exchange(reader_, nullptr)(error);
  }

  boost::asio::io_context& io_;
  tcp::socket socket_;
  boost::asio::steady_timer linger_;
  TicketSink sink_;
  std::optional<boost::asio::ssl::stream<tcp::socket&>> tls_;
  std::array<char, kReadSize> buffer_ = {};
  std::size_t received_ = 0;
  bool reading_ = false;
  bool is_kept_ = false;
  std::optional<error_code> ended_;  // How a read ended that nobody asked for yet.
  Done reader_;
  absl::AnyInvocable<void(Stream&)> watcher_;
};

}  // namespace

bool IsPublic(const Address& address) {
  if (address.storage.ss_family == AF_INET) {
    sockaddr_in ipv4 = {};
    std::memcpy(&ipv4, &address.storage, sizeof(ipv4));
    Ipv4Bytes bytes = {};
    std::memcpy(bytes.data(), &ipv4.sin_addr, bytes.size());
    return IsPublicAddress(bytes);
  }
  if (address.storage.ss_family != AF_INET6) return false;
  sockaddr_in6 ipv6 = {};
  std::memcpy(&ipv6, &address.storage, sizeof(ipv6));
  Ipv6Bytes bytes = {};
  std::memcpy(bytes.data(), &ipv6.sin6_addr, bytes.size());
  return IsPublicAddress(bytes);
}

bool ReadNumeric(const std::string& host, std::uint16_t port, Address& address) {
  error_code error;
  const tcp::endpoint endpoint(boost::asio::ip::make_address(host, error), port);
  if (error) return false;
  address.size = static_cast<socklen_t>(endpoint.size());
  std::memcpy(&address.storage, endpoint.data(), endpoint.size());
  return true;
}

std::string WriteNumeric(const Address& address) {
  tcp::endpoint endpoint;
  endpoint.resize(address.size);
  std::memcpy(endpoint.data(), &address.storage, address.size);
  return endpoint.address().to_string();
}

std::shared_ptr<Stream> MakeStream(IoLoop& loop) { return std::make_shared<AsioStream>(loop); }

}  // namespace joinpass::http
