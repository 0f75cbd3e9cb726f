// Records of apps, and of authorization requests.

#include <array>
#include <cstddef>
#include <utility>

#include "base/status.h"
#include "crypto/hmac.h"
#include "store/millis.h"
#include "store/opened_rows.h"
#include "store/records.h"
#include "store/retries.h"
#include "store/with_keys.h"

namespace joinpass::store {
namespace {

constexpr std::size_t kBindingKeySize = 16;

// For a second click, or a page that is loaded again.
constexpr absl::Duration kOutcomeKept = absl::Minutes(10);

absl::Status UnknownApp() { return base::MakeError(Reason::kAppUnknown, "app: no such id"); }

absl::Status ToStatus(Outcome outcome) {
  switch (outcome) {
    case Outcome::kDone:
      return absl::OkStatus();
    case Outcome::kUnknown:
      return UnknownApp();
    case Outcome::kTaken:
      return base::MakeError(Reason::kInvalidArgument, "app: client_id is another app's already");
    case Outcome::kInUse:
      return base::MakeError(Reason::kAppInUse, "app: still has credentials");
    case Outcome::kMoved:
    case Outcome::kSame:
      break;
  }
  return base::MakeError(Reason::kInternal, "app: the store gave an outcome of another call");
}

}  // namespace

Records::Records(Store& store, crypto::KeySource& keys, base::Random& random)
    : store_(store), keys_(keys), random_(random) {}

Records::Records(Store& store, const crypto::KeyRing& keys, base::Random& random)
    : fixed_keys_(std::make_unique<crypto::FixedKeys>(keys)),
      store_(store),
      keys_(*fixed_keys_),
      random_(random) {}

absl::Status Records::CreateApp(const AppRecord& app) {
  return Sealing([&](const RowSealer& sealer) -> absl::Status {
    JOINPASS_ASSIGN_OR_RETURN(
        const Outcome outcome,
        store_.apps().Insert(sealer.SealApp(app), sealer.ClientKeys(app.settings.client_id)));
    return ToStatus(outcome);
  });
}

absl::StatusOr<AppRecord> Records::GetApp(const std::string& id) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<AppRecord> {
    JOINPASS_ASSIGN_OR_RETURN(const std::optional<AppRow> row, store_.apps().Find(id));
    if (!row) return UnknownApp();
    return sealer.OpenApp(*row);
  });
}

absl::StatusOr<std::vector<AppRecord>> Records::ListApps() {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<std::vector<AppRecord>> {
    JOINPASS_ASSIGN_OR_RETURN(const std::vector<AppRow> rows, store_.apps().List());
    return OpenRows(rows, [&](const AppRow& row) { return sealer.OpenApp(row); });
  });
}

absl::Status Records::UpdateApp(const AppRecord& app, absl::Time now) {
  return Sealing([&](const RowSealer& sealer) -> absl::Status {
    AppRow row = sealer.SealApp(app);
    row.client_id_since = now;
    JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome,
                              store_.apps().Update(row, sealer.ClientKeys(app.settings.client_id)));
    return ToStatus(outcome);
  });
}

absl::Status Records::RemoveApp(const std::string& id) {
  JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome, store_.apps().Remove(id));
  return ToStatus(outcome);
}

absl::StatusOr<bool> Records::PauseApp(const AppRecord& seen, absl::Time now,
                                       absl::Time next_probe) {
  const AppPause pause = {.since = now, .next_probe = next_probe, .probes = 0};
  JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome,
                            store_.apps().Pause(seen.id, seen.version, pause));
  return outcome == Outcome::kDone;
}

absl::StatusOr<bool> Records::ClaimProbe(const AppRecord& seen, absl::Time next_probe) {
  if (!seen.pause) return false;
  JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome,
                            store_.apps().ClaimProbe(seen.id, *seen.pause, next_probe));
  return outcome == Outcome::kDone;
}

absl::StatusOr<bool> Records::ResumeApp(const AppRecord& seen) {
  JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome, store_.apps().Resume(seen.id, seen.version));
  return outcome == Outcome::kDone;
}

absl::Status Records::PutAuthorization(std::string_view state,
                                       const AuthorizationRequest& request) {
  return Sealing([&](const RowSealer& sealer) -> absl::Status {
    return store_.authorizations().Put(sealer.SealAuthorization(state, request));
  });
}

absl::StatusOr<std::optional<AuthorizationRequest>> Records::TakeAuthorization(
    std::string_view state, absl::Time now) {
  JOINPASS_RETURN_IF_ERROR(store_.authorizations().RemoveExpiredBefore(now));
  return ChangeAuthorization(state, [now](AuthorizationRequest& request) {
    // The column outside the seal only says when to forget the row.
    if (request.taken_at || request.expires_at < CutToMillis(now)) return false;
    request.taken_at = now;
    request.expires_at = now + kOutcomeKept;
    return true;
  });
}

absl::Status Records::EndAuthorization(std::string_view state, const ConnectOutcome& outcome,
                                       absl::Time now) {
  const auto end = [&](AuthorizationRequest& request) {
    request.outcome = outcome;
    request.expires_at = now + kOutcomeKept;
    return true;
  };
  return ChangeAuthorization(state, end).status();
}

// Gives the one that was changed; nothing if there is none, or `change` is false.
absl::StatusOr<std::optional<AuthorizationRequest>> Records::ChangeAuthorization(
    std::string_view state, absl::FunctionRef<bool(AuthorizationRequest&)> change) {
  return Sealing(
      [&](const RowSealer& sealer) -> absl::StatusOr<std::optional<AuthorizationRequest>> {
        for (int i = 0; i < kMostTries; ++i) {
          JOINPASS_ASSIGN_OR_RETURN(const std::optional<AuthorizationRow> row,
                                    store_.authorizations().Find(sealer.StateKeys(state)));
          if (!row) return std::nullopt;
          JOINPASS_ASSIGN_OR_RETURN(AuthorizationRequest request, sealer.OpenAuthorization(*row));
          if (!change(request)) return std::nullopt;
          // Somebody else may have changed it, or a sweep given it another key.
          JOINPASS_ASSIGN_OR_RETURN(
              const Outcome outcome,
              store_.authorizations().Replace(*row, sealer.SealAuthorization(state, request)));
          if (outcome == Outcome::kDone) return request;
        }
        return TooManyWriters();
      });
}

absl::StatusOr<std::optional<AuthorizationRequest>> Records::FindAuthorization(
    std::string_view state) {
  return Opening(
      [&](const RowSealer& sealer) -> absl::StatusOr<std::optional<AuthorizationRequest>> {
        JOINPASS_ASSIGN_OR_RETURN(const std::optional<AuthorizationRow> row,
                                  store_.authorizations().Find(sealer.StateKeys(state)));
        if (!row) return std::nullopt;
        return sealer.OpenAuthorization(*row);
      });
}

std::string Records::HashBinding(std::string_view bound_to) const {
  std::array<unsigned char, kBindingKeySize> key = {};
  random_.Fill(key);
  std::string hash(reinterpret_cast<const char*>(key.data()), key.size());
  return hash + std::string(crypto::View(crypto::HmacSha256(hash, bound_to)));
}

bool Records::IsBoundTo(const std::string& hash, std::string_view bound_to) {
  if (hash.size() <= kBindingKeySize) return false;
  const std::string_view key = std::string_view(hash).substr(0, kBindingKeySize);
  const crypto::Digest expected = crypto::HmacSha256(key, bound_to);
  return crypto::SameBytes(std::string_view(hash).substr(kBindingKeySize), crypto::View(expected));
}

}  // namespace joinpass::store
