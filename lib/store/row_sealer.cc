#include "store/row_sealer.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "store/millis.h"
#include "store/pass_codec.h"
#include "store/record_codec.h"
#include "store/row_places.h"

namespace joinpass::store {
namespace {

// What is inside the seal is true; what stands beside it was changed.
absl::Status Mismatch(std::string_view table) {
  return base::MakeError(Reason::kStoreCorrupt,
                         std::string(table) + ": a row does not belong to what it holds");
}

// As they stand in the file; never change them.
constexpr std::array<std::pair<CredentialEventKind, int>, 12> kStoredKinds = {{
    {CredentialEventKind::kConnected, 1},
    {CredentialEventKind::kReconnected, 2},
    {CredentialEventKind::kRefreshed, 3},
    {CredentialEventKind::kRecovered, 4},
    {CredentialEventKind::kRefreshFailed, 5},
    {CredentialEventKind::kRefreshUnanswered, 6},
    {CredentialEventKind::kReauthorizationRequired, 7},
    {CredentialEventKind::kValidated, 8},
    {CredentialEventKind::kValidationFailed, 9},
    {CredentialEventKind::kDisconnecting, 10},
    {CredentialEventKind::kIdentificationFailed, 11},
    {CredentialEventKind::kAccessTokenGiven, kAccessTokenGivenKind},
}};

int StoredKind(CredentialEventKind kind) {
  for (const auto& [known, number] : kStoredKinds) {
    if (known == kind) return number;
  }
  return 0;
}

absl::StatusOr<CredentialEventKind> KindStoredAs(int number) {
  for (const auto& [kind, known] : kStoredKinds) {
    if (known == number) return kind;
  }
  return base::MakeError(Reason::kStoreCorrupt, "event: of no known kind");
}

}  // namespace

std::string RowSealer::KeyOrNone(const crypto::LookupPlace& place, std::string_view value) const {
  return value.empty() ? "" : keys_.CurrentLookupKey(place, value);
}

LookupKeys RowSealer::KeysOrNone(const crypto::LookupPlace& place, std::string_view value) const {
  return value.empty() ? LookupKeys() : keys_.LookupKeys(place, value);
}

std::string RowSealer::Seal(const crypto::Place& place, const base::Buffer& plain) const {
  return crypto::Seal(keys_, place, base::View(plain), random_);
}

AppRow RowSealer::SealApp(const AppRecord& app) const {
  return {.id = app.id,
          .client_key = keys_.CurrentLookupKey(ClientLookup(), app.settings.client_id),
          .created_at = app.created_at,
          .sealed = Seal(AppPlace(app.id), WriteAppSettings(app.settings))};
}

absl::StatusOr<AppRecord> RowSealer::OpenApp(const AppRow& row) const {
  JOINPASS_ASSIGN_OR_RETURN(const base::Buffer plain,
                            crypto::Open(keys_, AppPlace(row.id), row.sealed));
  JOINPASS_ASSIGN_OR_RETURN(AppRecord::Settings settings, ReadAppSettings(base::View(plain)));
  return AppRecord{.id = row.id,
                   .settings = std::move(settings),
                   .created_at = row.created_at,
                   .version = row.version,
                   .client_id_since = row.client_id_since,
                   .pause = row.pause};
}

AuthorizationRow RowSealer::SealAuthorization(std::string_view state,
                                              const AuthorizationRequest& request) const {
  const std::string key = keys_.CurrentLookupKey(StateLookup(), state);
  return {.state_key = key,
          .expires_at = request.expires_at,
          .sealed = Seal(AuthorizationPlace(key), WriteAuthorization(state, request))};
}

absl::StatusOr<AuthorizationRequest> RowSealer::OpenAuthorization(
    const AuthorizationRow& row) const {
  JOINPASS_ASSIGN_OR_RETURN(const base::Buffer plain,
                            crypto::Open(keys_, AuthorizationPlace(row.state_key), row.sealed));
  return ReadAuthorization(base::View(plain));
}

PassRow RowSealer::SealPass(const LoggedPass& pass) const {
  return {.id = pass.id,
          .at = pass.at,
          .recording_credential_id = pass.recording.credential_id,
          .identity_credential_id = pass.identity.credential_id,
          .sealed = Seal(PassPlace(pass.id), WritePass(pass))};
}

absl::StatusOr<LoggedPass> RowSealer::OpenPass(const PassRow& row) const {
  JOINPASS_ASSIGN_OR_RETURN(const base::Buffer plain,
                            crypto::Open(keys_, PassPlace(row.id), row.sealed));
  JOINPASS_ASSIGN_OR_RETURN(LoggedPass pass, ReadPass(base::View(plain)));
  pass.id = row.id;
  const bool is_of_row = pass.at == row.at &&
                         pass.recording.credential_id == row.recording_credential_id &&
                         pass.identity.credential_id == row.identity_credential_id;
  if (is_of_row) return pass;
  return base::MakeError(Reason::kStoreCorrupt, "pass: a row does not belong to what it holds");
}

TokensRow RowSealer::SealTokens(const std::string& id, const Tokens& tokens) const {
  return {
      .refresh_key = KeyOrNone(RefreshLookup(id), tokens.refresh_token.Reveal()),
      .sealed = Seal(TokensPlace(id), WriteTokens(tokens)),
  };
}

absl::StatusOr<Tokens> RowSealer::OpenTokens(const std::string& id, const TokensRow& row) const {
  JOINPASS_ASSIGN_OR_RETURN(const base::Buffer plain,
                            crypto::Open(keys_, TokensPlace(id), row.sealed));
  return ReadTokens(base::View(plain));
}

std::string RowSealer::SealCause(const std::string& id, Cause cause) const {
  return cause == Cause::kNone ? "" : Seal(CausePlace(id), base::ToBuffer(CauseName(cause)));
}

EventRow RowSealer::SealEvent(const std::string& id, const EventRecord& event,
                              absl::Time now) const {
  return {.first_at = now,
          .last_at = now,
          .times = 1,
          .kind = StoredKind(event.kind),
          .reason = event.reason,
          .sealed = Seal(EventPlace(id), WriteEvent(event))};
}

absl::StatusOr<EventRecord> RowSealer::OpenEvent(const std::string& id, const EventRow& row) const {
  JOINPASS_ASSIGN_OR_RETURN(const base::Buffer plain,
                            crypto::Open(keys_, EventPlace(id), row.sealed));
  JOINPASS_ASSIGN_OR_RETURN(const CredentialEventKind kind, KindStoredAs(row.kind));
  EventRecord event = {.kind = kind,
                       .reason = row.reason,
                       .first_at = row.first_at,
                       .last_at = row.last_at,
                       .times = row.times};
  JOINPASS_RETURN_IF_ERROR(ReadEvent(base::View(plain), event));
  return event;
}

CredentialRow RowSealer::SealCredential(const CredentialRecord& credential) const {
  const ConsentedUser user = {.app_id = credential.app_id,
                              .app_kind = credential.app_kind,
                              .client_id = credential.client_id,
                              .user_id = credential.user_id,
                              .account_id = credential.account_id,
                              .email = credential.email,
                              .expected = credential.expected};
  return {
      .id = credential.id,
      .app_id = credential.app_id,
      .named = credential.IsNamed(),
      .principal_key = credential.IsNamed()
                           ? keys_.CurrentLookupKey(PrincipalLookup(credential.app_id),
                                                    credential.principal().id)
                           : keys_.CurrentLookupKey(UnnamedLookup(), credential.id),
      .any_user_key = KeyOrNone(AnyUserLookup(), credential.user_id),
      .sealed_user = Seal(UserPlace(credential.id), WriteUser(user)),
      .tokens = SealTokens(credential.id, credential.tokens),
      .generation = credential.generation,
      .pending = credential.pending,
      .health = credential.health,
      .health_since = credential.health_since,
      .sealed_cause = SealCause(credential.id, credential.cause),
      .connected_at = credential.connected_at,
      .refreshed_at = credential.refreshed_at,
  };
}

absl::StatusOr<CredentialRecord> RowSealer::OpenCredential(const CredentialRow& row) const {
  JOINPASS_ASSIGN_OR_RETURN(const base::Buffer plain,
                            crypto::Open(keys_, UserPlace(row.id), row.sealed_user));
  JOINPASS_ASSIGN_OR_RETURN(ConsentedUser user, ReadUser(base::View(plain)));
  JOINPASS_ASSIGN_OR_RETURN(Tokens tokens, OpenTokens(row.id, row.tokens));
  base::Buffer cause;
  if (!row.sealed_cause.empty()) {
    JOINPASS_ASSIGN_OR_RETURN(cause, crypto::Open(keys_, CausePlace(row.id), row.sealed_cause));
  }
  if (user.app_id != row.app_id) return Mismatch("credential");
  return CredentialRecord{
      .id = row.id,
      .app_id = row.app_id,
      .app_kind = user.app_kind,
      .client_id = std::move(user.client_id),
      .user_id = std::move(user.user_id),
      .account_id = std::move(user.account_id),
      .email = std::move(user.email),
      .expected = std::move(user.expected),
      .tokens = std::move(tokens),
      .generation = row.generation,
      .pending = row.pending,
      .health = row.health,
      .health_since = row.health_since,
      .cause = base::CauseNamed(base::View(cause)),
      .connected_at = row.connected_at,
      .refreshed_at = row.refreshed_at,
  };
}

HostRow RowSealer::SealHost(const HostRecord& host) const {
  HostRow row;
  row.app_id = host.app_id;
  row.user_key = keys_.CurrentLookupKey(HostLookup(host.app_id), host.user_id);
  row.account_key = KeyOrNone(HostAccountLookup(host.app_id), host.account_id.value);
  if (const std::uint64_t number = host.personal_meeting_id.value; number != 0) {
    row.number_key = keys_.CurrentLookupKey(NumberLookup(), std::to_string(number));
  }
  row.vanity_key = KeyOrNone(VanityLookup(), host.vanity_name.value);
  row.email_key = KeyOrNone(EmailLookup(), host.email.value);
  row.account_at = host.account_id.at;
  row.number_at = host.personal_meeting_id.at;
  row.vanity_at = host.vanity_name.at;
  row.email_at = host.email.at;
  row.inactive = host.inactive.value;
  row.inactive_at = host.inactive.at;
  row.meetings_listed_at = host.meetings_listed_at;
  row.webinars_listed_at = host.webinars_listed_at;
  row.sealed = Seal(HostPlace(row.user_key), WriteHost(host));
  return row;
}

absl::StatusOr<HostRecord> RowSealer::OpenHost(const HostRow& row) const {
  JOINPASS_ASSIGN_OR_RETURN(const base::Buffer plain,
                            crypto::Open(keys_, HostPlace(row.user_key), row.sealed));
  JOINPASS_ASSIGN_OR_RETURN(HostRecord host, ReadHost(base::View(plain)));
  if (host.app_id != row.app_id) return Mismatch("host");
  host.account_id.at = row.account_at;
  host.personal_meeting_id.at = row.number_at;
  host.vanity_name.at = row.vanity_at;
  host.email.at = row.email_at;
  host.inactive = {row.inactive, row.inactive_at};
  host.meetings_listed_at = row.meetings_listed_at;
  host.webinars_listed_at = row.webinars_listed_at;
  return host;
}

MeetingRow RowSealer::SealMeeting(const MeetingRecord& meeting) const {
  const MeetingHost& host = meeting.host.value;
  MeetingRow row;
  row.app_id = meeting.app_id;
  row.number_key = keys_.CurrentLookupKey(NumberLookup(), std::to_string(meeting.number));
  row.host_keys = MeetingHostKeys(meeting);
  row.kind = host.kind;
  row.host_at = meeting.host.at;
  row.deleted = meeting.deleted.value;
  row.deleted_at = meeting.deleted.at;
  row.sealed = Seal(MeetingPlace(row.number_key + row.app_id), WriteMeeting(meeting));
  return row;
}

absl::StatusOr<MeetingRecord> RowSealer::OpenMeeting(const MeetingRow& row) const {
  JOINPASS_ASSIGN_OR_RETURN(
      const base::Buffer plain,
      crypto::Open(keys_, MeetingPlace(row.number_key + row.app_id), row.sealed));
  JOINPASS_ASSIGN_OR_RETURN(MeetingRecord meeting, ReadMeeting(base::View(plain)));
  meeting.app_id = row.app_id;
  meeting.host.value.kind = row.kind;
  meeting.host.at = row.host_at;
  meeting.deleted = {row.deleted, row.deleted_at};
  return meeting;
}

LookupKeys RowSealer::ClientKeys(std::string_view client_id) const {
  return keys_.LookupKeys(ClientLookup(), client_id);
}

LookupKeys RowSealer::StateKeys(std::string_view state) const {
  return keys_.LookupKeys(StateLookup(), state);
}

LookupKeys RowSealer::PrincipalKeys(std::string_view app_id, const Principal& principal) const {
  return keys_.LookupKeys(PrincipalLookup(app_id), principal.id);
}

LookupKeys RowSealer::AnyUserKeys(std::string_view user_id) const {
  return KeysOrNone(AnyUserLookup(), user_id);
}

LookupKeys RowSealer::RefreshKeys(std::string_view id, const Secret& refresh_token) const {
  return KeysOrNone(RefreshLookup(id), refresh_token.Reveal());
}

LookupKeys RowSealer::HostKeys(std::string_view app_id, std::string_view user_id) const {
  return keys_.LookupKeys(HostLookup(app_id), user_id);
}

LookupKeys RowSealer::AccountKeys(std::string_view app_id, std::string_view account_id) const {
  return KeysOrNone(HostAccountLookup(app_id), account_id);
}

LookupKeys RowSealer::VanityNameKeys(std::string_view name) const {
  return KeysOrNone(VanityLookup(), name);
}

LookupKeys RowSealer::EmailKeys(std::string_view email) const {
  return KeysOrNone(EmailLookup(), email);
}

LookupKeys RowSealer::BucketKeys(std::string_view account_id, int label) const {
  return keys_.LookupKeys(BucketLookup(std::to_string(label)), account_id);
}

LookupKeys RowSealer::WebhookKeys(std::string_view app_id, std::string_view body) const {
  return keys_.LookupKeys(WebhookLookup(app_id), body);
}

MeetingSearch RowSealer::SearchMeeting(const MeetingRecord& meeting) const {
  return {.app_id = meeting.app_id, .number_keys = NumberKeys(meeting.number)};
}

LookupKeys RowSealer::NumberKeys(std::uint64_t number) const {
  return keys_.LookupKeys(NumberLookup(), std::to_string(number));
}

LookupKeys RowSealer::MeetingHostKeys(const MeetingRecord& meeting) const {
  return KeysOrNone(HostLookup(meeting.app_id), meeting.host.value.user_id);
}

}  // namespace joinpass::store
