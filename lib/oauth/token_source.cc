#include "oauth/token_source.h"

#include <utility>

#include "base/status.h"
#include "oauth/refresh_rules.h"

namespace joinpass::oauth {
namespace {

using store::CredentialRecord;

Grant GrantOf(const CredentialRecord& record, AppKind kind, const zoom::Origins& origins) {
  Grant grant;
  grant.access.api_origin =
      record.tokens.api_origin.empty() ? origins.api : record.tokens.api_origin;
  grant.access.access_token = record.tokens.access_token;
  grant.scopes = record.tokens.scopes;
  grant.kind = kind;
  grant.user_id = record.user_id;
  grant.account_id = record.account_id;
  return grant;
}

absl::Status NeedsConsent(const std::string& cause) {
  ErrorInfo info;
  info.reason = Reason::kReauthorizationRequired;
  info.cause = cause;
  return base::MakeError(info, "access token: the user must consent again");
}

struct Loaded {
  CredentialRecord credential;
  AppKind kind = AppKind::kUserManaged;
};

absl::StatusOr<Loaded> LoadRecords(store::Records& records, const std::string& credential_id) {
  Loaded loaded;
  JOINPASS_ASSIGN_OR_RETURN(loaded.credential, records.GetCredential(credential_id));
  JOINPASS_ASSIGN_OR_RETURN(const store::AppRecord app, records.GetApp(loaded.credential.app_id));
  loaded.kind = app.settings.kind;
  return loaded;
}

store::Tokens TokensOf(zoom::TokenAnswer answer, const zoom::Origins& origins) {
  store::Tokens tokens;
  tokens.access_token = std::move(answer.access_token);
  tokens.refresh_token = std::move(answer.refresh_token);
  tokens.access_expires_at = answer.expires_at;
  tokens.scopes = std::move(answer.scopes);
  if (!answer.api_url.empty()) tokens.api_origin = zoom::ApiOriginFor(origins, answer.api_url);
  return tokens;
}

}  // namespace

base::Task<absl::StatusOr<Grant>> TokenSource::Get(std::string credential_id,
                                                   SteadyTime deadline) {
  Entry& entry = entries_[credential_id];
  const auto refused = [&entry] {
    return !entry.rejected.empty() && entry.record->tokens.access_token == entry.rejected;
  };
  const auto grant = [&] { return GrantOf(*entry.record, entry.kind, context_.origins); };

  TokenAge age = TokenAge::kMandatory;
  if (entry.record && !refused()) {
    age = AgeOf(entry.record->tokens.access_expires_at, context_.clock.Now());
  }
  if (age == TokenAge::kFresh) co_return grant();
  const auto flight = entry.flight ? entry.flight : StartRenewal(credential_id);
  if (age == TokenAge::kAdvisory) co_return grant();

  const std::optional<absl::Status> renewed =
      co_await base::Flight<absl::Status>::Wait(flight, deadline);
  if (entry.record && !refused() &&
      StillUsable(entry.record->tokens.access_expires_at, context_.clock.Now())) {
    co_return grant();
  }
  if (!renewed) {
    co_return base::MakeError(Reason::kRefreshBusy,
                              "access token: the deadline passed while a refresh went on");
  }
  if (!renewed->ok()) co_return *renewed;
  co_return base::MakeError(Reason::kZoomUnavailable,
                            "access token: Zoom gave one that it does not take, or that is dead");
}

void TokenSource::Reject(const std::string& credential_id, const Secret& access_token) {
  entries_[credential_id].rejected = access_token;
}

void TokenSource::Forget(const std::string& credential_id) {
  const auto it = entries_.find(credential_id);
  if (it != entries_.end()) it->second.record.reset();
}

base::Task<bool> TokenSource::Drain(SteadyTime deadline) {
  std::vector<std::shared_ptr<base::Flight<absl::Status>>> flights;
  for (const auto& [id, entry] : entries_) {
    if (entry.flight) flights.push_back(entry.flight);
  }
  for (const auto& flight : flights) {
    const auto landed = co_await base::Flight<absl::Status>::Wait(flight, deadline);
    if (!landed) co_return false;
  }
  co_return true;
}

std::shared_ptr<base::Flight<absl::Status>> TokenSource::StartRenewal(
    const std::string& credential_id) {
  auto flight = std::make_shared<base::Flight<absl::Status>>(context_.loop);
  entries_[credential_id].flight = flight;
  base::Start<absl::Status>(Renew(credential_id),
                            [this, flight, credential_id](absl::Status status) {
                              entries_[credential_id].flight.reset();
                              flight->Land(std::move(status));
                            });
  return flight;
}

base::Task<absl::Status> TokenSource::Renew(std::string credential_id) {
  Entry& entry = entries_[credential_id];
  if (entry.unsaved) {
    JOINPASS_CO_RETURN_IF_ERROR(co_await SaveUnsaved(entry, credential_id));
  }
  JOINPASS_CO_RETURN_IF_ERROR(co_await Load(entry, credential_id));
  const store::Tokens& stored = entry.record->tokens;
  const bool refused = !entry.rejected.empty() && stored.access_token == entry.rejected;
  if (!refused && AgeOf(stored.access_expires_at, context_.clock.Now()) == TokenAge::kFresh) {
    co_return absl::OkStatus();  // Another process was faster.
  }
  if (entry.record->health == Health::kReauthorizationRequired) {
    co_return NeedsConsent(entry.record->cause);
  }
  co_return co_await Refresh(entry, credential_id);
}

base::Task<absl::Status> TokenSource::Load(Entry& entry, std::string credential_id) {
  auto& records = context_.records;
  absl::StatusOr<Loaded> loaded = co_await context_.OffLoop(
      [&records, credential_id] { return LoadRecords(records, credential_id); });
  if (!loaded.ok()) {
    if (ReasonOf(loaded.status()) == Reason::kCredentialUnknown) entry.record.reset();
    co_return loaded.status();
  }
  entry.record = std::move(loaded->credential);
  entry.kind = loaded->kind;
  co_return absl::OkStatus();
}

base::Task<absl::Status> TokenSource::SaveUnsaved(Entry& entry, std::string credential_id) {
  auto& records = context_.records;
  const absl::Time now = context_.clock.Now();
  // Copies, since the entry may change while the disk is busy.
  const Secret spent = entry.unsaved->spent;
  const store::Tokens tokens = entry.unsaved->tokens;
  const absl::StatusOr<bool> saved = co_await context_.OffLoop(
      [&, credential_id] { return records.CommitTokens(credential_id, spent, tokens, now); });
  JOINPASS_CO_RETURN_IF_ERROR(saved.status());
  entry.unsaved.reset();  // Written, or somebody stored a successor: ours is void.
  co_return absl::OkStatus();
}

base::Task<absl::Status> TokenSource::Refresh(Entry& entry, std::string credential_id) {
  auto& records = context_.records;
  const absl::Time now = context_.clock.Now();
  const std::optional<store::PendingRefresh> before = entry.record->pending;
  if (before && NextSend(*before, now) > now) {
    co_return base::MakeError(Reason::kRefreshUnanswered,
                              "refresh: an earlier one went unanswered; it is sent again later");
  }
  const std::string app_id = entry.record->app_id;
  const absl::StatusOr<store::AppRecord> app =
      co_await context_.OffLoop([&records, app_id] { return records.GetApp(app_id); });
  JOINPASS_CO_RETURN_IF_ERROR(app.status());

  const Secret spent = entry.record->tokens.refresh_token;
  const absl::StatusOr<bool> opened = co_await context_.OffLoop(
      [&, credential_id] { return records.OpenPending(credential_id, spent, now); });
  JOINPASS_CO_RETURN_IF_ERROR(opened.status());
  if (!*opened) co_return co_await Load(entry, credential_id);  // Somebody stored a successor.

  zoom::ClientKeys keys;
  keys.client_id = app->settings.client_id;
  keys.client_secret = app->settings.client_secret;
  message::Request request = zoom::RefreshToken(context_.origins, keys, spent);
  const absl::Time sent_at = context_.clock.Now();
  const absl::StatusOr<message::Response> response = co_await context_.transport.Send(
      std::move(request), context_.clock.SteadyNow() + kRefreshDeadline);
  absl::StatusOr<zoom::TokenAnswer> answer =
      response.ok() ? zoom::ReadTokenAnswer(*response, sent_at) : response.status();
  co_return co_await Settle(entry, std::move(answer), before);
}

base::Task<absl::Status> TokenSource::Settle(Entry& entry,
                                             absl::StatusOr<zoom::TokenAnswer> answer,
                                             std::optional<store::PendingRefresh> before) {
  auto& records = context_.records;
  const std::string id = entry.record->id;
  const Secret spent = entry.record->tokens.refresh_token;
  switch (JudgeAnswer(answer.status())) {
    case SendOutcome::kAnswered: {
      entry.unsaved.emplace();
      entry.unsaved->spent = spent;
      entry.unsaved->tokens = TokensOf(*std::move(answer), context_.origins);
      JOINPASS_CO_RETURN_IF_ERROR(co_await SaveUnsaved(entry, id));
      co_return co_await Load(entry, id);
    }
    case SendOutcome::kNotSpent: {
      const absl::StatusOr<bool> undone =
          co_await context_.OffLoop([&, id] { return records.UndoPending(id, spent); });
      JOINPASS_CO_RETURN_IF_ERROR(undone.status());
      co_return answer.status();
    }
    case SendOutcome::kRefused:
      co_return co_await Condemn(entry, answer.status(), before);
    case SendOutcome::kUnknown:
      break;
  }
  ErrorInfo info = GetErrorInfo(answer.status()).value_or(ErrorInfo());
  info.cause = std::string(ReasonName(info.reason));
  info.reason = Reason::kRefreshUnanswered;
  co_return base::MakeError(info, "refresh: sent, and no readable answer came");
}

base::Task<absl::Status> TokenSource::Condemn(Entry& entry, absl::Status refusal,
                                              std::optional<store::PendingRefresh> before) {
  auto& records = context_.records;
  const std::string id = entry.record->id;
  const Secret spent = entry.record->tokens.refresh_token;
  const std::string cause(CauseOfRefusal(before));
  const absl::Time now = context_.clock.Now();
  const absl::StatusOr<bool> condemned = co_await context_.OffLoop([&, id] {
    return records.SetHealth(id, spent, Health::kReauthorizationRequired, cause, now);
  });
  JOINPASS_CO_RETURN_IF_ERROR(condemned.status());
  JOINPASS_CO_RETURN_IF_ERROR(co_await Load(entry, id));
  // Another process stored a successor meanwhile: nothing is wrong.
  if (!*condemned) co_return absl::OkStatus();
  ErrorInfo info = GetErrorInfo(refusal).value_or(ErrorInfo());
  info.cause = cause;
  co_return base::WithInfo(refusal, info);
}

}  // namespace joinpass::oauth
