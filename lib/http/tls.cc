#include "http/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <fstream>
#include <limits>
#include <map>
#include <utility>

#include "base/exceptions.h"
#include "base/mutex.h"
#include "base/status.h"

namespace joinpass::http {
namespace {

constexpr std::size_t kMaxCaFile = 4 << 20;

absl::Status BadCaFile(std::string_view what) {
  return base::MakeError(Reason::kInvalidArgument, std::string("http: ca_file ").append(what));
}

absl::StatusOr<std::string> ReadCaFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return base::SystemError(Reason::kInvalidArgument, "http: ca_file cannot be read", errno);
  }
  std::string text(kMaxCaFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMaxCaFile) return BadCaFile("is too large");
  return text;
}

absl::Status AddCertificates(SSL_CTX* context, const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> source(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  int added = 0;
  for (;;) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr), &X509_free);
    if (!certificate) break;
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get()) == 1) ++added;
  }
  // The end of the text is an error to PEM_read_bio; anything else is one to us.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (added == 0) return BadCaFile("holds no certificate");
  return at_end ? absl::OkStatus() : BadCaFile("holds a malformed certificate");
}

// Not OpenSSL's app_data: Asio keeps, and frees, something of its own there.
int SinkIndex() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

int OnNewSession(SSL* ssl, SSL_SESSION* session) {
  auto* const sink = static_cast<TicketSink*>(SSL_get_ex_data(ssl, SinkIndex()));
  if (sink == nullptr) return 0;
  sink->tickets->Keep(sink->origin, Ticket(session));
  return 1;
}

absl::StatusOr<TlsContext> MakeContext(const std::string& pem) {
  const TlsContext context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) {
    return base::MakeError(Reason::kInternal, "http: no TLS context");
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (SSL_CTX_get_security_level(context.get()) < 2) {
    SSL_CTX_set_security_level(context.get(), 2);
  }
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CLEANSE_PLAINTEXT);
  SSL_CTX_clear_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context.get(), &OnNewSession);
  if (!pem.empty()) {
    JOINPASS_RETURN_IF_ERROR(AddCertificates(context.get(), pem));
  } else {
    errno = 0;
    // It is content with nothing where it can open nothing.
    const bool set = SSL_CTX_set_default_verify_paths(context.get()) == 1;
    if (!set || errno == EMFILE || errno == ENFILE) {
      return base::SystemError(Reason::kInternal, "http: no certificates of the system", errno);
    }
  }
  return context;
}

class Registry {
 public:
  absl::StatusOr<TlsContext> Open(const std::string& pem) {
    base::MutexLock lock(mutex_);
    if (TlsContext known = contexts_[pem].lock()) return known;
    std::erase_if(contexts_, [](const auto& entry) { return entry.second.expired(); });
    JOINPASS_ASSIGN_OR_RETURN(TlsContext context, MakeContext(pem));
    contexts_[pem] = context;
    return context;
  }

 private:
  base::Mutex mutex_;
  // By the text of the CA file, which may change while its path stays.
  std::map<std::string, std::weak_ptr<SSL_CTX>> contexts_ ABSL_GUARDED_BY(mutex_);
};

bool SetName(SSL* ssl, const message::Origin& origin) {
  X509_VERIFY_PARAM* const rules = SSL_get0_param(ssl);
  if (origin.is_address) return X509_VERIFY_PARAM_set1_ip_asc(rules, origin.host.c_str()) == 1;
  X509_VERIFY_PARAM_set_hostflags(
      rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return X509_VERIFY_PARAM_set1_host(rules, origin.host.c_str(), 0) == 1 &&
         SSL_set_tlsext_host_name(ssl, origin.host.c_str()) == 1;
}

}  // namespace

absl::StatusOr<TlsContext> OpenTlsContext(const std::string& ca_file) {
  static Registry* const registry = new Registry;  // Never destroyed: used until the very end.
  std::string pem;
  if (!ca_file.empty()) {
    JOINPASS_ASSIGN_OR_RETURN(pem, ReadCaFile(ca_file));
    if (pem.empty()) return BadCaFile("holds no certificate");
  }
  return registry->Open(pem);
}

void Tickets::Keep(const message::Origin& origin, Ticket session) {
  newest_[origin] = std::move(session);
}

SSL_SESSION* Tickets::Find(const message::Origin& origin) const {
  const auto found = newest_.find(origin);
  if (found == newest_.end() || SSL_SESSION_is_resumable(found->second.get()) != 1) return nullptr;
  return found->second.get();
}

std::unique_ptr<SSL, FreeSsl> MakeSsl(const TlsContext& context, const message::Origin& origin,
                                      TicketSink& sink) {
  std::unique_ptr<SSL, FreeSsl> ssl(SSL_new(context.get()));
  if (!ssl || !SetName(ssl.get(), origin)) return nullptr;
  if (SSL_set_ex_data(ssl.get(), SinkIndex(), &sink) != 1) return nullptr;
  if (SSL_SESSION* const session = sink.tickets->Find(sink.origin)) {
    SSL_set_session(ssl.get(), session);
  }
  return ssl;
}

}  // namespace joinpass::http
