#include "oauth/token_source.h"

#include <utility>

#include "base/status.h"
#include "oauth/refresh_rules.h"

namespace joinpass::oauth {
namespace {

using store::CredentialRecord;

// Between two tries to write what the store refused.
constexpr absl::Duration kSaveAgainAfter = absl::Milliseconds(200);

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
  JOINPASS_CO_RETURN_IF_ERROR(co_await AwaitRecord(entry, credential_id, deadline));
  const TokenAge age = AgeOfToken(entry);
  if (age == TokenAge::kFresh) co_return GrantOf(*entry.record, entry.kind, context_.origins);
  const StatusFlight flight =
      entry.renewal ? entry.renewal : Launch(entry, &Entry::renewal, Renew(credential_id));
  if (age == TokenAge::kAdvisory) co_return GrantOf(*entry.record, entry.kind, context_.origins);

  const std::optional<absl::Status> renewed =
      co_await base::Flight<absl::Status>::Wait(flight, PatienceFor(entry, deadline));
  if (HasUsableToken(entry)) co_return GrantOf(*entry.record, entry.kind, context_.origins);
  if (!renewed) {
    co_return base::MakeError(Reason::kRefreshBusy,
                              "access token: the deadline passed while a refresh went on");
  }
  if (!renewed->ok()) co_return *renewed;
  co_return base::MakeError(Reason::kZoomUnavailable,
                            "access token: Zoom gave one that it does not take, or that is dead");
}

base::Task<absl::Status> TokenSource::AwaitRecord(Entry& entry, std::string credential_id,
                                                  SteadyTime deadline) {
  while (!entry.record) {
    const StatusFlight loading =
        entry.loading ? entry.loading : Launch(entry, &Entry::loading, Load(entry, credential_id));
    const std::optional<absl::Status> loaded =
        co_await base::Flight<absl::Status>::Wait(loading, deadline);
    if (!loaded) {
      co_return base::MakeError(Reason::kDeadlineExceeded,
                                "access token: the deadline passed while the store was read");
    }
    JOINPASS_CO_RETURN_IF_ERROR(*loaded);
  }
  co_return absl::OkStatus();
}

bool TokenSource::IsRejected(const Entry& entry, const store::Tokens& tokens) {
  return !entry.rejected.empty() && tokens.access_token == entry.rejected;
}

TokenAge TokenSource::AgeOfToken(const Entry& entry) const {
  if (IsRejected(entry, entry.record->tokens)) return TokenAge::kMandatory;
  return AgeOf(entry.record->tokens.access_expires_at, context_.clock.Now());
}

bool TokenSource::HasUsableToken(const Entry& entry) const {
  return entry.record && !IsRejected(entry, entry.record->tokens) &&
         StillUsable(entry.record->tokens.access_expires_at, context_.clock.Now());
}

SteadyTime TokenSource::PatienceFor(const Entry& entry, SteadyTime deadline) const {
  const absl::Time expires_at =
      HasUsableToken(entry) ? entry.record->tokens.access_expires_at : absl::InfinitePast();
  return oauth::PatienceFor(expires_at, context_.clock.Now(), context_.clock.SteadyNow(), deadline);
}

void TokenSource::Reject(const std::string& credential_id, const Secret& access_token) {
  entries_[credential_id].rejected = access_token;
}

void TokenSource::Forget(const std::string& credential_id) {
  const auto it = entries_.find(credential_id);
  if (it != entries_.end()) it->second.record.reset();
}

TokenSource::StatusFlight TokenSource::Launch(Entry& entry, StatusFlight Entry::*slot,
                                              base::Task<absl::Status> task) {
  auto flight = std::make_shared<base::Flight<absl::Status>>(context_.loop);
  if (closing_) {
    flight->Land(base::MakeError(Reason::kCancelled, "access token: the engine is closing"));
    return flight;
  }
  entry.*slot = flight;
  base::Start<absl::Status>(std::move(task), [&entry, slot, flight](absl::Status status) {
    (entry.*slot).reset();
    flight->Land(std::move(status));
  });
  return flight;
}

base::Task<bool> TokenSource::Drain(SteadyTime deadline) {
  closing_ = true;
  if (!co_await AwaitFlights(deadline)) co_return false;
  for (auto& [id, entry] : entries_) {
    while (entry.unsaved) {
      const absl::Status saved = co_await SaveUnsaved(entry, id);
      if (saved.ok()) break;
      const SteadyTime next = context_.clock.SteadyNow() + kSaveAgainAfter;
      if (next > deadline) co_return false;
      co_await base::SleepUntil(context_.loop, next);
    }
  }
  co_return true;
}

base::Task<bool> TokenSource::AwaitFlights(SteadyTime deadline) {
  for (auto& [id, entry] : entries_) {
    while (entry.renewal || entry.loading) {
      const StatusFlight flight = entry.renewal ? entry.renewal : entry.loading;
      const auto landed = co_await base::Flight<absl::Status>::Wait(flight, deadline);
      if (!landed) co_return false;
    }
  }
  co_return true;
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
  if (!opened) co_return co_await FollowOther(entry, record.id);

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

base::Task<absl::Status> TokenSource::FollowOther(Entry& entry, std::string credential_id) {
  JOINPASS_CO_RETURN_IF_ERROR(co_await Load(entry, credential_id));
  if (AgeOfToken(entry) == TokenAge::kFresh) co_return absl::OkStatus();
  co_return base::MakeError(Reason::kRefreshBusy, "refresh: another process is at it");
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
