#include "engine/face.h"

#include <utility>

#include "base/status.h"
#include "engine/at_exit.h"
#include "engine/caller_session.h"
#include "join/plan.h"

namespace joinpass::engine {

Face::Face(std::unique_ptr<House> house)
    : house_(std::move(house)),
      border_(*house_->border()),
      apps_(border_, house_->apps()),
      credentials_(border_, house_->credentials()),
      directory_(border_, house_->directory()),
      keys_(border_, house_->keys()),
      webhooks_(border_, house_->webhooks()) {
  EndAtExit(house_);
}

Face::~Face() {
  // Where it cannot be taken apart it stays as it is: the list of those that end at
  // exit() holds it.
  if (border_.Check().ok()) Forget(house_);
}

absl::StatusOr<std::unique_ptr<JoinSession>> Face::Begin(JoinRequest request) {
  JOINPASS_RETURN_IF_ERROR(join::CheckRequest(request, house_->clock().Now()));
  const std::optional<absl::Time> join_at = request.mint_ahead_of;
  auto session = std::make_shared<join::Session>(house_->services(), std::move(request));
  const bool started = house_->runner()->Spawn<absl::Status>([session] { return session->Warm(); },
                                                             [](absl::Status) {});
  if (!started) return EngineClosed();
  if (join_at) {
    const auto mint_ahead = [weak = std::weak_ptr(session), join_at = *join_at,
                             roll = house_->random().Fraction(),
                             context = &house_->services().context] {
      return join::Session::MintAhead(weak, *context, join_at, roll);
    };
    house_->runner()->Spawn<absl::Status>(mint_ahead, [](absl::Status) {});
  }
  return std::make_unique<CallerSession>(house_->border(), house_->runner(), std::move(session),
                                         house_->clock(), house_->random(),
                                         house_->options().callback_executor);
}

absl::StatusOr<JoinPass> Face::BeginAndMint(JoinRequest request, absl::Duration timeout) {
  JOINPASS_RETURN_IF_ERROR(house_->runner()->CheckThread());
  request.mint_ahead_of.reset();
  JOINPASS_ASSIGN_OR_RETURN(const auto session, Begin(std::move(request)));
  return session->Mint(timeout);
}

absl::StatusOr<std::unique_ptr<JoinSession>> Face::BeginJoin(JoinRequest request) {
  return border_.Run([&] { return Begin(std::move(request)); });
}

absl::StatusOr<JoinPass> Face::Prepare(JoinRequest request, absl::Duration timeout) {
  return border_.Run([&] { return BeginAndMint(std::move(request), timeout); });
}

absl::StatusOr<JoinCheck> Face::Check(JoinRequest request, absl::Duration timeout) {
  return border_.Run([&]() -> absl::StatusOr<JoinCheck> {
    request.mint_ahead_of.reset();
    JOINPASS_RETURN_IF_ERROR(join::CheckRequest(request, house_->clock().Now()));
    const SteadyTime deadline = house_->clock().SteadyNow() + timeout;
    const auto session = std::make_shared<join::Session>(house_->services(), std::move(request));
    return house_->runner()->Run<absl::StatusOr<JoinCheck>>(
        [session, deadline] { return session->Check(deadline); });
  });
}

absl::StatusOr<std::vector<LoggedPass>> Face::PassLog(int most) {
  return border_.Run([&]() -> absl::StatusOr<std::vector<LoggedPass>> {
    if (most < 0) return base::MakeError(Reason::kInvalidArgument, "pass log: `most` is negative");
    return house_->runner()->Run<absl::StatusOr<std::vector<LoggedPass>>>(
        [this, most] { return house_->pass_log().List(most); });
  });
}

absl::StatusOr<UpkeepReport> Face::Upkeep(absl::Duration timeout) {
  return border_.Run([&] {
    const SteadyTime deadline = house_->clock().SteadyNow() + timeout;
    return house_->runner()->Run<absl::StatusOr<UpkeepReport>>(
        [this, deadline] { return house_->upkeep().Run(deadline); });
  });
}

absl::Status Face::Close(absl::Duration timeout) {
  return border_.Run([&] { return house_->Close(timeout); });
}

// --- apps ------------------------------------------------------------------

absl::StatusOr<std::string> Face::GuestApps::Create(AppSettings settings) {
  return border_.Run([&] { return inside_.Create(std::move(settings)); });
}

absl::StatusOr<std::vector<App>> Face::GuestApps::List() {
  return border_.Run([&] { return inside_.List(); });
}

absl::StatusOr<App> Face::GuestApps::Get(const std::string& id) {
  return border_.Run([&] { return inside_.Get(id); });
}

absl::Status Face::GuestApps::Update(const std::string& id, AppSettings settings) {
  return border_.Run([&] { return inside_.Update(id, std::move(settings)); });
}

absl::Status Face::GuestApps::Remove(const std::string& id) {
  return border_.Run([&] { return inside_.Remove(id); });
}

// --- credentials -----------------------------------------------------------

absl::StatusOr<ConnectStart> Face::GuestCredentials::BeginConnect(const ConnectRequest& request) {
  return border_.Run([&] { return inside_.BeginConnect(request); });
}

absl::StatusOr<Credential> Face::GuestCredentials::FinishConnect(std::string_view redirected_to,
                                                                 std::string_view bound_to,
                                                                 absl::Duration timeout) {
  return border_.Run([&] { return inside_.FinishConnect(redirected_to, bound_to, timeout); });
}

absl::StatusOr<std::vector<Credential>> Face::GuestCredentials::List(const std::string& app_id) {
  return border_.Run([&] { return inside_.List(app_id); });
}

absl::StatusOr<Credential> Face::GuestCredentials::Get(const std::string& id) {
  return border_.Run([&] { return inside_.Get(id); });
}

absl::StatusOr<Credential> Face::GuestCredentials::Delegate(const DelegateRequest& request,
                                                            absl::Duration timeout) {
  return border_.Run([&] { return inside_.Delegate(request, timeout); });
}

absl::StatusOr<Credential> Face::GuestCredentials::TestDelegate(const DelegateRequest& request,
                                                                absl::Duration timeout) {
  return border_.Run([&] { return inside_.TestDelegate(request, timeout); });
}

absl::StatusOr<AccessToken> Face::GuestCredentials::GetAccessToken(const std::string& id,
                                                                   absl::Duration timeout) {
  return border_.Run([&] { return inside_.GetAccessToken(id, timeout); });
}

absl::StatusOr<Credential> Face::GuestCredentials::Validate(const std::string& id,
                                                            absl::Duration timeout) {
  return border_.Run([&] { return inside_.Validate(id, timeout); });
}

absl::StatusOr<Disconnected> Face::GuestCredentials::Disconnect(const std::string& id,
                                                                absl::Duration timeout) {
  return border_.Run([&] { return inside_.Disconnect(id, timeout); });
}

absl::StatusOr<std::vector<CredentialEvent>> Face::GuestCredentials::Log(const std::string& id) {
  return border_.Run([&] { return inside_.Log(id); });
}

// --- directory -------------------------------------------------------------

absl::StatusOr<SyncReport> Face::GuestDirectory::Sync(const std::string& credential_id,
                                                      absl::Duration timeout) {
  return border_.Run([&] { return inside_.Sync(credential_id, timeout); });
}

absl::StatusOr<SyncProgress> Face::GuestDirectory::GetSync(const std::string& credential_id) {
  return border_.Run([&] { return inside_.GetSync(credential_id); });
}

absl::StatusOr<Resolution> Face::GuestDirectory::Resolve(const MeetingLink& link) {
  return border_.Run([&] { return inside_.Resolve(link); });
}

absl::StatusOr<Resolution> Face::GuestDirectory::LookUp(const MeetingLink& link,
                                                        const std::vector<std::string>& host_hints,
                                                        absl::Duration timeout) {
  return border_.Run([&] { return inside_.LookUp(link, host_hints, timeout); });
}

absl::StatusOr<Explanation> Face::GuestDirectory::Explain(const MeetingLink& link) {
  return border_.Run([&] { return inside_.Explain(link); });
}

absl::StatusOr<MeetingPage> Face::GuestDirectory::List(const MeetingQuery& query) {
  return border_.Run([&] { return inside_.List(query); });
}

// --- keys ------------------------------------------------------------------

absl::StatusOr<std::vector<KeyInfo>> Face::GuestKeys::List() {
  return border_.Run([&] { return inside_.List(); });
}

absl::StatusOr<std::string> Face::GuestKeys::Add() {
  return border_.Run([&] { return inside_.Add(); });
}

absl::StatusOr<SweepReport> Face::GuestKeys::Sweep(absl::Duration timeout) {
  return border_.Run([&] { return inside_.Sweep(timeout); });
}

absl::Status Face::GuestKeys::Remove(const std::string& id) {
  return border_.Run([&] { return inside_.Remove(id); });
}

WebhookAnswer Face::GuestWebhooks::Receive(const WebhookRequest& request) {
  auto answer =
      border_.Run([&]() -> absl::StatusOr<WebhookAnswer> { return inside_.Receive(request); });
  return answer.ok() ? *std::move(answer) : directory::AnswerOf(answer.status());
}

absl::StatusOr<WebhookStatus> Face::GuestWebhooks::GetStatus(const std::string& app_id) {
  return border_.Run([&] { return inside_.GetStatus(app_id); });
}

}  // namespace joinpass::engine
