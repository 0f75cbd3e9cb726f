// StoredWebhooks: Webhooks over the store.

#ifndef JOINPASS_LIB_ENGINE_STORED_WEBHOOKS_H_
#define JOINPASS_LIB_ENGINE_STORED_WEBHOOKS_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "directory/serving_consents.h"
#include "directory/webhook_receiver.h"
#include "engine/runner.h"
#include "joinpass/webhooks.h"
#include "oauth/access_tokens.h"
#include "oauth/authorized_calls.h"
#include "service/context.h"

namespace joinpass::engine {

// The contract is Webhooks'. What is passed must outlive it.
class StoredWebhooks final : public Webhooks {
 public:
  StoredWebhooks(const service::Context& context, oauth::AccessTokens& tokens,
                 oauth::AuthorizedCalls& calls, directory::ServingConsents& consents,
                 Runner& runner);

  WebhookAnswer Receive(const WebhookRequest& request) override;
  absl::StatusOr<WebhookStatus> GetStatus(const std::string& app_id) override;

 private:
  bool Validate(std::string credential_id);
  bool DoLater(std::function<void()> work);

  const service::Context& context_;
  oauth::AccessTokens& tokens_;
  oauth::AuthorizedCalls& calls_;
  Runner& runner_;
  directory::WebhookReceiver receiver_;
};

}  // namespace joinpass::engine

#endif  // JOINPASS_LIB_ENGINE_STORED_WEBHOOKS_H_
