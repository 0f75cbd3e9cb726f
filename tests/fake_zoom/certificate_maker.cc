#include "fake_zoom/certificate_maker.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <utility>

namespace joinpass::fake_zoom {
namespace {

using Memory = std::unique_ptr<BIO, Freed<BIO_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;

bool AddExtension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool AddDnsName(X509* certificate, const std::string& bytes) {
  const std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>> names(sk_GENERAL_NAME_new_null());
  GENERAL_NAME* const name = GENERAL_NAME_new();
  ASN1_IA5STRING* const text = ASN1_IA5STRING_new();
  if (!names || name == nullptr || text == nullptr) return false;
  GENERAL_NAME_set0_value(name, GEN_DNS, text);
  return ASN1_STRING_set(text, bytes.data(), static_cast<int>(bytes.size())) == 1 &&
         sk_GENERAL_NAME_push(names.get(), name) == 1 &&
         X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, 0) == 1;
}

bool AddExtensions(X509* certificate, X509* issuer, const Subject& subject) {
  if (!AddExtension(certificate, issuer, NID_subject_key_identifier, "hash")) return false;
  if (subject.is_authority) {
    return AddExtension(certificate, issuer, NID_basic_constraints, "critical,CA:TRUE") &&
           AddExtension(certificate, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
  }
  const char* const names = subject.alternative_names.c_str();
  return AddExtension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
         AddExtension(certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
         AddExtension(certificate, issuer, NID_ext_key_usage, "serverAuth") &&
         (*names == '\0' || AddExtension(certificate, issuer, NID_subject_alt_name, names)) &&
         (subject.dns_name.empty() || AddDnsName(certificate, subject.dns_name));
}

bool SetSerial(X509* certificate) {
  unsigned char bytes[8];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return false;
  std::uint64_t serial = 0;
  for (const unsigned char byte : bytes) serial = serial << 8 | byte;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1;
}

std::string Text(BIO* memory) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

}  // namespace

Identity MakeIdentity(const Subject& subject, const Identity* issuer) {
  Identity made;
  made.key.reset(subject.rsa_bits == 0 ? EVP_EC_gen("P-256") : EVP_RSA_gen(subject.rsa_bits));
  Certificate certificate(X509_new());
  X509* const x509 = certificate.get();
  if (!made.key || !certificate || !SetSerial(x509)) return {};
  X509_set_version(x509, X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(x509), subject.not_before);
  X509_gmtime_adj(X509_getm_notAfter(x509), subject.not_after);
  X509_set_pubkey(x509, made.key.get());
  X509_NAME* const name = X509_get_subject_name(x509);
  const auto* const text = reinterpret_cast<const unsigned char*>(subject.common_name.c_str());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
  X509* const signer = issuer == nullptr ? x509 : issuer->certificate.get();
  EVP_PKEY* const signing_key = issuer == nullptr ? made.key.get() : issuer->key.get();
  X509_set_issuer_name(x509, X509_get_subject_name(signer));
  if (!AddExtensions(x509, signer, subject)) return {};
  if (X509_sign(x509, signing_key, EVP_sha256()) == 0) return {};
  made.certificate = std::move(certificate);
  return made;
}

std::string ToPem(const X509& certificate) {
  const Memory memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(memory.get(), &certificate);
  return Text(memory.get());
}

std::string ToPem(const EVP_PKEY& key) {
  const Memory memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(memory.get(), &key, nullptr, nullptr, 0, nullptr, nullptr);
  return Text(memory.get());
}

}  // namespace joinpass::fake_zoom
