// Line: one connection to a server of ours, byte by byte.

#ifndef JOINPASS_TESTS_INTEGRATION_KEEPER_LINE_H_
#define JOINPASS_TESTS_INTEGRATION_KEEPER_LINE_H_

#include <openssl/ssl.h>

#include <string>
#include <string_view>

namespace joinpass::testing {

// Blocks. Ends the test if nobody takes the connection.
class Line {
 public:
  enum class Kind { kPlain, kTls };  // TLS: trusts TestCa, and looks for 127.0.0.1

  explicit Line(int port, Kind kind = Kind::kPlain);
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  bool is_open() const { return open_; }  // false: the handshake failed

  // False: the other side has closed.
  bool Send(std::string_view bytes);

  // One response, by its Content-Length; as much of it as comes. Empty: nothing came.
  std::string Receive();
  // The same of a response without a body, whatever its Content-Length says.
  std::string ReceiveHeader();
  // Until the other side closes.
  std::string ReceiveAll();

  // Sends one request and receives.
  std::string Ask(std::string_view request) {
    Send(request);
    return Receive();
  }

 private:
  bool Fill();  // false: it is closed

  int fd_ = -1;
  SSL_CTX* context_ = nullptr;
  SSL* tls_ = nullptr;
  bool open_ = false;
  std::string come_;
};

// "GET target" or "POST target" with a body, and further lines of the header.
std::string RequestText(std::string_view start, std::string_view body = "",
                        std::string_view more = "");

int StatusOf(std::string_view response);
std::string BodyOf(std::string_view response);
// The value of the first header of this name, as it is written; empty: none.
std::string HeaderOf(std::string_view response, std::string_view name);

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_INTEGRATION_KEEPER_LINE_H_
