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

base::Task<absl::StatusOr<Grant>> TokenSource::Get(std::string credential_id, SteadyTime deadline) {
  Entry& entry = entries_[credential_id];
  if (!entry.record) JOINPASS_CO_RETURN_IF_ERROR(co_await Load(entry, credential_id));
  const TokenAge age = AgeOfToken(entry);
  if (age == TokenAge::kFresh) co_return GrantOf(*entry.record, entry.kind, context_.origins);
  const auto flight = entry.flight ? entry.flight : StartRenewal(credential_id);
  if (age == TokenAge::kAdvisory) co_return GrantOf(*entry.record, entry.kind, context_.origins);

  const std::optional<absl::Status> renewed =
      co_await base::Flight<absl::Status>::Wait(flight, deadline);
  if (entry.record && !IsRejected(entry, entry.record->tokens) &&
      StillUsable(entry.record->tokens.access_expires_at, context_.clock.Now())) {
    co_return GrantOf(*entry.record, entry.kind, context_.origins);
  }
  if (!renewed) {
    co_return base::MakeError(Reason::kRefreshBusy,
                              "access token: the deadline passed while a refresh went on");
  }
  if (!renewed->ok()) co_return *renewed;
  co_return base::MakeError(Reason::kZoomUnavailable,
                            "access token: Zoom gave one that it does not take, or that is dead");
}

TokenAge TokenSource::AgeOfToken(const Entry& entry) const {
  // It was there a moment ago, and is forgotten already: as good as none.
  if (!entry.record || IsRejected(entry, entry.record->tokens)) return TokenAge::kMandatory;
  return AgeOf(entry.record->tokens.access_expires_at, context_.clock.Now());
}

bool TokenSource::IsRejected(const Entry& entry, const store::Tokens& tokens) {
  return !entry.rejected.empty() && tokens.access_token == entry.rejected;
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
  // A copy: what the entry holds may be forgotten while this goes on.
  const store::CredentialRecord record = *entry.record;
  if (!IsRejected(entry, record.tokens) &&
      AgeOf(record.tokens.access_expires_at, context_.clock.Now()) == TokenAge::kFresh) {
    co_return absl::OkStatus();  // Another process was faster.
  }
  if (record.health == Health::kReauthorizationRequired) co_return NeedsConsent(record.cause);
  co_return co_await Refresh(entry, record);
}

base::Task<absl::Status> TokenSource::Load(Entry& entry, std::string credential_id) {
  auto& records = context_.records;
  absl::StatusOr<Loaded> loaded =
      co_await context_.OffLoop([&] { return LoadRecords(records, credential_id); });
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
      [&] { return records.CommitTokens(credential_id, spent, tokens, now); });
  JOINPASS_CO_RETURN_IF_ERROR(saved.status());
  entry.unsaved.reset();  // Written, or somebody stored a successor: ours is void.
  co_return absl::OkStatus();
}

base::Task<absl::Status> TokenSource::Refresh(Entry& entry, store::CredentialRecord record) {
  auto& records = context_.records;
  const absl::Time now = context_.clock.Now();
  if (record.pending && NextSend(*record.pending, now) > now) {
    co_return base::MakeError(Reason::kRefreshUnanswered,
                              "refresh: an earlier one went unanswered; it is sent again later");
  }
  JOINPASS_CO_ASSIGN_OR_RETURN(const store::AppRecord app, co_await context_.OffLoop([&] {
    return records.GetApp(record.app_id);
  }));
  const Secret& spent = record.tokens.refresh_token;
  JOINPASS_CO_ASSIGN_OR_RETURN(const bool opened, co_await context_.OffLoop([&] {
    return records.OpenPending(record.id, spent, record.pending, now);
  }));
  if (!opened) co_return co_await Load(entry, record.id);  // Somebody stored a successor.

  zoom::ClientKeys keys;
  keys.client_id = app.settings.client_id;
  keys.client_secret = app.settings.client_secret;
  message::Request request = zoom::RefreshToken(context_.origins, keys, spent);
  const absl::Time sent_at = context_.clock.Now();
  const absl::StatusOr<message::Response> response = co_await context_.transport.Send(
      std::move(request), context_.clock.SteadyNow() + kRefreshDeadline);
  absl::StatusOr<zoom::TokenAnswer> answer =
      response.ok() ? zoom::ReadTokenAnswer(*response, sent_at) : response.status();
  co_return co_await Settle(entry, std::move(record), std::move(answer));
}

base::Task<absl::Status> TokenSource::Settle(Entry& entry, store::CredentialRecord sent,
                                             absl::StatusOr<zoom::TokenAnswer> answer) {
  auto& records = context_.records;
  const Secret& spent = sent.tokens.refresh_token;
  switch (JudgeAnswer(answer.status())) {
    case SendOutcome::kAnswered: {
      entry.unsaved.emplace();
      entry.unsaved->spent = spent;
      entry.unsaved->tokens = TokensOf(*std::move(answer), context_.origins);
      JOINPASS_CO_RETURN_IF_ERROR(co_await SaveUnsaved(entry, sent.id));
      co_return co_await Load(entry, sent.id);
    }
    case SendOutcome::kNotSpent: {
      const absl::StatusOr<bool> undone =
          co_await context_.OffLoop([&] { return records.UndoPending(sent.id, spent); });
      JOINPASS_CO_RETURN_IF_ERROR(undone.status());
      co_return answer.status();
    }
    case SendOutcome::kRefused:
      co_return co_await Condemn(entry, std::move(sent), answer.status());
    case SendOutcome::kUnknown:
      break;
  }
  ErrorInfo info = GetErrorInfo(answer.status()).value_or(ErrorInfo());
  info.cause = std::string(ReasonName(info.reason));
  info.reason = Reason::kRefreshUnanswered;
  co_return base::MakeError(info, "refresh: sent, and no readable answer came");
}

base::Task<absl::Status> TokenSource::Condemn(Entry& entry, store::CredentialRecord sent,
                                              absl::Status refusal) {
  auto& records = context_.records;
  const std::string cause(CauseOfRefusal(sent.pending));
  const absl::Time now = context_.clock.Now();
  JOINPASS_CO_ASSIGN_OR_RETURN(const bool condemned, co_await context_.OffLoop([&] {
    return records.SetHealth(sent.id, sent.tokens.refresh_token, Health::kReauthorizationRequired,
                             cause, now);
  }));
  JOINPASS_CO_RETURN_IF_ERROR(co_await Load(entry, sent.id));
  // Another process stored a successor meanwhile: nothing is wrong.
  if (!condemned) co_return absl::OkStatus();
  ErrorInfo info = GetErrorInfo(refusal).value_or(ErrorInfo());
  info.cause = cause;
  co_return base::WithInfo(refusal, info);
}

}  // namespace joinpass::oauth
