#include "directory/serving_consents.h"

#include <cstddef>

#include "base/status.h"

namespace joinpass::directory {
namespace {

// About a megabyte; then all of it is found again.
constexpr std::size_t kMostKept = 4'096;

using Consent = std::optional<ServingConsent>;

// Nothing if there is none.
template <typename T>
absl::StatusOr<std::optional<T>> IfThere(absl::StatusOr<T> found, Reason unknown) {
  if (found.ok()) return std::make_optional(*std::move(found));
  if (ReasonOf(found.status()) == unknown) return std::nullopt;
  return std::move(found).status();
}

}  // namespace

absl::StatusOr<Consent> ServingConsents::Of(const std::string& app_id, const std::string& user_id,
                                            const std::string& account_id) {
  const std::optional<std::uint64_t> version = records_.CredentialsVersion();
  if (version) {
    base::MutexLock lock(mutex_);
    if (kept_.version != *version) kept_ = {.version = *version};
    if (const auto app = kept_.apps.find(app_id); app != kept_.apps.end()) {
      if (!app->second) return std::nullopt;
      const auto principal = store::Principal::Of(*app->second, user_id, account_id);
      const auto consent = kept_.consents.find({app_id, principal.id});
      if (consent != kept_.consents.end()) return consent->second;
    }
  }
  return Find(app_id, user_id, account_id);
}

absl::StatusOr<Consent> ServingConsents::Find(const std::string& app_id, const std::string& user_id,
                                              const std::string& account_id) {
  const std::optional<std::uint64_t> version = records_.CommittedCredentialsVersion();
  JOINPASS_ASSIGN_OR_RETURN(const auto app, IfThere(records_.GetApp(app_id), Reason::kAppUnknown));
  Consent consent;
  store::Principal principal;
  if (app) {
    principal = store::Principal::Of(app->settings.kind, user_id, account_id);
    JOINPASS_ASSIGN_OR_RETURN(
        const auto credential,
        IfThere(records_.FindCredential(app_id, principal), Reason::kCredentialUnknown));
    if (credential && credential->health != Health::kDisconnecting) {
      consent = {.credential_id = credential->id,
                 .account_id = credential->account_id,
                 .app_kind = app->settings.kind,
                 .state = oauth::HealthOf(*credential, *app)};
    }
  }
  // What changed while it was looked for may be in it, or not.
  if (!version || records_.CredentialsVersion() != version) return consent;
  // Made before it is kept: without memory for all of it nothing is, rather than a part.
  Consent kept = consent;
  base::MutexLock lock(mutex_);
  if (kept_.version != *version || kept_.consents.size() >= kMostKept ||
      kept_.apps.size() >= kMostKept) {
    kept_ = {.version = *version};
  }
  kept_.apps[app_id] = app ? std::optional(app->settings.kind) : std::nullopt;
  if (app) kept_.consents.insert_or_assign({app_id, std::move(principal.id)}, std::move(kept));
  return consent;
}

}  // namespace joinpass::directory
