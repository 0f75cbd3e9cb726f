#include "integration/keeper/line.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "base/text.h"
#include "support/certificates.h"

namespace joinpass::testing {

Line::Line(int port, Kind kind) {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  REQUIRE(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  open_ = true;
  if (kind == Kind::kPlain) return;
  context_ = SSL_CTX_new(TLS_client_method());
  REQUIRE(SSL_CTX_load_verify_file(context_, TestCa::Get().file().c_str()) == 1);
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
  tls_ = SSL_new(context_);
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_), "127.0.0.1");
  SSL_set_fd(tls_, fd_);
  open_ = SSL_connect(tls_) == 1;
}

Line::~Line() {
  if (tls_ != nullptr) SSL_free(tls_);
  if (context_ != nullptr) SSL_CTX_free(context_);
  close(fd_);
}

bool Line::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent =
        tls_ != nullptr
            ? static_cast<ssize_t>(SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size())))
            : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Line::Fill() {
  std::array<char, 4096> bytes = {};
  const auto size =
      tls_ != nullptr
          ? static_cast<ssize_t>(SSL_read(tls_, bytes.data(), static_cast<int>(bytes.size())))
          : recv(fd_, bytes.data(), bytes.size(), 0);
  if (size <= 0) return false;
  come_.append(bytes.data(), static_cast<std::size_t>(size));
  return true;
}

std::string Line::ReceiveHeader() {
  std::size_t end = std::string::npos;
  while ((end = come_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return std::exchange(come_, {});
  }
  std::string header = come_.substr(0, end + 4);
  come_.erase(0, end + 4);
  return header;
}

std::string Line::Receive() {
  std::string response = ReceiveHeader();
  const std::string length = HeaderOf(response, "Content-Length");
  const auto size = static_cast<std::size_t>(std::atoi(length.c_str()));
  while (come_.size() < size) {
    if (!Fill()) break;
  }
  response += come_.substr(0, size);
  come_.erase(0, size);
  return response;
}

std::string Line::ReceiveAll() {
  while (Fill()) {
  }
  return std::exchange(come_, {});
}

std::string RequestText(std::string_view start, std::string_view body, std::string_view more) {
  std::string text =
      absl::StrCat(base::ToAbsl(start), " HTTP/1.1\r\nHost: localhost\r\n", base::ToAbsl(more));
  if (!body.empty()) absl::StrAppend(&text, "Content-Length: ", body.size(), "\r\n");
  return absl::StrCat(text, "\r\n", base::ToAbsl(body));
}

int StatusOf(std::string_view response) {
  return response.size() < 12 ? 0 : std::atoi(std::string(response.substr(9, 3)).c_str());
}

std::string BodyOf(std::string_view response) {
  const std::size_t end = response.find("\r\n\r\n");
  return end == std::string_view::npos ? "" : std::string(response.substr(end + 4));
}

std::string HeaderOf(std::string_view response, std::string_view name) {
  const std::string mark = absl::StrCat("\r\n", base::ToAbsl(name), ": ");
  const std::size_t at = response.find(mark);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = response.substr(at + mark.size());
  return std::string(rest.substr(0, rest.find("\r\n")));
}

}  // namespace joinpass::testing
