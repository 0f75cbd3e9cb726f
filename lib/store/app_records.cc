// Records of apps, and of consents that have begun.

#include <utility>

#include "base/status.h"
#include "crypto/hmac.h"
#include "store/millis.h"
#include "store/opened_rows.h"
#include "store/records_store.h"

namespace joinpass::store {
namespace {

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
      break;
  }
  return base::MakeError(Reason::kInternal, "app: the store gave an outcome of another call");
}

}  // namespace

Records::Records(Store& store, const crypto::KeyRing& keys, base::Random& random)
    : store_(store), sealer_(keys, random) {}

absl::Status Records::CreateApp(const AppRecord& app) {
  JOINPASS_ASSIGN_OR_RETURN(
      const Outcome outcome,
      store_.InsertApp(sealer_.SealApp(app), sealer_.ClientKeys(app.settings.client_id)));
  return ToStatus(outcome);
}

absl::StatusOr<AppRecord> Records::GetApp(const std::string& id) {
  JOINPASS_ASSIGN_OR_RETURN(const std::optional<AppRow> row, store_.FindApp(id));
  if (!row) return UnknownApp();
  return sealer_.OpenApp(*row);
}

absl::StatusOr<std::vector<AppRecord>> Records::ListApps() {
  JOINPASS_ASSIGN_OR_RETURN(const std::vector<AppRow> rows, store_.ListApps());
  return OpenRows(rows, [this](const AppRow& row) { return sealer_.OpenApp(row); });
}

absl::Status Records::UpdateApp(const AppRecord& app) {
  JOINPASS_ASSIGN_OR_RETURN(
      const Outcome outcome,
      store_.UpdateApp(sealer_.SealApp(app), sealer_.ClientKeys(app.settings.client_id)));
  return ToStatus(outcome);
}

absl::Status Records::RemoveApp(const std::string& id) {
  JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome, store_.RemoveApp(id));
  return ToStatus(outcome);
}

absl::Status Records::PutConsent(std::string_view state, const ConsentRecord& consent) {
  return store_.PutConsent(sealer_.SealConsent(state, consent));
}

absl::StatusOr<std::optional<ConsentRecord>> Records::TakeConsent(std::string_view state,
                                                                  absl::Time now) {
  JOINPASS_RETURN_IF_ERROR(store_.RemoveConsentsExpiredBefore(now));
  JOINPASS_ASSIGN_OR_RETURN(const std::optional<ConsentRow> row,
                            store_.FindConsent(sealer_.StateKeys(state)));
  if (!row) return std::nullopt;
  JOINPASS_ASSIGN_OR_RETURN(ConsentRecord consent, sealer_.OpenConsent(*row));
  JOINPASS_ASSIGN_OR_RETURN(const Outcome outcome, store_.RemoveConsent(row->state_key));
  if (outcome != Outcome::kDone) return std::nullopt;
  // The column outside the seal only says when to forget the row.
  if (consent.expires_at < CutToMillis(now)) return std::nullopt;
  return consent;
}

std::string Records::HashBinding(std::string_view bound_to) const {
  return sealer_.HashBinding(bound_to);
}

bool Records::IsBoundTo(const std::string& hash, std::string_view bound_to) const {
  bool bound = false;
  for (const std::string& key : sealer_.BindingKeys(bound_to)) {
    bound = crypto::SameBytes(key, hash) || bound;
  }
  return bound;
}

}  // namespace joinpass::store
