#include "fake_zoom/sender.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/text.h"

namespace joinpass::fake_zoom {
namespace {

constexpr std::string_view kOrigin = "http://127.0.0.1:";
constexpr absl::Duration kAnswer = absl::Seconds(3);
constexpr std::size_t kLargestAnswer = 64 * 1024;

// Closed at its end.
class Socket {
 public:
  explicit Socket(int port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval most = absl::ToTimeval(kAnswer);
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof(most));
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof(most));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    open_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~Socket() { close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  bool Send(std::string_view bytes) {
    while (open_ && !bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return open_;
  }

  // Until the other side closes, or the time is over.
  std::string ReceiveAll() {
    const SteadyTime until = base::SystemClock().SteadyNow() + kAnswer;
    std::string all;
    std::array<char, 4096> bytes = {};
    while (all.size() < kLargestAnswer && base::SystemClock().SteadyNow() < until) {
      const ssize_t size = recv(fd_, bytes.data(), bytes.size(), 0);
      if (size < 0) return {};
      if (size == 0) return all;
      all.append(bytes.data(), static_cast<std::size_t>(size));
    }
    return {};
  }

 private:
  const int fd_;
  bool open_ = false;
};

std::string RequestText(const WebhookUrl& url, const WebhookDelivery& delivery) {
  return absl::StrCat("POST ", url.path, " HTTP/1.1\r\nHost: 127.0.0.1:", url.port,
                      "\r\nuser-agent: Zoom Marketplace/1.0a\r\n"
                      "content-type: application/json; charset=utf-8\r\n"
                      "x-zm-request-timestamp: ",
                      delivery.timestamp, "\r\nx-zm-signature: ", delivery.signature,
                      "\r\nx-zm-request-id: ", delivery.request_id,
                      "\r\naccept-encoding: gzip\r\nconnection: close\r\ncontent-length: ",
                      delivery.body.size(), "\r\n\r\n", delivery.body);
}

}  // namespace

std::optional<WebhookUrl> ReadWebhookUrl(std::string_view url) {
  if (!url.starts_with(kOrigin)) return std::nullopt;
  const std::string_view rest = url.substr(kOrigin.size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  WebhookUrl read;
  const std::string_view port = rest.substr(0, slash);
  if (!absl::SimpleAtoi(base::ToAbsl(port), &read.port)) return std::nullopt;
  read.path = rest.substr(slash);
  const bool is_clean = read.path.find_first_of(" \r\n") == std::string::npos;
  return is_clean && read.port > 0 && read.port < 65536 ? std::make_optional(read) : std::nullopt;
}

Posted Post(const WebhookUrl& url, const WebhookDelivery& delivery) {
  Socket socket(url.port);
  if (!socket.Send(RequestText(url, delivery))) return {};
  const std::string answer = socket.ReceiveAll();
  const std::size_t header = answer.find("\r\n\r\n");
  if (!answer.starts_with("HTTP/1.") || header == std::string::npos) return {};
  return {.status = std::atoi(answer.substr(9, 3).c_str()), .body = answer.substr(header + 4)};
}

}  // namespace joinpass::fake_zoom
