// A TLS server that says whatever it is told, byte by byte.

#ifndef JOINPASS_TESTS_SUPPORT_TLS_SERVER_H_
#define JOINPASS_TESTS_SUPPORT_TLS_SERVER_H_

#include <openssl/ssl.h>

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "support/certificates.h"

namespace joinpass::testing {

// Shut until somebody opens it. Thread-safe.
class Gate {
 public:
  void Open();
  void Wait();

 private:
  base::Mutex mutex_;
  base::CondVar opened_;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
};

struct TlsServerOptions {
  Flaw flaw = Flaw::kNone;
  std::string names = {};  // See TestCa::Issue.
  unsigned rsa_bits = 0;   // See TestCa::Issue.
  int newest_tls = TLS1_3_VERSION;
  std::string ciphers = {};   // Up to TLS 1.2, as OpenSSL reads them; empty: its own.
  std::string dh_group = {};  // As OpenSSL names it; empty: as the key demands.
  enum class Layer { kTls, kPlain } layer = Layer::kTls;

  // Accepts and says nothing, not even the handshake.
  bool mute = false;

  // Bytes that the system takes in before the script reads; 0: as it likes.
  int receive_buffer = 0;
};

// A port of 127.0.0.1 on which nobody ever answers: its queue is full.
class BlackHole {
 public:
  BlackHole();
  ~BlackHole();
  int port() const { return port_; }

 private:
  int port_ = 0;
  std::vector<int> sockets_;
};

// A port of 127.0.0.1 on which connections are refused.
int ClosedPort();

// Listens on a free port of 127.0.0.1; each connection has a thread, which runs
// the script. Thread-safe.
class TlsServer {
 public:
  // One connection, after its handshake. Blocking; every call gives false, or
  // nothing, once the peer is gone or the server stops.
  class Connection {
   public:
    // Counts from 0, in the order of the handshakes.
    int index() const { return index_; }

    // A whole request, head and body; empty at the end of the connection.
    std::string ReadRequest();
    bool Send(std::string_view bytes);

    // One byte at a time.
    bool SendSlowly(std::string_view bytes, std::chrono::milliseconds gap);

    // Reads, and records, until the peer leaves.
    void WaitForEnd();

    // Asks for another handshake on this connection. False: the client would not.
    bool Renegotiate();

    void Close();  // close_notify, then the end of the stream.
    void Cut();    // The end of the stream alone.
    void Reset();  // RST.

   private:
    friend class TlsServer;
    Connection(TlsServer& server, int socket, int index);
    ~Connection();
    bool Shake();
    int Read(char* bytes, int size);
    bool Fill();

    TlsServer& server_;
    int socket_;
    int index_;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, &SSL_free};
    std::string pending_;
  };
  using Script = std::function<void(Connection&)>;

  explicit TlsServer(Script script, TlsServerOptions options = {});
  ~TlsServer() { Stop(); }

  // Ends every connection and joins their threads: what is counted then stays.
  void Stop();

  int port() const { return port_; }
  std::string origin() const;        // By address.
  std::string named_origin() const;  // By name: localhost.

  int accepted();
  int handshakes();
  int resumptions();
  int closed_properly();  // Connections that the client ended with close_notify.
  std::size_t application_bytes();
  std::vector<std::string> requests();

 private:
  struct Counts {
    int accepted = 0;
    int handshakes = 0;
    int resumptions = 0;
    int closed_properly = 0;
    std::size_t application_bytes = 0;
    std::vector<std::string> requests;
  };

  void Accept();
  void Serve(int socket);

  const Script script_;
  const TlsServerOptions options_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, &SSL_CTX_free};
  int listener_ = -1;
  int port_ = 0;
  base::Mutex mutex_;
  Counts counts_ ABSL_GUARDED_BY(mutex_);
  std::vector<int> sockets_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_SUPPORT_TLS_SERVER_H_
