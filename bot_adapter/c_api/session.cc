#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "c_api/json.h"
#include "c_api/objects.h"
#include "joinpass/engine.h"
#include "joinpass/meeting_link.h"
#include "joinpass/next_step.h"
#include "joinpass/time.h"

namespace joinpass::c_api {
namespace {

absl::StatusOr<Need> NeedOf(int need, Need by_default, std::string_view field) {
  switch (need) {
    case JOINPASS_NEED_DEFAULT:
      return by_default;
    case JOINPASS_NEED_OFF:
      return Need::kOff;
    case JOINPASS_NEED_PREFERRED:
      return Need::kPreferred;
    case JOINPASS_NEED_REQUIRED:
      return Need::kRequired;
  }
  return Invalid(std::string(field) + " is none of JOINPASS_NEED_…");
}

absl::StatusOr<Identity> IdentityOf(int identity) {
  switch (identity) {
    case JOINPASS_IDENTITY_NONE:
      return Identity::kNone;
    case JOINPASS_IDENTITY_ZAK:
      return Identity::kZak;
    case JOINPASS_IDENTITY_ON_BEHALF_OF:
      return Identity::kOnBehalfOf;
  }
  return Invalid("identity is none of JOINPASS_IDENTITY_…");
}

absl::StatusOr<JoinRequest> RequestOf(const joinpass_join_request* given) {
  const auto known = Known(given);
  if (!known.ok()) return known.status();
  auto link = MeetingLink::Parse(View(known->link));
  if (!link.ok()) return link.status();
  JoinRequest request;
  request.link = *std::move(link);
  request.host_hints = Texts(known->host_hints, known->host_hint_count);
  const auto recording = NeedOf(known->recording, request.recording, "recording");
  if (!recording.ok()) return recording.status();
  request.recording = *recording;
  request.bypass_waiting_room = known->bypass_waiting_room;
  const auto identity = IdentityOf(known->identity);
  if (!identity.ok()) return identity.status();
  request.identity = *identity;
  const auto identity_need = NeedOf(known->identity_need, request.identity_need, "identity_need");
  if (!identity_need.ok()) return identity_need.status();
  request.identity_need = *identity_need;
  request.identity_users = Texts(known->identity_users, known->identity_user_count);
  request.recording_beside_strangers = known->recording_beside_strangers;
  request.recording_or_on_behalf_of = known->recording_or_on_behalf_of;
  if (known->patience_ms != 0) {
    request.patience = std::max(absl::ZeroDuration(), absl::Milliseconds(known->patience_ms));
  }
  if (known->mint_ahead_of_ms != 0) {
    request.mint_ahead_of = absl::FromUnixMillis(known->mint_ahead_of_ms);
  }
  request.token_urls.join_token_url = SecretText(known->join_token_url);
  request.token_urls.zak_url = SecretText(known->zak_url);
  request.token_urls.obf_token_url = SecretText(known->obf_token_url);
  if (known->urls_are_configuration) request.token_urls.source = UrlSource::kConfiguration;
  request.display_name = Text(known->display_name);
  request.customer_key = Text(known->customer_key);
  return request;
}

absl::StatusOr<SdkOutcome> OutcomeOf(int kind, int code, int result) {
  switch (kind) {
    case JOINPASS_SDK_AUTHENTICATED:
      return SdkOutcome::Authenticated(code);
    case JOINPASS_SDK_JOIN_RETURNED:
      return SdkOutcome::JoinReturned(code);
    case JOINPASS_SDK_STATUS_CHANGED:
      return SdkOutcome::StatusChanged(code, result);
    case JOINPASS_SDK_CONNECT_TIMED_OUT:
      return SdkOutcome::ConnectTimedOut();
    case JOINPASS_SDK_RECORDING_RETURNED:
      return SdkOutcome::RecordingReturned(code);
    case JOINPASS_SDK_PRIVILEGE_ANSWERED:
      return SdkOutcome::PrivilegeAnswered(code);
    case JOINPASS_SDK_PRIVILEGE_CHANGED:
      return SdkOutcome::PrivilegeChanged(code != 0);
  }
  return Invalid("kind is none of JOINPASS_SDK_…");
}

int NumberOf(Step step) {
  switch (step) {
    case Step::kGoOn:
      return JOINPASS_STEP_GO_ON;
    case Step::kStartRecording:
      return JOINPASS_STEP_START_RECORDING;
    case Step::kAskHost:
      return JOINPASS_STEP_ASK_HOST;
    case Step::kJoinAgain:
      return JOINPASS_STEP_JOIN_AGAIN;
    case Step::kJoinWithoutRecordingToken:
      return JOINPASS_STEP_JOIN_WITHOUT_RECORDING_TOKEN;
    case Step::kJoinWithoutIdentity:
      return JOINPASS_STEP_JOIN_WITHOUT_IDENTITY;
    case Step::kJoinAsNextUser:
      return JOINPASS_STEP_JOIN_AS_NEXT_USER;
    case Step::kAwaitOwner:
      return JOINPASS_STEP_AWAIT_OWNER;
    case Step::kAuthenticateAgain:
      return JOINPASS_STEP_AUTHENTICATE_AGAIN;
    case Step::kStop:
      return JOINPASS_STEP_STOP;
  }
  return JOINPASS_STEP_STOP;
}

// Into a struct of the program's, which may be older and shorter.
absl::Status Fill(const NextStep& next, joinpass_next_step* out) {
  if (out == nullptr) return Invalid("next is missing");
  if (out->struct_size < sizeof(std::size_t)) return Invalid("struct_size is not set");
  if (out->struct_size > kLargestStruct) return Invalid("struct_size is no size");
  joinpass_next_step filled = {};
  filled.struct_size = out->struct_size;
  filled.step = NumberOf(next.step);
  filled.joins_again = JoinsAgain(next.step);
  filled.wait_ms = absl::ToInt64Milliseconds(absl::Ceil(next.wait, absl::Milliseconds(1)));
  auto* bytes = reinterpret_cast<unsigned char*>(out);
  const std::size_t size = std::min(out->struct_size, sizeof(filled));
  std::fill(bytes + size, bytes + out->struct_size, 0);  // of a newer program's
  std::copy_n(reinterpret_cast<const unsigned char*>(&filled), size, bytes);
  return absl::OkStatus();
}

std::int64_t MillisecondsUntil(SteadyTime time) {
  return std::max<std::int64_t>(0, absl::ToInt64Milliseconds(time - SteadyNow()));
}

}  // namespace

ZeroEnded::ZeroEnded(std::string_view text) {
  if (text.empty()) return;
  std::string ended;
  ended.reserve(text.size() + 1);  // a string that grows leaves its bytes behind
  ended.append(text).push_back('\0');
  bytes_ = Secret::Take(std::move(ended));
}

}  // namespace joinpass::c_api

