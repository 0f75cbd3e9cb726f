#include "support/tls_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "support/loopback.h"

namespace joinpass::testing {
namespace {

void Require(bool held) {
  if (!held) std::abort();
}

std::size_t BodySize(const std::string& head) {
  const std::size_t at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + 16, nullptr, 10);
}

void UseDhGroup(SSL_CTX* context, const std::string& group) {
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> maker(
      EVP_PKEY_CTX_new_from_name(nullptr, "DH", nullptr), &EVP_PKEY_CTX_free);
  std::string name = group;
  const std::array<OSSL_PARAM, 2> wanted = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name.data(), 0),
      OSSL_PARAM_construct_end()};
  EVP_PKEY* parameters = nullptr;
  Require(EVP_PKEY_keygen_init(maker.get()) == 1 &&
          EVP_PKEY_CTX_set_params(maker.get(), wanted.data()) == 1 &&
          EVP_PKEY_generate(maker.get(), &parameters) == 1 &&
          SSL_CTX_set0_tmp_dh_pkey(context, parameters) == 1);
}

}  // namespace

void Gate::Open() {
  base::MutexLock lock(mutex_);
  open_ = true;
  opened_.NotifyAll();
}

void Gate::Wait() {
  base::MutexLock lock(mutex_);
  while (!open_) opened_.Wait(mutex_);
}

