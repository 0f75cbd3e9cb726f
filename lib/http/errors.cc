#include "http/errors.h"

#include <openssl/x509_vfy.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/exceptions.h"
#include "base/status.h"
#include "base/text.h"

namespace joinpass::http {
namespace {

std::string_view Doing(Phase phase) {
  switch (phase) {
    case Phase::kLookUp:
      return "looking up the name";
    case Phase::kConnect:
      return "connecting";
    case Phase::kProxy:
      return "asking the proxy";
    case Phase::kHandshake:
      return "in the TLS handshake";
    case Phase::kWrite:
      return "sending the request";
    case Phase::kRead:
      return "reading the answer";
    case Phase::kTurn:
      return "waiting for a free socket";
  }
  return "";
}

bool IsTls(const boost::system::error_code& error) {
  return error.category() == boost::asio::error::get_ssl_category();
}

std::string_view NetworkFault(const Failure& failure) {
  namespace error = boost::asio::error;
  if (failure.error == error::connection_refused) return "the connection was refused";
  if (failure.error == error::connection_reset || failure.error == error::broken_pipe) {
    return "the connection was reset";
  }
  if (failure.error == error::eof) return "the connection was closed";
  if (failure.error == boost::asio::ssl::error::stream_truncated) return "the connection was cut";
  return "the network failed";
}

}  // namespace

absl::Status StatusOf(const Failure& failure) {
  ErrorInfo info;
  info.request_left = failure.request_left;
  const absl::string_view doing = base::ToAbsl(Doing(failure.phase));
  if (failure.ended == Ended::kClosing) {
    info.reason = Reason::kCancelled;
    return base::MakeError(info, absl::StrCat("http: the client closed while ", doing));
  }
  if (failure.ended == Ended::kDeadline) {
    info.reason = Reason::kDeadlineExceeded;
    return base::MakeError(info, absl::StrCat("http: the deadline passed while ", doing));
  }
  if (!failure.certificate.empty()) {
    info.reason = Reason::kTlsFailed;
    return base::MakeError(info, absl::StrCat("http: ", failure.certificate));
  }
  if (IsTls(failure.error)) {
    info.reason = Reason::kTlsFailed;
    return base::MakeError(info, absl::StrCat("http: TLS failed while ", doing));
  }
  info.cause = base::ExhaustedBy(failure.error);
  if (info.cause != Cause::kNone) {
    info.reason = Reason::kResourcesExhausted;
    return base::MakeError(info,
                           absl::StrCat("http: the process has none left of ",
                                        std::string(CauseName(info.cause)), " while ", doing));
  }
  info.reason = Reason::kNetworkUnreachable;
  if (failure.phase == Phase::kLookUp)
    return base::MakeError(info, "http: the name has no address");
  return base::MakeError(
      info, absl::StrCat("http: ", base::ToAbsl(NetworkFault(failure)), " while ", doing));
}

absl::Status WithRequestLeft(const absl::Status& status, bool request_left) {
  ErrorInfo info = GetErrorInfo(status).value_or(ErrorInfo());
  info.request_left = request_left;
  return base::WithInfo(status, info);
}

std::string CertificateFault(long verify_result) {
  switch (verify_result) {
    case X509_V_OK:
      return "";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "the certificate is for another name";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "the certificate has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "the certificate is not valid yet";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "the certificate is not signed by an authority we trust";
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return "the certificate is too weak";
    default:
      return absl::StrCat("the certificate was refused (X.509 error ", verify_result, ")");
  }
}

}  // namespace joinpass::http
