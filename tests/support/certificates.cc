#include "support/certificates.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>

namespace joinpass::testing {
namespace {

constexpr long kHour = 3600;

void Require(bool held) {
  if (!held) std::abort();
}

Identity Make(const fake_zoom::Subject& subject, const Identity* issuer) {
  Identity made = fake_zoom::MakeIdentity(subject, issuer);
  Require(made.certificate != nullptr);
  return made;
}

Identity MakeCa(const char* name, const Identity* issuer = nullptr) {
  return Make({.common_name = name, .is_authority = true}, issuer);
}

std::string NamesOf(Flaw flaw) {
  if (flaw == Flaw::kWrongName) return "DNS:other.example";
  if (flaw == Flaw::kNameInSubject || flaw == Flaw::kNulInName) return "";
  if (flaw == Flaw::kDeepWildcard) return "DNS:*.localhost";
  return "DNS:localhost,IP:127.0.0.1";
}

}  // namespace

TestCa& TestCa::Get() {
  static TestCa ca;
  return ca;
}

TestCa::TestCa()
    : ca_(MakeCa("test authority")),
      foreign_(MakeCa("foreign authority")),
      intermediate_(MakeCa("intermediate authority", &ca_)) {
  folder_ = (std::filesystem::temp_directory_path() / "joinpass_ca_XXXXXX").string();
  Require(mkdtemp(folder_.data()) != nullptr);
  file_ = folder_ + "/ca.pem";
  const std::string pem = fake_zoom::ToPem(*ca_.certificate);
  std::FILE* const file = std::fopen(file_.c_str(), "w");
  Require(file != nullptr && std::fwrite(pem.data(), 1, pem.size(), file) == pem.size());
  std::fclose(file);
}

TestCa::~TestCa() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string TestCa::foreign_pem() const { return fake_zoom::ToPem(*foreign_.certificate); }

Identity TestCa::Issue(Flaw flaw, const std::string& names, unsigned rsa_bits) {
  fake_zoom::Subject subject{.common_name = "localhost",
                             .alternative_names = names.empty() ? NamesOf(flaw) : names,
                             .rsa_bits = rsa_bits};
  if (flaw == Flaw::kNulInName) subject.dns_name = std::string("localhost\0.evil.example", 23);
  if (flaw == Flaw::kShortKey) subject.rsa_bits = 1024;
  if (flaw == Flaw::kExpired) subject.not_after = -60;
  if (flaw == Flaw::kNotYetValid) subject.not_before = kHour;
  if (flaw == Flaw::kSelfSigned) return Make(subject, nullptr);
  const Identity& issuer = flaw == Flaw::kForeignCa        ? foreign_
                           : flaw == Flaw::kNoIntermediate ? intermediate_
                                                           : ca_;
  return Make(subject, &issuer);
}

}  // namespace joinpass::testing
