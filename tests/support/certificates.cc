#include "support/certificates.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace joinpass::testing {
namespace {

constexpr long kHour = 3600;

void Require(bool held) {
  if (!held) std::abort();
}

Identity MakeIdentity(const std::string& common_name, EVP_PKEY* key) {
  static long serial = 1;
  Require(key != nullptr);
  Identity identity;
  identity.key.reset(key);
  identity.certificate.reset(X509_new());
  X509* const x509 = identity.certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(x509), -kHour);
  X509_gmtime_adj(X509_getm_notAfter(x509), 24 * kHour);
  X509_set_pubkey(x509, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                             0);
  return identity;
}

void AddExtension(X509* x509, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, x509, x509, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  Require(extension != nullptr);
  X509_add_ext(x509, extension, -1);
  X509_EXTENSION_free(extension);
}

void Sign(Identity& identity, const Identity& issuer) {
  X509_set_issuer_name(identity.certificate.get(), X509_get_subject_name(issuer.certificate.get()));
  Require(X509_sign(identity.certificate.get(), issuer.key.get(), EVP_sha256()) > 0);
}

Identity MakeCa(const std::string& name) {
  Identity ca = MakeIdentity(name, EVP_EC_gen("P-256"));
  AddExtension(ca.certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  Sign(ca, ca);
  return ca;
}

std::string NamesOf(Flaw flaw) {
  if (flaw == Flaw::kWrongName) return "DNS:other.example";
  if (flaw == Flaw::kNameInSubject) return "";
  if (flaw == Flaw::kDeepWildcard) return "DNS:*.localhost";
  return "DNS:localhost,IP:127.0.0.1";
}

}  // namespace

TestCa& TestCa::Get() {
  static TestCa ca;
  return ca;
}

TestCa::TestCa() : ca_(MakeCa("test authority")), foreign_(MakeCa("foreign authority")) {
  folder_ = (std::filesystem::temp_directory_path() / "joinpass_ca_XXXXXX").string();
  Require(mkdtemp(folder_.data()) != nullptr);
  file_ = folder_ + "/ca.pem";
  std::FILE* const file = std::fopen(file_.c_str(), "w");
  Require(file != nullptr && PEM_write_X509(file, ca_.certificate.get()) == 1);
  std::fclose(file);
}

TestCa::~TestCa() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Identity TestCa::Issue(Flaw flaw, const std::string& names) {
  Identity leaf =
      MakeIdentity("localhost", flaw == Flaw::kShortKey ? EVP_RSA_gen(1024u) : EVP_EC_gen("P-256"));
  X509* const x509 = leaf.certificate.get();
  const std::string all_names = names.empty() ? NamesOf(flaw) : names;
  if (!all_names.empty()) AddExtension(x509, NID_subject_alt_name, all_names);
  if (flaw == Flaw::kExpired) X509_gmtime_adj(X509_getm_notAfter(x509), -60);
  if (flaw == Flaw::kNotYetValid) X509_gmtime_adj(X509_getm_notBefore(x509), kHour);
  if (flaw == Flaw::kSelfSigned) {
    Sign(leaf, leaf);
  } else {
    Sign(leaf, flaw == Flaw::kForeignCa ? foreign_ : ca_);
  }
  return leaf;
}

}  // namespace joinpass::testing
