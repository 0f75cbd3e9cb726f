#include "http/errors.h"

#include <doctest/doctest.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include "joinpass/reason.h"

namespace joinpass::http {
namespace {

namespace error = boost::asio::error;
using boost::system::error_code;

Failure At(Phase phase, error_code code, Ended ended = Ended::kNo) {
  Failure failure;
  failure.phase = phase;
  failure.error = code;
  failure.ended = ended;
  return failure;
}

TEST_SUITE("An error of the network") {
  TEST_CASE("has a reason by what failed") {
    const error_code tls(SSL_R_WRONG_VERSION_NUMBER, error::get_ssl_category());
    CHECK(ReasonOf(StatusOf(At(Phase::kLookUp, error::host_not_found))) ==
          Reason::kNetworkUnreachable);
    CHECK(ReasonOf(StatusOf(At(Phase::kConnect, error::connection_refused))) ==
          Reason::kNetworkUnreachable);
    CHECK(ReasonOf(StatusOf(At(Phase::kHandshake, error::connection_reset))) ==
          Reason::kNetworkUnreachable);
    CHECK(ReasonOf(StatusOf(At(Phase::kHandshake, tls))) == Reason::kTlsFailed);
    CHECK(ReasonOf(StatusOf(At(Phase::kRead, boost::asio::ssl::error::stream_truncated))) ==
          Reason::kNetworkUnreachable);
    Failure refused = At(Phase::kHandshake, tls);
    refused.certificate = CertificateFault(X509_V_ERR_HOSTNAME_MISMATCH);
    CHECK(ReasonOf(StatusOf(refused)) == Reason::kTlsFailed);
    CHECK(StatusOf(refused).message() == "http: the certificate is for another name");
  }

  TEST_CASE("is the deadline's, or the closing client's, whatever the socket says") {
    for (const error_code code : {error_code(), error_code(error::operation_aborted)}) {
      CHECK(ReasonOf(StatusOf(At(Phase::kRead, code, Ended::kDeadline))) ==
            Reason::kDeadlineExceeded);
      CHECK(ReasonOf(StatusOf(At(Phase::kRead, code, Ended::kClosing))) == Reason::kCancelled);
    }
    CHECK(StatusOf(At(Phase::kRead, {}, Ended::kDeadline)).message() ==
          "http: the deadline passed while reading the answer");
  }

  TEST_CASE("says in a few words what failed, and when") {
    CHECK(StatusOf(At(Phase::kLookUp, error::host_not_found)).message() ==
          "http: the name has no address");
    CHECK(StatusOf(At(Phase::kConnect, error::connection_refused)).message() ==
          "http: the connection was refused while connecting");
    CHECK(StatusOf(At(Phase::kRead, error::connection_reset)).message() ==
          "http: the connection was reset while reading the answer");
  }

  TEST_CASE("says whether the request left") {
    Failure failure = At(Phase::kRead, error::eof);
    CHECK_FALSE(GetErrorInfo(StatusOf(failure))->request_left);
    failure.request_left = true;
    CHECK(GetErrorInfo(StatusOf(failure))->request_left);
    CHECK_FALSE(GetErrorInfo(WithRequestLeft(StatusOf(failure), false))->request_left);
  }
}

}  // namespace
}  // namespace joinpass::http
