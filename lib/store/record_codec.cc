#include "store/record_codec.h"

#include <cstdint>
#include <utility>

#include "base/status.h"
#include "store/byte_codec.h"

namespace joinpass::store {
namespace {

constexpr std::uint64_t kLayout = 1;
constexpr std::uint64_t kWithExpected = 2;  // of an authorization
constexpr std::uint64_t kWithEmail = 2;     // of a host

ByteWriter Begin() {
  ByteWriter writer;
  writer.Number(kLayout);
  return writer;
}

// `record`, if the reader found a whole one of our layout.
template <typename Record>
absl::StatusOr<Record> End(const ByteReader& reader, std::uint64_t layout, Record record) {
  if (layout == kLayout && reader.AtEnd()) return record;
  return base::MakeError(Reason::kStoreCorrupt, "record: unsealed, but of no known layout");
}

void WriteConsenter(ByteWriter& writer, const Consenter& consenter) {
  writer.Text(consenter.user_id);
  writer.Text(consenter.account_id);
  writer.Text(consenter.email);
}

Consenter ReadConsenter(ByteReader& reader) {
  Consenter consenter;
  consenter.user_id = reader.Text();
  consenter.account_id = reader.Text();
  consenter.email = reader.Text();
  return consenter;
}

AppKind KindOf(std::uint64_t number) {
  return number == static_cast<std::uint64_t>(AppKind::kAccountManaged) ? AppKind::kAccountManaged
                                                                        : AppKind::kUserManaged;
}

}  // namespace

base::Buffer WriteAppSettings(const AppRecord::Settings& settings) {
  ByteWriter writer = Begin();
  writer.Number(static_cast<std::uint64_t>(settings.kind));
  writer.Text(settings.client_id);
  writer.Text(settings.client_secret.Reveal());
  writer.Secrets(settings.webhook_secrets);
  return std::move(writer).Take();
}

absl::StatusOr<AppRecord::Settings> ReadAppSettings(std::string_view bytes) {
  ByteReader reader(bytes);
  const std::uint64_t layout = reader.Number();
  AppRecord::Settings settings;
  settings.kind = KindOf(reader.Number());
  settings.client_id = reader.Text();
  settings.client_secret = Secret(reader.Text());
  settings.webhook_secrets = reader.Secrets();
  return End(reader, layout, std::move(settings));
}

base::Buffer WriteAuthorization(std::string_view state, const AuthorizationRequest& request) {
  ByteWriter writer;
  writer.Number(request.expected.IsAnybody() ? kLayout : kWithExpected);
  writer.Text(state);
  writer.Text(request.app_id);
  writer.Text(request.redirect_uri);
  writer.Text(request.code_verifier.Reveal());
  writer.Text(request.bound_to_hash);
  writer.Time(request.expires_at);
  if (!request.expected.IsAnybody()) WriteConsenter(writer, request.expected);
  if (!request.taken_at) return std::move(writer).Take();
  writer.Time(*request.taken_at);
  if (!request.outcome) return std::move(writer).Take();
  writer.Text(request.outcome->credential_id);
  writer.Text(ReasonName(request.outcome->reason));
  writer.Text(CauseName(request.outcome->cause));
  writer.Number(request.outcome->is_final ? 1 : 0);
  return std::move(writer).Take();
}

absl::StatusOr<AuthorizationRequest> ReadAuthorization(std::string_view bytes) {
  ByteReader reader(bytes);
  const std::uint64_t layout = reader.Number();
  AuthorizationRequest request;
  request.state = Secret(reader.Text());
  request.app_id = reader.Text();
  request.redirect_uri = reader.Text();
  request.code_verifier = Secret(reader.Text());
  request.bound_to_hash = reader.Text();
  request.expires_at = reader.Time();
  const bool with_expected = layout == kWithExpected;
  if (with_expected) request.expected = ReadConsenter(reader);
  if (!reader.AtEnd()) request.taken_at = reader.Time();
  if (!reader.AtEnd()) {
    ConnectOutcome& outcome = request.outcome.emplace();
    outcome.credential_id = reader.Text();
    outcome.reason = base::ReasonNamed(reader.Text()).value_or(Reason::kInternal);
    outcome.cause = base::CauseNamed(reader.Text());
    outcome.is_final = reader.Number() == 1;
  }
  return End(reader, with_expected ? kLayout : layout, std::move(request));
}

base::Buffer WriteUser(const ConsentedUser& user) {
  ByteWriter writer = Begin();
  writer.Text(user.app_id);
  writer.Number(static_cast<std::uint64_t>(user.app_kind));
  writer.Text(user.client_id);
  writer.Text(user.user_id);
  writer.Text(user.account_id);
  writer.Text(user.email);
  if (!user.expected.IsAnybody()) WriteConsenter(writer, user.expected);
  return std::move(writer).Take();
}

absl::StatusOr<ConsentedUser> ReadUser(std::string_view bytes) {
  ByteReader reader(bytes);
  const std::uint64_t layout = reader.Number();
  ConsentedUser user;
  user.app_id = reader.Text();
  user.app_kind = KindOf(reader.Number());
  user.client_id = reader.Text();
  user.user_id = reader.Text();
  user.account_id = reader.Text();
  user.email = reader.Text();
  if (!reader.AtEnd()) user.expected = ReadConsenter(reader);
  return End(reader, layout, std::move(user));
}

base::Buffer WriteTokens(const Tokens& tokens) {
  ByteWriter writer = Begin();
  writer.Text(tokens.access_token.Reveal());
  writer.Text(tokens.refresh_token.Reveal());
  writer.Time(tokens.access_expires_at);
  writer.Texts(tokens.scopes);
  writer.Text(tokens.api_origin ? message::WriteOrigin(*tokens.api_origin) : "");
  writer.Text(tokens.callback_url.Reveal());
  writer.Number(static_cast<std::uint64_t>(tokens.url_source));
  return std::move(writer).Take();
}

absl::StatusOr<Tokens> ReadTokens(std::string_view bytes) {
  ByteReader reader(bytes);
  const std::uint64_t layout = reader.Number();
  Tokens tokens;
  tokens.access_token = Secret(reader.Text());
  tokens.refresh_token = Secret(reader.Text());
  tokens.access_expires_at = reader.Time();
  tokens.scopes = reader.Texts();
  // One that no request could go to was never written; the engine's is always good.
  if (auto origin = message::ReadOrigin(reader.Text()); origin.ok()) {
    tokens.api_origin = *std::move(origin);
  }
  tokens.callback_url = Secret(reader.Text());
  // What is not known to be our own is held to be the network's.
  tokens.url_source = reader.Number() == static_cast<std::uint64_t>(UrlSource::kConfiguration)
                          ? UrlSource::kConfiguration
                          : UrlSource::kNetwork;
  return End(reader, layout, std::move(tokens));
}

base::Buffer WriteEvent(const EventRecord& event) {
  ByteWriter writer = Begin();
  writer.Text(event.tracking_id);
  writer.Number(static_cast<std::uint64_t>(event.http_status));
  writer.Number(static_cast<std::uint64_t>(event.zoom_code));
  return std::move(writer).Take();
}

absl::Status ReadEvent(std::string_view bytes, EventRecord& event) {
  ByteReader reader(bytes);
  const std::uint64_t layout = reader.Number();
  event.tracking_id = reader.Text();
  event.http_status = static_cast<int>(reader.Number());
  event.zoom_code = static_cast<int>(reader.Number());
  return End(reader, layout, 0).status();
}

base::Buffer WriteHost(const HostRecord& host) {
  ByteWriter writer;
  writer.Number(kWithEmail);
  writer.Text(host.app_id);
  writer.Text(host.user_id);
  writer.Text(host.account_id.value);
  writer.Number(host.personal_meeting_id.value);
  writer.Text(host.vanity_name.value);
  writer.Text(host.email.value);
  return std::move(writer).Take();
}

absl::StatusOr<HostRecord> ReadHost(std::string_view bytes) {
  ByteReader reader(bytes);
  const std::uint64_t layout = reader.Number();
  HostRecord host;
  host.app_id = reader.Text();
  host.user_id = reader.Text();
  host.account_id.value = reader.Text();
  host.personal_meeting_id.value = reader.Number();
  host.vanity_name.value = reader.Text();
  const bool with_email = layout == kWithEmail;
  if (with_email) host.email.value = reader.Text();
  return End(reader, with_email ? kLayout : layout, std::move(host));
}

base::Buffer WriteMeeting(const MeetingRecord& meeting) {
  ByteWriter writer = Begin();
  writer.Number(meeting.number);
  writer.Text(meeting.host.value.user_id);
  writer.Text(meeting.host.value.account_id);
  return std::move(writer).Take();
}

absl::StatusOr<MeetingRecord> ReadMeeting(std::string_view bytes) {
  ByteReader reader(bytes);
  const std::uint64_t layout = reader.Number();
  MeetingRecord meeting;
  meeting.number = reader.Number();
  meeting.host.value.user_id = reader.Text();
  meeting.host.value.account_id = reader.Text();
  return End(reader, layout, std::move(meeting));
}

}  // namespace joinpass::store