namespace c_api = joinpass::c_api;

joinpass_pass::joinpass_pass(const joinpass::JoinPass& pass)
    : meeting_number(pass.meeting_number()),
      // As the adapter for C++ does: the SDK takes the one or the other.
      vanity_name(meeting_number == 0 ? std::string_view(pass.vanity_name()) : std::string_view()),
      display_name(pass.display_name()),
      customer_key(pass.customer_key()),
      passcode(pass.passcode().Reveal()),
      registrant_token(pass.registrant_token().Reveal()),
      recording_token(pass.recording_token().Reveal()),
      zak(pass.zak().Reveal()),
      on_behalf_token(pass.on_behalf_token().Reveal()),
      recording_credential_id(pass.recording().credential_id),
      identity_credential_id(pass.identity_token().credential_id) {
  if (!pass.recording_token().empty()) recording_until = pass.recording().expires_at;
  if (!pass.identity_token().value.empty()) identity_until = pass.identity_token().expires_at;
  for (const joinpass::Shortfall& shortfall : pass.shortfalls()) {
    shortfalls.push_back(
        {std::string(joinpass::PassPartName(shortfall.part)), c_api::MakeError(shortfall.why)});
  }
}

extern "C" {

joinpass_error* joinpass_session_begin(joinpass_engine* engine,
                                       const joinpass_join_request* request,
                                       joinpass_session** session) {
  *session = nullptr;
  return c_api::Guarded([&]() -> absl::Status {
    auto read = c_api::RequestOf(request);
    if (!read.ok()) return read.status();
    auto handle = std::make_unique<joinpass_session>();
    auto begun = engine->engine->BeginJoin(*std::move(read));
    if (!begun.ok()) return begun.status();
    handle->session = *std::move(begun);
    *session = handle.release();
    return absl::OkStatus();
  });
}

joinpass_error* joinpass_session_mint(joinpass_session* session, int64_t timeout_ms,
                                      joinpass_pass** pass) {
  *pass = nullptr;
  return c_api::Guarded([&]() -> absl::Status {
    const auto timeout = c_api::Timeout(timeout_ms);
    if (!timeout.ok()) return timeout.status();
    const auto minted = session->session->Mint(*timeout);
    if (!minted.ok()) return minted.status();
    *pass = std::make_unique<joinpass_pass>(*minted).release();
    return absl::OkStatus();
  });
}

joinpass_error* joinpass_session_mint_async(joinpass_session* session, int64_t timeout_ms,
                                            joinpass_on_minted done, void* user_data) {
  return c_api::Guarded([&]() -> absl::Status {
    const auto timeout = c_api::Timeout(timeout_ms);
    if (!timeout.ok()) return timeout.status();
    if (done == nullptr) return c_api::Invalid("done is missing");
    session->session->MintAsync(*timeout, [done, user_data](auto minted) {
      joinpass_pass* pass = nullptr;
      joinpass_error* error = c_api::Guarded([&]() -> absl::Status {
        if (!minted.ok()) return minted.status();
        pass = std::make_unique<joinpass_pass>(*minted).release();
        return absl::OkStatus();
      });
      done(user_data, error, pass);
    });
    return absl::OkStatus();
  });
}

joinpass_error* joinpass_session_report(joinpass_session* session, int kind, int code, int result,
                                        joinpass_next_step* next) {
  return c_api::Guarded([&]() -> absl::Status {
    if (absl::Status status = c_api::Fill({}, next); !status.ok()) return status;
    const auto outcome = c_api::OutcomeOf(kind, code, result);
    if (!outcome.ok()) return outcome.status();
    const joinpass::NextStep step = session->session->Report(*outcome);
    (void)c_api::Fill(step, next);
    return step.why;
  });
}

void joinpass_session_free(joinpass_session* session) { delete session; }

joinpass_error* joinpass_engine_check(joinpass_engine* engine, const joinpass_join_request* request,
                                      int64_t timeout_ms, char** check_json) {
  c_api::Clear(check_json);
  return c_api::Guarded([&]() -> absl::Status {
    const auto timeout = c_api::Timeout(timeout_ms);
    if (!timeout.ok()) return timeout.status();
    auto read = c_api::RequestOf(request);
    if (!read.ok()) return read.status();
    const auto check = engine->engine->Check(*std::move(read), *timeout);
    if (!check.ok()) return check.status();
    c_api::Give(c_api::Json(*check), check_json);
    return absl::OkStatus();
  });
}

uint64_t joinpass_pass_meeting_number(const joinpass_pass* pass) { return pass->meeting_number; }
const char* joinpass_pass_vanity_name(const joinpass_pass* pass) { return pass->vanity_name.get(); }
const char* joinpass_pass_display_name(const joinpass_pass* pass) {
  return pass->display_name.get();
}
const char* joinpass_pass_passcode(const joinpass_pass* pass) { return pass->passcode.get(); }
const char* joinpass_pass_recording_token(const joinpass_pass* pass) {
  return pass->recording_token.get();
}
const char* joinpass_pass_zak(const joinpass_pass* pass) { return pass->zak.get(); }
const char* joinpass_pass_on_behalf_token(const joinpass_pass* pass) {
  return pass->on_behalf_token.get();
}
const char* joinpass_pass_customer_key(const joinpass_pass* pass) {
  return pass->customer_key.get();
}
const char* joinpass_pass_registrant_token(const joinpass_pass* pass) {
  return pass->registrant_token.get();
}

const char* joinpass_pass_recording_credential_id(const joinpass_pass* pass) {
  return pass->recording_credential_id.get();
}
const char* joinpass_pass_identity_credential_id(const joinpass_pass* pass) {
  return pass->identity_credential_id.get();
}

int64_t joinpass_pass_recording_ms_left(const joinpass_pass* pass) {
  return c_api::MillisecondsUntil(pass->recording_until);
}
int64_t joinpass_pass_identity_ms_left(const joinpass_pass* pass) {
  return c_api::MillisecondsUntil(pass->identity_until);
}

size_t joinpass_pass_shortfall_count(const joinpass_pass* pass) { return pass->shortfalls.size(); }
const char* joinpass_pass_shortfall_part(const joinpass_pass* pass, size_t index) {
  return index < pass->shortfalls.size() ? pass->shortfalls[index].part.c_str() : nullptr;
}
const joinpass_error* joinpass_pass_shortfall_error(const joinpass_pass* pass, size_t index) {
  return index < pass->shortfalls.size() ? &pass->shortfalls[index].error : nullptr;
}

void joinpass_pass_free(joinpass_pass* pass) { delete pass; }

}  // extern "C"
