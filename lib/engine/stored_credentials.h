// Credentials, done.

#ifndef JOINPASS_LIB_ENGINE_STORED_CREDENTIALS_H_
#define JOINPASS_LIB_ENGINE_STORED_CREDENTIALS_H_

#include <memory>
#include <string>
#include <vector>

#include "engine/runner.h"
#include "joinpass/credentials.h"
#include "oauth/access_tokens.h"
#include "oauth/authorized_calls.h"
#include "oauth/consent.h"
#include "service/context.h"
#include "store/records.h"

namespace joinpass::engine {

class StoredCredentials final : public Credentials {
 public:
  StoredCredentials(const service::Context& context, oauth::AccessTokens& tokens,
                    oauth::AuthorizedCalls& calls, oauth::Consents& consents, Runner& runner)
      : context_(context), tokens_(tokens), calls_(calls), consents_(consents), runner_(runner) {}

  absl::StatusOr<ConnectStart> BeginConnect(const ConnectRequest& request) override;
  absl::StatusOr<Credential> FinishConnect(std::string_view redirected_to,
                                           std::string_view bound_to,
                                           absl::Duration timeout) override;
  absl::StatusOr<std::vector<Credential>> List(const std::string& app_id) override;
  absl::StatusOr<Credential> Get(const std::string& id) override;
  absl::StatusOr<Credential> Delegate(const DelegateRequest& request,
                                      absl::Duration timeout) override;
  absl::StatusOr<Credential> TestDelegate(const DelegateRequest& request,
                                          absl::Duration timeout) override;
  absl::StatusOr<AccessToken> GetAccessToken(const std::string& id,
                                             absl::Duration timeout) override;
  absl::StatusOr<Credential> Validate(const std::string& id, absl::Duration timeout) override;
  absl::StatusOr<Disconnected> Disconnect(const std::string& id, absl::Duration timeout) override;
  absl::StatusOr<std::vector<CredentialEvent>> Log(const std::string& id) override;

 private:
  SteadyTime In(absl::Duration timeout) const { return context_.clock.SteadyNow() + timeout; }
  absl::StatusOr<Credential> Shown(const store::CredentialRecord& record);
  Credential ShownAnyway(const store::CredentialRecord& record);
  Credential ShownAmong(const std::vector<store::CredentialRecord>& unnamed,
                        const store::CredentialRecord& record, const store::AppRecord& app);
  std::string WhyUnnamed(const std::string& id);
  void LogGiving(const std::string& id);

  const service::Context& context_;
  oauth::AccessTokens& tokens_;
  oauth::AuthorizedCalls& calls_;
  oauth::Consents& consents_;
  Runner& runner_;
};

}  // namespace joinpass::engine

#endif  // JOINPASS_LIB_ENGINE_STORED_CREDENTIALS_H_
