#include "fake_zoom/browser.h"

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <boost/url/parse.hpp>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "base/text.h"
#include "fake_zoom/consent_page.h"
#include "fake_zoom/message.h"
#include "fake_zoom/no_sigpipe.h"

namespace joinpass::fake_zoom {
namespace {

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;
using Connection = std::unique_ptr<BIO, FreeBio>;

constexpr std::size_t kMaxAnswer = 4 << 20;

struct Place {
  bool is_https = true;
  std::string host = {};  // "127.0.0.1"
  std::string port = {};
  std::string target = {};
};

absl::StatusOr<Place> ReadUrl(std::string_view text) {
  const auto url = boost::urls::parse_uri(text);
  const bool is_https = url && url->scheme() == "https";
  const bool is_near = url && url->scheme() == "http" && url->encoded_host() == "127.0.0.1";
  if (!is_https && !is_near) {
    return base::MakeError(Reason::kInvalidArgument, "consent: not an https url");
  }
  return Place{.is_https = is_https,
               .host = std::string(url->encoded_host_address()),
               .port = url->has_port() ? std::string(url->port())
                       : is_https      ? "443"
                                       : "80",
               .target = std::string(url->encoded_target())};
}

absl::StatusOr<Context> Trust(std::string_view ca_file) {
  Context context(SSL_CTX_new(TLS_client_method()));
  if (!context ||
      SSL_CTX_load_verify_locations(context.get(), std::string(ca_file).c_str(), nullptr) != 1) {
    return base::MakeError(Reason::kTlsFailed, "consent: the ca file cannot be read");
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  return context;
}

void BoundWaiting(BIO* connection) {
  int socket = -1;
  BIO_get_fd(connection, &socket);
  const timeval bound = {.tv_sec = 10, .tv_usec = 0};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof bound);
}

absl::StatusOr<Connection> Dial(SSL_CTX* context, const Place& place) {
  Connection plain(BIO_new_connect(absl::StrCat(place.host, ":", place.port).c_str()));
  if (!plain || BIO_do_connect(plain.get()) != 1) {
    return base::MakeError(Reason::kNetworkUnreachable, "consent: nobody answers there");
  }
  BoundWaiting(plain.get());
  if (!place.is_https) return plain;
  Connection tls(BIO_new_ssl(context, 1));
  SSL* ssl = nullptr;
  BIO_get_ssl(tls.get(), &ssl);
  X509_VERIFY_PARAM* param = SSL_get0_param(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(param, place.host.c_str()) != 1) {
    X509_VERIFY_PARAM_set1_host(param, place.host.c_str(), 0);
    SSL_set_tlsext_host_name(ssl, place.host.c_str());
  }
  BIO_push(tls.get(), plain.release());
  if (BIO_do_handshake(tls.get()) != 1) {
    return base::MakeError(Reason::kTlsFailed, "consent: the certificate was refused");
  }
  return tls;
}

// Sends `request`, which says `Connection: close`, and reads to the end.
absl::StatusOr<std::string> Exchange(SSL_CTX* context, const Place& place,
                                     const std::string& request) {
  const NoSigPipe no_sigpipe;
  JOINPASS_ASSIGN_OR_RETURN(const Connection line, Dial(context, place));
  if (BIO_write(line.get(), request.data(), static_cast<int>(request.size())) !=
      static_cast<int>(request.size())) {
    return base::MakeError(Reason::kNetworkUnreachable, "consent: the connection broke");
  }
  std::string answer;
  char part[4096];
  for (int size = 0; (size = BIO_read(line.get(), part, sizeof part)) > 0;) {
    answer.append(part, static_cast<std::size_t>(size));
    if (answer.size() > kMaxAnswer) break;
  }
  if (!absl::StartsWith(answer, "HTTP/1.1 ") || !absl::StrContains(answer, "\r\n\r\n")) {
    return base::MakeError(Reason::kNetworkUnreachable, "consent: the answer broke off");
  }
  return answer;
}

int StatusOf(const std::string& answer) {
  int status = 0;
  return absl::SimpleAtoi(answer.substr(9, 3), &status) ? status : 0;
}

std::string BodyOf(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

std::string HeaderOf(const std::string& answer, std::string_view name) {
  const auto begin = answer.find(absl::StrCat("\r\n", base::ToAbsl(name), ": "));
  if (begin == std::string::npos) return "";
  const auto value = begin + name.size() + 4;
  return answer.substr(value, answer.find("\r\n", value) - value);
}

std::string HostOf(const Place& place) {
  return absl::StrCat("Host: ", place.host, ":", place.port, "\r\nConnection: close\r\n");
}

// `more`: further lines of the header.
absl::StatusOr<std::string> Get(SSL_CTX* context, const Place& place,
                                const std::string& more = "") {
  return Exchange(context, place,
                  absl::StrCat("GET ", place.target, " HTTP/1.1\r\n", HostOf(place), more, "\r\n"));
}

absl::Status Refused(const std::string& answer) {
  const std::string body = BodyOf(answer);
  const auto begin = body.find("<h1>");
  const auto end = body.find("</h1>");
  const bool has_title = begin != std::string::npos && end != std::string::npos && begin < end;
  return base::MakeError(
      Reason::kRequestRefused,
      absl::StrCat(
          "consent: http ", StatusOf(answer), ": ",
          has_title ? base::BoundServerText(body.substr(begin + 4, end - begin - 4)) : "no page"));
}

}  // namespace

absl::StatusOr<std::string> Consent(std::string_view ca_file, std::string_view authorize_url,
                                    std::string_view email, Decision decision) {
  JOINPASS_ASSIGN_OR_RETURN(const Place place, ReadUrl(authorize_url));
  if (!place.is_https) return base::MakeError(Reason::kInvalidArgument, "consent: not https");
  JOINPASS_ASSIGN_OR_RETURN(const Context context, Trust(ca_file));
  JOINPASS_ASSIGN_OR_RETURN(const std::string page, Get(context.get(), place));
  if (StatusOf(page) != 200) return Refused(page);
  const std::string form =
      FillConsentForm(BodyOf(page), email, decision == Decision::kAllow ? "allow" : "decline");
  JOINPASS_ASSIGN_OR_RETURN(
      const std::string answer,
      Exchange(context.get(), place,
               absl::StrCat("POST /oauth/consent HTTP/1.1\r\n", HostOf(place),
                            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ",
                            form.size(), "\r\n\r\n", form)));
  if (StatusOf(answer) != 302) return Refused(answer);
  return HeaderOf(answer, "Location");
}

absl::StatusOr<std::string> Connect(std::string_view ca_file, std::string_view connect_url,
                                    std::string_view email) {
  JOINPASS_ASSIGN_OR_RETURN(const Context context, Trust(ca_file));
  JOINPASS_ASSIGN_OR_RETURN(const Place begin, ReadUrl(connect_url));
  JOINPASS_ASSIGN_OR_RETURN(const std::string begun, Get(context.get(), begin));
  if (StatusOf(begun) != 302) return Refused(begun);
  JOINPASS_ASSIGN_OR_RETURN(const std::string back,
                            Consent(ca_file, HeaderOf(begun, "Location"), email));
  JOINPASS_ASSIGN_OR_RETURN(const Place end, ReadUrl(back));
  const std::string cookie = HeaderOf(begun, "Set-Cookie");
  const std::string sent_back =
      absl::StrCat("Cookie: ", cookie.substr(0, cookie.find(';')), "\r\n");
  JOINPASS_ASSIGN_OR_RETURN(const std::string page, Get(context.get(), end, sent_back));
  return StatusOf(page) == 200 ? absl::StatusOr<std::string>(BodyOf(page)) : Refused(page);
}

}  // namespace joinpass::fake_zoom
