// Credentials, done.

#ifndef JOINPASS_LIB_ENGINE_CREDENTIALS_H_
#define JOINPASS_LIB_ENGINE_CREDENTIALS_H_

#include <memory>
#include <string>
#include <vector>

#include "engine/runner.h"
#include "joinpass/credentials.h"
#include "oauth/context.h"
#include "oauth/token_source.h"

namespace joinpass::engine {

class StoredCredentials final : public Credentials {
 public:
  StoredCredentials(const oauth::Context& context, oauth::TokenSource& tokens, Runner& runner)
      : context_(context), tokens_(tokens), runner_(runner) {}

  absl::StatusOr<ConnectStart> BeginConnect(const ConnectRequest& request) override;
  absl::StatusOr<Credential> FinishConnect(std::string_view redirected_to,
                                           std::string_view bound_to,
                                           absl::Duration timeout) override;
  absl::StatusOr<std::vector<Credential>> List(const std::string& app_id) override;
  absl::StatusOr<Credential> Get(const std::string& id) override;

 private:
  absl::StatusOr<Credential> Shown(const store::CredentialRecord& record);

  const oauth::Context& context_;
  oauth::TokenSource& tokens_;
  Runner& runner_;
};

}  // namespace joinpass::engine

#endif  // JOINPASS_LIB_ENGINE_CREDENTIALS_H_
