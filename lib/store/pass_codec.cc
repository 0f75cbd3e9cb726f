#include "store/pass_codec.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/status.h"
#include "store/byte_codec.h"

namespace joinpass::store {
namespace {

constexpr std::uint64_t kLayout = 1;
constexpr std::size_t kLongestMessage = 512;
constexpr std::uint64_t kMostOutcomes = 64;

// The place of each stands in the files: add at the end, and change nothing.
constexpr std::array kKinds = {
    SdkOutcome::Kind::kAuthenticated,     SdkOutcome::Kind::kJoinReturned,
    SdkOutcome::Kind::kStatusChanged,     SdkOutcome::Kind::kConnectTimedOut,
    SdkOutcome::Kind::kRecordingReturned, SdkOutcome::Kind::kPrivilegeAnswered,
    SdkOutcome::Kind::kPrivilegeChanged,
};
constexpr std::array kSteps = {
    Step::kGoOn,
    Step::kStartRecording,
    Step::kAskHost,
    Step::kJoinAgain,
    Step::kJoinWithoutRecordingToken,
    Step::kJoinWithoutIdentity,
    Step::kJoinAsNextUser,
    Step::kAwaitOwner,
    Step::kAuthenticateAgain,
    Step::kStop,
};
constexpr std::array kIdentities = {Identity::kNone, Identity::kZak, Identity::kOnBehalfOf};

template <typename Table>
std::uint64_t PlaceOf(typename Table::value_type value, const Table& table) {
  const auto found = std::find(table.begin(), table.end(), value);
  return static_cast<std::uint64_t>(found - table.begin());
}

// Of a newer joinpass: the first, which says the least.
template <typename Table>
typename Table::value_type AtPlace(std::uint64_t place, const Table& table) {
  return place < table.size() ? table[place] : table.front();
}

void WriteSigned(ByteWriter& writer, std::int64_t value) {
  writer.Number(static_cast<std::uint64_t>(value));
}
int ReadSigned(ByteReader& reader) {
  return static_cast<int>(static_cast<std::int64_t>(reader.Number()));
}

// Of an OK status: nothing but a 0.
void WriteStatus(ByteWriter& writer, const absl::Status& status) {
  writer.Number(status.ok() ? 0 : 1);
  if (status.ok()) return;
  const ErrorInfo info = GetErrorInfo(status).value_or(ErrorInfo{.reason = ReasonOf(status)});
  writer.Text(ReasonName(info.reason));
  writer.Text(CauseName(info.cause));
  WriteSigned(writer, info.http_status);
  WriteSigned(writer, info.zoom_code);
  writer.Text(info.tracking_id);
  writer.Text(info.server_text);
  writer.Texts(info.missing_scopes);
  writer.Time(info.retry_at.value_or(absl::InfinitePast()));
  writer.Text(std::string_view(status.message().data(),
                               std::min(status.message().size(), kLongestMessage)));
}

absl::Status ReadStatus(ByteReader& reader) {
  if (reader.Number() == 0) return absl::OkStatus();
  ErrorInfo info;
  info.reason = base::ReasonNamed(reader.Text()).value_or(Reason::kInternal);
  info.cause = base::CauseNamed(reader.Text());
  info.http_status = ReadSigned(reader);
  info.zoom_code = ReadSigned(reader);
  info.tracking_id = reader.Text();
  info.server_text = reader.Text();
  info.missing_scopes = reader.Texts();
  const absl::Time retry_at = reader.Time();
  if (retry_at != absl::InfinitePast()) info.retry_at = retry_at;
  return base::MakeError(info, reader.Text());
}

void WritePart(ByteWriter& writer, const LoggedPart& part) {
  writer.Number(part.wanted ? 1 : 0);
  writer.Number(part.held ? 1 : 0);
  writer.Text(part.credential_id);
  writer.Time(part.expires_at);
  WriteStatus(writer, part.why_not);
}

LoggedPart ReadPart(ByteReader& reader) {
  LoggedPart part;
  part.wanted = reader.Number() == 1;
  part.held = reader.Number() == 1;
  part.credential_id = reader.Text();
  part.expires_at = reader.Time();
  part.why_not = ReadStatus(reader);
  return part;
}

void WriteOutcome(ByteWriter& writer, const LoggedOutcome& outcome) {
  writer.Time(outcome.at);
  writer.Number(PlaceOf(outcome.outcome.kind, kKinds));
  WriteSigned(writer, outcome.outcome.code);
  WriteSigned(writer, outcome.outcome.result);
  writer.Number(PlaceOf(outcome.next.step, kSteps));
  WriteSigned(writer, absl::ToInt64Milliseconds(outcome.next.wait));
  WriteStatus(writer, outcome.next.why);
}

LoggedOutcome ReadOutcome(ByteReader& reader) {
  LoggedOutcome outcome;
  outcome.at = reader.Time();
  outcome.outcome.kind = AtPlace(reader.Number(), kKinds);
  outcome.outcome.code = ReadSigned(reader);
  outcome.outcome.result = ReadSigned(reader);
  outcome.next.step = AtPlace(reader.Number(), kSteps);
  outcome.next.wait = absl::Milliseconds(ReadSigned(reader));
  outcome.next.why = ReadStatus(reader);
  return outcome;
}

}  // namespace

base::Buffer WritePass(const LoggedPass& pass) {
  ByteWriter writer;
  writer.Number(kLayout);
  writer.Text(pass.join_id);
  WriteSigned(writer, pass.attempt);
  writer.Time(pass.at);
  writer.Number(pass.meeting_number);
  writer.Text(pass.vanity_name);
  writer.Text(pass.host_user_id);
  writer.Number(pass.minted_ahead ? 1 : 0);
  WritePart(writer, pass.recording);
  writer.Number(PlaceOf(pass.identity_kind, kIdentities));
  WritePart(writer, pass.identity);
  WriteStatus(writer, pass.error);
  writer.Number(pass.outcomes.size());
  for (const LoggedOutcome& outcome : pass.outcomes) WriteOutcome(writer, outcome);
  return std::move(writer).Take();
}

absl::StatusOr<LoggedPass> ReadPass(std::string_view bytes) {
  ByteReader reader(bytes);
  const std::uint64_t layout = reader.Number();
  LoggedPass pass;
  pass.join_id = reader.Text();
  pass.attempt = ReadSigned(reader);
  pass.at = reader.Time();
  pass.meeting_number = reader.Number();
  pass.vanity_name = reader.Text();
  pass.host_user_id = reader.Text();
  pass.minted_ahead = reader.Number() == 1;
  pass.recording = ReadPart(reader);
  pass.identity_kind = AtPlace(reader.Number(), kIdentities);
  pass.identity = ReadPart(reader);
  pass.error = ReadStatus(reader);
  const std::uint64_t outcomes = reader.Number();
  for (std::uint64_t i = 0; i < std::min(outcomes, kMostOutcomes); ++i) {
    pass.outcomes.push_back(ReadOutcome(reader));
  }
  if (layout == kLayout && reader.AtEnd()) return pass;
  return base::MakeError(Reason::kStoreCorrupt, "store: a logged pass is damaged");
}

}  // namespace joinpass::store
