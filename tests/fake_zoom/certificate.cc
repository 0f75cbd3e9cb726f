#include "fake_zoom/certificate.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <memory>

#include "base/status.h"

namespace joinpass::fake_zoom {
namespace {

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* what) const {
    kFree(what);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Memory = std::unique_ptr<BIO, Freed<BIO_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;

constexpr long kDay = 24 * 3600;

// What one certificate is to say.
struct Subject {
  const char* name = "";
  const char* alternative_names = nullptr;  // null: a CA
  long not_before = -kDay;                  // seconds from now
  long not_after = 30 * kDay;
};

bool AddExtension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool AddExtensions(X509* certificate, X509* issuer, const Subject& subject) {
  if (!AddExtension(certificate, issuer, NID_subject_key_identifier, "hash")) return false;
  if (subject.alternative_names == nullptr) {
    return AddExtension(certificate, issuer, NID_basic_constraints, "critical,CA:TRUE") &&
           AddExtension(certificate, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
  }
  return AddExtension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
         AddExtension(certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
         AddExtension(certificate, issuer, NID_ext_key_usage, "serverAuth") &&
         AddExtension(certificate, issuer, NID_subject_alt_name, subject.alternative_names);
}

bool SetSerial(X509* certificate) {
  unsigned char bytes[8];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return false;
  std::uint64_t serial = 0;
  for (const unsigned char byte : bytes) serial = serial << 8 | byte;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1;
}

// Null: OpenSSL refused. `issuer` null: signed by itself.
Certificate Make(const Subject& subject, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  Certificate made(X509_new());
  if (!made || !SetSerial(made.get())) return nullptr;
  X509_set_version(made.get(), X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), subject.not_before);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), subject.not_after);
  X509_set_pubkey(made.get(), key);
  X509_NAME* name = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(subject.name), -1, -1, 0);
  X509* signer = issuer == nullptr ? made.get() : issuer;
  X509_set_issuer_name(made.get(), X509_get_subject_name(signer));
  if (!AddExtensions(made.get(), signer, subject)) return nullptr;
  if (X509_sign(made.get(), issuer_key, EVP_sha256()) == 0) return nullptr;
  return made;
}

std::string Text(BIO* memory) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

std::string Pem(X509* certificate) {
  const Memory memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(memory.get(), certificate);
  return Text(memory.get());
}

std::string Pem(EVP_PKEY* key) {
  const Memory memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return Text(memory.get());
}

Subject ServerSubject(CertificateKind kind) {
  Subject subject{.name = "joinpass fake Zoom",
                  .alternative_names = "IP:127.0.0.1,IP:::1,DNS:localhost"};
  if (kind == CertificateKind::kWrongName) subject.alternative_names = "DNS:wrong-name.example";
  if (kind == CertificateKind::kExpired) {
    subject.not_before = -30 * kDay;
    subject.not_after = -kDay;
  }
  return subject;
}

}  // namespace

absl::StatusOr<Certificates> MakeCertificates(CertificateKind kind) {
  const Key ca_key(EVP_EC_gen("P-256"));
  const Key key(EVP_EC_gen("P-256"));
  if (!ca_key || !key) return base::MakeError(Reason::kInternal, "certificate: no key was made");
  const Subject ca_subject{.name = "joinpass fake Zoom CA"};
  const Certificate ca = Make(ca_subject, ca_key.get(), nullptr, ca_key.get());
  const bool by_itself = kind == CertificateKind::kSelfSigned;
  const Certificate server = Make(ServerSubject(kind), key.get(), by_itself ? nullptr : ca.get(),
                                  by_itself ? key.get() : ca_key.get());
  if (!ca || !server) return base::MakeError(Reason::kInternal, "certificate: it was not signed");
  return Certificates{.ca = Pem(ca.get()), .certificate = Pem(server.get()), .key = Pem(key.get())};
}

}  // namespace joinpass::fake_zoom
