// RowSealer: records into rows, and back.

#ifndef JOINPASS_LIB_STORE_ROW_SEALER_H_
#define JOINPASS_LIB_STORE_ROW_SEALER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "base/random.h"
#include "base/wipe.h"
#include "crypto/key_ring.h"
#include "crypto/seal.h"
#include "joinpass/pass_log.h"
#include "store/record_types.h"
#include "store/store.h"

namespace joinpass::store {

// Knows which part of a record is sealed at which place, and which look-up keys
// stand beside it. What a row has in clear beside its seal is checked against
// the inside when it opens. Touches no store. Thread-safe.
//
// Errors of each Open: key_missing, store_corrupt
class RowSealer {
 public:
  // `random` must outlive it.
  RowSealer(crypto::KeyRing keys, base::Random& random) : keys_(std::move(keys)), random_(random) {}

  bool Knows(crypto::KeyId id) const { return keys_.SealingKey(id) != nullptr; }

  AppRow SealApp(const AppRecord& app) const;
  absl::StatusOr<AppRecord> OpenApp(const AppRow& row) const;

  AuthorizationRow SealAuthorization(std::string_view state,
                                     const AuthorizationRequest& request) const;
  absl::StatusOr<AuthorizationRequest> OpenAuthorization(const AuthorizationRow& row) const;

  CredentialRow SealCredential(const CredentialRecord& credential) const;
  absl::StatusOr<CredentialRecord> OpenCredential(const CredentialRow& row) const;
  TokensRow SealTokens(const std::string& id, const Tokens& tokens) const;
  absl::StatusOr<Tokens> OpenTokens(const std::string& id, const TokensRow& row) const;
  std::string SealCause(const std::string& id, Cause cause) const;
  EventRow SealEvent(const std::string& id, const EventRecord& event, absl::Time now) const;
  absl::StatusOr<EventRecord> OpenEvent(const std::string& id, const EventRow& row) const;

  HostRow SealHost(const HostRecord& host) const;
  absl::StatusOr<HostRecord> OpenHost(const HostRow& row) const;

  MeetingRow SealMeeting(const MeetingRecord& meeting) const;
  absl::StatusOr<MeetingRecord> OpenMeeting(const MeetingRow& row) const;

  PassRow SealPass(const LoggedPass& pass) const;
  absl::StatusOr<LoggedPass> OpenPass(const PassRow& row) const;

  // Under which keys a row may be found.
  LookupKeys ClientKeys(std::string_view client_id) const;
  LookupKeys StateKeys(std::string_view state) const;
  LookupKeys PrincipalKeys(std::string_view app_id, const Principal& principal) const;
  LookupKeys AnyUserKeys(std::string_view user_id) const;
  LookupKeys RefreshKeys(std::string_view id, const Secret& refresh_token) const;
  LookupKeys HostKeys(std::string_view app_id, std::string_view user_id) const;
  LookupKeys AccountKeys(std::string_view app_id, std::string_view account_id) const;
  LookupKeys VanityNameKeys(std::string_view name) const;
  LookupKeys EmailKeys(std::string_view email) const;
  MeetingSearch SearchMeeting(const MeetingRecord& meeting) const;
  LookupKeys BucketKeys(std::string_view account_id, int label) const;
  LookupKeys WebhookKeys(std::string_view app_id, std::string_view body) const;
  LookupKeys NumberKeys(std::uint64_t number) const;               // of a meeting, or personal
  LookupKeys MeetingHostKeys(const MeetingRecord& meeting) const;  // none: nobody said who

 private:
  std::string Seal(const crypto::Place& place, const base::Buffer& plain) const;
  // Of a value that may be empty, which has no key and is found under none.
  std::string KeyOrNone(const crypto::LookupPlace& place, std::string_view value) const;
  LookupKeys KeysOrNone(const crypto::LookupPlace& place, std::string_view value) const;

  const crypto::KeyRing keys_;
  base::Random& random_;
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_ROW_SEALER_H_