BlackHole::BlackHole() {
  sockets_.push_back(ListenOnLoopback(port_, 0));
  const sockaddr_in address = Loopback(port_);
  // Until one finds no place any more.
  for (;;) {
    const int filler = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockets_.push_back(filler);
    connect(filler, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    pollfd connected = {filler, POLLOUT, 0};
    if (poll(&connected, 1, 20) == 0) break;
  }
}

BlackHole::~BlackHole() {
  for (const int socket : sockets_) close(socket);
}

int ClosedPort() {
  int port = 0;
  close(ListenOnLoopback(port, 1));
  return port;
}

TlsServer::Connection::Connection(TlsServer& server, int socket, int index)
    : server_(server), socket_(socket), index_(index) {
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

TlsServer::Connection::~Connection() = default;

bool TlsServer::Connection::Shake() {
  if (server_.options_.layer == TlsServerOptions::Layer::kPlain) return true;
  ssl_.reset(SSL_new(server_.context_.get()));
  SSL_set_fd(ssl_.get(), socket_);
  const bool shaken = SSL_accept(ssl_.get()) == 1;
  ERR_clear_error();
  base::MutexLock lock(server_.mutex_);
  if (!shaken) return false;
  ++server_.counts_.handshakes;
  if (SSL_session_reused(ssl_.get()) == 1) ++server_.counts_.resumptions;
  return true;
}

int TlsServer::Connection::Read(char* bytes, int size) {
  if (!ssl_) return static_cast<int>(recv(socket_, bytes, static_cast<std::size_t>(size), 0));
  const int got = SSL_read(ssl_.get(), bytes, size);
  const bool notified = got <= 0 && SSL_get_error(ssl_.get(), got) == SSL_ERROR_ZERO_RETURN;
  ERR_clear_error();
  base::MutexLock lock(server_.mutex_);
  if (notified) ++server_.counts_.closed_properly;
  return got;
}

bool TlsServer::Connection::Fill() {
  std::array<char, 4096> bytes;
  const int got = Read(bytes.data(), static_cast<int>(bytes.size()));
  if (got <= 0) return false;
  pending_.append(bytes.data(), static_cast<std::size_t>(got));
  base::MutexLock lock(server_.mutex_);
  server_.counts_.application_bytes += static_cast<std::size_t>(got);
  return true;
}

std::string TlsServer::Connection::ReadRequest() {
  std::size_t head = 0;
  while ((head = pending_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return "";
  }
  const std::size_t size = head + 4 + BodySize(pending_.substr(0, head));
  while (pending_.size() < size) {
    if (!Fill()) return "";
  }
  std::string request = pending_.substr(0, size);
  pending_.erase(0, size);
  base::MutexLock lock(server_.mutex_);
  server_.counts_.requests.push_back(request);
  return request;
}

bool TlsServer::Connection::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const int sent =
        ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
             : static_cast<int>(send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    ERR_clear_error();
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool TlsServer::Connection::SendSlowly(std::string_view bytes, std::chrono::milliseconds gap) {
  for (const char& byte : bytes) {
    if (!Send({&byte, 1})) return false;
    // Ends early when the peer leaves or the server stops.
    pollfd gone = {socket_, POLLRDHUP, 0};
    if (poll(&gone, 1, static_cast<int>(gap.count())) > 0) return false;
  }
  return true;
}

void TlsServer::Connection::WaitForEnd() {
  while (Fill()) {
  }
}

bool TlsServer::Connection::Renegotiate() {
  const bool done = SSL_renegotiate(ssl_.get()) == 1 && SSL_do_handshake(ssl_.get()) == 1 &&
                    SSL_peek(ssl_.get(), nullptr, 0) >= 0 &&
                    SSL_renegotiate_pending(ssl_.get()) == 0;
  ERR_clear_error();
  return done;
}

void TlsServer::Connection::Close() {
  if (ssl_) SSL_shutdown(ssl_.get());
  ERR_clear_error();
  Cut();
}

void TlsServer::Connection::Cut() { shutdown(socket_, SHUT_WR); }

void TlsServer::Connection::Reset() {
  const linger at_once = {1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

TlsServer::TlsServer(Script script, TlsServerOptions options)
    : script_(std::move(script)), options_(std::move(options)) {
  const Identity identity = TestCa::Get().Issue(options_.flaw, options_.names, options_.rsa_bits);
  context_.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* const context = context_.get();
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
  Require(SSL_CTX_set_min_proto_version(context, TLS1_VERSION) == 1 &&
          SSL_CTX_set_max_proto_version(context, options_.newest_tls) == 1 &&
          SSL_CTX_use_certificate(context, identity.certificate.get()) == 1 &&
          SSL_CTX_use_PrivateKey(context, identity.key.get()) == 1);
  Require(options_.ciphers.empty() ||
          SSL_CTX_set_cipher_list(context, options_.ciphers.c_str()) == 1);
  if (!options_.dh_group.empty()) UseDhGroup(context, options_.dh_group);
  listener_ = ListenOnLoopback(port_, 64);
  if (const int size = options_.receive_buffer; size > 0) {
    Require(setsockopt(listener_, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) == 0);
  }
  acceptor_ = std::thread([this] { Accept(); });
}

void TlsServer::Stop() {
  {
    base::MutexLock lock(mutex_);
    if (std::exchange(stopping_, true)) return;
    for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
  }
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  close(listener_);
}

void TlsServer::Accept() {
  for (;;) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    base::MutexLock lock(mutex_);
    if (stopping_) {
      close(socket);
      return;
    }
    ++counts_.accepted;
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket] { Serve(socket); });
  }
}

void TlsServer::Serve(int socket) {
  // OpenSSL writes without MSG_NOSIGNAL. In this thread only: the client's must never raise it.
  sigset_t pipe_signal;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);
  {
    int index = 0;
    {
      base::MutexLock lock(mutex_);
      index = counts_.accepted - 1;
    }
    Connection connection(*this, socket, index);
    if (options_.mute) {
      pollfd gone = {socket, POLLRDHUP, 0};
      while (poll(&gone, 1, -1) > 0 && (gone.revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0) {
      }
    } else if (connection.Shake()) {
      script_(connection);
    }
  }
  base::MutexLock lock(mutex_);
  std::erase(sockets_, socket);
  close(socket);
}

std::string TlsServer::origin() const {
  const bool tls = options_.layer == TlsServerOptions::Layer::kTls;
  return (tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_);
}

std::string TlsServer::named_origin() const { return "https://localhost:" + std::to_string(port_); }

int TlsServer::accepted() {
  base::MutexLock lock(mutex_);
  return counts_.accepted;
}

int TlsServer::handshakes() {
  base::MutexLock lock(mutex_);
  return counts_.handshakes;
}

int TlsServer::resumptions() {
  base::MutexLock lock(mutex_);
  return counts_.resumptions;
}

int TlsServer::closed_properly() {
  base::MutexLock lock(mutex_);
  return counts_.closed_properly;
}

std::size_t TlsServer::application_bytes() {
  base::MutexLock lock(mutex_);
  return counts_.application_bytes;
}

std::vector<std::string> TlsServer::requests() {
  base::MutexLock lock(mutex_);
  return counts_.requests;
}

}  // namespace joinpass::testing
