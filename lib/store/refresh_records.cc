// The durable writes of a refresh.

#include <utility>

#include "store/records.h"
#include "store/retries.h"
#include "store/with_keys.h"

namespace joinpass::store {
namespace {

Tokens MergeTokens(const Tokens& stored, const Tokens& answer) {
  Tokens merged = answer;
  if (merged.refresh_token.empty()) merged.refresh_token = stored.refresh_token;
  if (merged.scopes.empty()) merged.scopes = stored.scopes;
  if (!merged.api_origin) merged.api_origin = stored.api_origin;
  return merged;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RefreshLock>> Records::TryLockRefresh(const std::string& id) {
  return store_.credentials().TryLockRefresh(id);
}

absl::StatusOr<bool> Records::OpenPending(const std::string& id, const Secret& spent,
                                          const std::optional<PendingRefresh>& seen,
                                          absl::Time now) {
  return Sealing([&](const RowSealer& sealer) -> absl::StatusOr<bool> {
    JOINPASS_ASSIGN_OR_RETURN(
        const Outcome outcome,
        store_.credentials().OpenPending(id, sealer.RefreshKeys(id, spent), seen, now));
    return outcome == Outcome::kDone;
  });
}

absl::StatusOr<bool> Records::UndoPending(const std::string& id, const Secret& spent,
                                          const EventRecord& event, absl::Time now) {
  return Sealing([&](const RowSealer& sealer) -> absl::StatusOr<bool> {
    JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome,
                              store_.credentials().UndoPending(id, sealer.RefreshKeys(id, spent),
                                                               sealer.SealEvent(id, event, now)));
    return outcome == Outcome::kDone;
  });
}

absl::StatusOr<std::optional<Health>> Records::CommitTokens(const std::string& id,
                                                            const Secret& spent,
                                                            const Tokens& tokens, absl::Time now) {
  return Sealing([&](const RowSealer& sealer) -> absl::StatusOr<std::optional<Health>> {
    const LookupKeys spent_keys = sealer.RefreshKeys(id, spent);
    if (spent_keys.empty()) return std::nullopt;
    for (int i = 0; i < kMostTries; ++i) {
      JOINPASS_ASSIGN_OR_RETURN(const std::optional<CredentialRow> row,
                                store_.credentials().Find(id));
      if (!row || row->health == Health::kDisconnecting) return std::nullopt;
      // Opened first: of a key that is not here nobody can say whether `spent` is stored.
      JOINPASS_ASSIGN_OR_RETURN(const Tokens stored, sealer.OpenTokens(id, row->tokens));
      if (!(stored.refresh_token == spent)) return std::nullopt;
      const EventRecord event = {.kind = row->health == Health::kHealthy
                                             ? CredentialEventKind::kRefreshed
                                             : CredentialEventKind::kRecovered};
      JOINPASS_ASSIGN_OR_RETURN(
          const Outcome outcome,
          store_.credentials().ReplaceTokens(id, spent_keys, row->generation, row->health,
                                             sealer.SealTokens(id, MergeTokens(stored, tokens)),
                                             now, sealer.SealEvent(id, event, now)));
      if (outcome == Outcome::kDone) return std::optional<Health>(row->health);
    }
    return TooManyWriters();
  });
}

absl::StatusOr<Records::Verdict> Records::Condemn(const std::string& id, const Secret& spent,
                                                  Cause cause, const EventRecord& event,
                                                  absl::Time now) {
  return Sealing([&](const RowSealer& sealer) -> absl::StatusOr<Verdict> {
    JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome,
                              store_.credentials().SetHealth(id, sealer.RefreshKeys(id, spent),
                                                             Health::kReauthorizationRequired, now,
                                                             sealer.SealCause(id, cause),
                                                             sealer.SealEvent(id, event, now)));
    if (outcome == Outcome::kSame) return Verdict::kStoodAlready;
    return outcome == Outcome::kDone ? Verdict::kWritten : Verdict::kVoid;
  });
}

absl::StatusOr<std::optional<Health>> Records::NoteAsking(const std::string& id,
                                                          std::int64_t generation, Health health,
                                                          Cause cause, const EventRecord& event,
                                                          absl::Time now) {
  return Sealing([&](const RowSealer& sealer) {
    return store_.credentials().NoteAsking(id, generation, health, now, sealer.SealCause(id, cause),
                                           sealer.SealEvent(id, event, now));
  });
}

}  // namespace joinpass::store
