#include "engine/stored_webhooks.h"

#include <utility>

#include "absl/time/time.h"
#include "oauth/validate.h"

namespace joinpass::engine {
namespace {

// Of a validation that nobody waits for.
constexpr absl::Duration kValidation = absl::Seconds(60);

base::Task<absl::Status> RunBeside(const service::Context& context, std::function<void()> work) {
  co_return co_await context.OffLoop(service::Lane::kBackground, [&work] {
    work();
    return absl::OkStatus();
  });
}

}  // namespace

StoredWebhooks::StoredWebhooks(const service::Context& context, oauth::AccessTokens& tokens,
                               oauth::AuthorizedCalls& calls, directory::ServingConsents& consents,
                               Runner& runner)
    : context_(context),
      tokens_(tokens),
      calls_(calls),
      runner_(runner),
      receiver_(
          context.records, consents, context.clock,
          {.validate = [this](std::string id) { return Validate(std::move(id)); },
           .later = [this](std::function<void()> work) { return DoLater(std::move(work)); }}) {}

WebhookAnswer StoredWebhooks::Receive(const WebhookRequest& request) {
  // It blocks; and what Zoom is told was taken shall be looked after.
  const absl::Status open = runner_.CheckThread();
  return open.ok() ? receiver_.Receive(request) : directory::AnswerOf(open);
}

absl::StatusOr<WebhookStatus> StoredWebhooks::GetStatus(const std::string& app_id) {
  return receiver_.GetStatus(app_id);
}

// What it finds is in the store.
bool StoredWebhooks::Validate(std::string credential_id) {
  const SteadyTime deadline = context_.clock.SteadyNow() + kValidation;
  return runner_.Spawn<absl::Status>(
      [this, id = std::move(credential_id), deadline] {
        return oauth::Validate(context_, tokens_, calls_, id, deadline);
      },
      [](absl::Status) {});
}

bool StoredWebhooks::DoLater(std::function<void()> work) {
  return runner_.Spawn<absl::Status>(
      [this, work = std::move(work)] { return RunBeside(context_, work); }, [](absl::Status) {});
}

}  // namespace joinpass::engine
