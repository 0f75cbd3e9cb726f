#include "engine/guest_engine.h"

#include <utility>

#include "engine/at_exit.h"

namespace joinpass::engine {

GuestEngine::GuestEngine(std::unique_ptr<AssembledEngine> engine)
    : inside_(std::move(engine)),
      border_(inside_->border()),
      apps_(border_, inside_->apps()),
      credentials_(border_, inside_->credentials()),
      directory_(border_, inside_->directory()),
      keys_(border_, inside_->keys()) {
  EndAtExit(inside_);
}

GuestEngine::~GuestEngine() {
  // Where it cannot be taken apart it stays as it is: the list of those that end at
  // exit() holds it.
  if (border_.Check().ok()) Forget(inside_);
}

absl::StatusOr<std::unique_ptr<JoinSession>> GuestEngine::BeginJoin(JoinRequest request) {
  return border_.Run([&] { return inside_->BeginJoin(std::move(request)); });
}

absl::StatusOr<JoinPass> GuestEngine::Prepare(JoinRequest request, absl::Duration timeout) {
  return border_.Run([&] { return inside_->Prepare(std::move(request), timeout); });
}

absl::StatusOr<UpkeepReport> GuestEngine::Upkeep(absl::Duration timeout) {
  return border_.Run([&] { return inside_->Upkeep(timeout); });
}

absl::Status GuestEngine::Close(absl::Duration timeout) {
  return border_.Run([&] { return inside_->Close(timeout); });
}

// --- apps ------------------------------------------------------------------

absl::StatusOr<std::string> GuestEngine::GuestApps::Create(AppSettings settings) {
  return border_.Run([&] { return inside_.Create(std::move(settings)); });
}

absl::StatusOr<std::vector<App>> GuestEngine::GuestApps::List() {
  return border_.Run([&] { return inside_.List(); });
}

absl::StatusOr<App> GuestEngine::GuestApps::Get(const std::string& id) {
  return border_.Run([&] { return inside_.Get(id); });
}

absl::Status GuestEngine::GuestApps::Update(const std::string& id, AppSettings settings) {
  return border_.Run([&] { return inside_.Update(id, std::move(settings)); });
}

absl::Status GuestEngine::GuestApps::Remove(const std::string& id) {
  return border_.Run([&] { return inside_.Remove(id); });
}

// --- credentials -----------------------------------------------------------

absl::StatusOr<ConnectStart> GuestEngine::GuestCredentials::BeginConnect(
    const ConnectRequest& request) {
  return border_.Run([&] { return inside_.BeginConnect(request); });
}

absl::StatusOr<Credential> GuestEngine::GuestCredentials::FinishConnect(
    std::string_view redirected_to, std::string_view bound_to, absl::Duration timeout) {
  return border_.Run([&] { return inside_.FinishConnect(redirected_to, bound_to, timeout); });
}

absl::StatusOr<std::vector<Credential>> GuestEngine::GuestCredentials::List(
    const std::string& app_id) {
  return border_.Run([&] { return inside_.List(app_id); });
}

absl::StatusOr<Credential> GuestEngine::GuestCredentials::Get(const std::string& id) {
  return border_.Run([&] { return inside_.Get(id); });
}

absl::StatusOr<Credential> GuestEngine::GuestCredentials::Delegate(const DelegateRequest& request,
                                                                   absl::Duration timeout) {
  return border_.Run([&] { return inside_.Delegate(request, timeout); });
}

absl::StatusOr<AccessToken> GuestEngine::GuestCredentials::GetAccessToken(const std::string& id,
                                                                          absl::Duration timeout) {
  return border_.Run([&] { return inside_.GetAccessToken(id, timeout); });
}

absl::StatusOr<Credential> GuestEngine::GuestCredentials::Validate(const std::string& id,
                                                                   absl::Duration timeout) {
  return border_.Run([&] { return inside_.Validate(id, timeout); });
}

absl::StatusOr<Disconnected> GuestEngine::GuestCredentials::Disconnect(const std::string& id,
                                                                       absl::Duration timeout) {
  return border_.Run([&] { return inside_.Disconnect(id, timeout); });
}

absl::StatusOr<std::vector<CredentialEvent>> GuestEngine::GuestCredentials::Log(
    const std::string& id) {
  return border_.Run([&] { return inside_.Log(id); });
}

// --- directory -------------------------------------------------------------

absl::StatusOr<SyncReport> GuestEngine::GuestDirectory::Sync(const std::string& credential_id,
                                                             absl::Duration timeout) {
  return border_.Run([&] { return inside_.Sync(credential_id, timeout); });
}

absl::StatusOr<Resolution> GuestEngine::GuestDirectory::Resolve(const MeetingLink& link) {
  return border_.Run([&] { return inside_.Resolve(link); });
}

// --- keys ------------------------------------------------------------------

absl::StatusOr<std::vector<KeyInfo>> GuestEngine::GuestKeys::List() {
  return border_.Run([&] { return inside_.List(); });
}

absl::StatusOr<std::string> GuestEngine::GuestKeys::Add() {
  return border_.Run([&] { return inside_.Add(); });
}

absl::StatusOr<SweepReport> GuestEngine::GuestKeys::Sweep(absl::Duration timeout) {
  return border_.Run([&] { return inside_.Sweep(timeout); });
}

absl::Status GuestEngine::GuestKeys::Remove(const std::string& id) {
  return border_.Run([&] { return inside_.Remove(id); });
}

}  // namespace joinpass::engine
