#include "engine/stored_directory.h"

#include "base/status.h"
#include "directory/listing.h"
#include "directory/resolver.h"
#include "directory/sync_progress.h"

namespace joinpass::engine {

absl::StatusOr<SyncReport> StoredDirectory::Sync(const std::string& credential_id,
                                                 absl::Duration timeout) {
  const SteadyTime deadline = context_.clock.SteadyNow() + timeout;
  return runner_.Run<absl::StatusOr<SyncReport>>(
      [this, credential_id, deadline] { return sync_.Run(credential_id, deadline); });
}

absl::StatusOr<SyncProgress> StoredDirectory::GetSync(const std::string& credential_id) {
  JOINPASS_RETURN_IF_ERROR(context_.records.GetCredential(credential_id).status());
  JOINPASS_ASSIGN_OR_RETURN(const auto sync, context_.records.FindSync(credential_id));
  return directory::ProgressOf(sync.value_or(store::SyncRecord{.credential_id = credential_id}));
}

absl::StatusOr<Resolution> StoredDirectory::Resolve(const MeetingLink& link) {
  return directory::Resolve(context_.records, consents_, link, {}, context_.clock.Now());
}

absl::StatusOr<Resolution> StoredDirectory::LookUp(const MeetingLink& link,
                                                   const std::vector<std::string>& host_hints,
                                                   absl::Duration timeout) {
  JOINPASS_RETURN_IF_ERROR(directory::CheckHints(host_hints));
  if (link.number() == 0 && link.vanity_name().empty()) {
    return base::MakeError(Reason::kInvalidArgument, "look-up: link is empty");
  }
  const SteadyTime deadline = context_.clock.SteadyNow() + timeout;
  return runner_.Run<absl::StatusOr<Resolution>>(
      [this, link, host_hints, deadline] { return hosts_.Find(link, host_hints, deadline); });
}

absl::StatusOr<Explanation> StoredDirectory::Explain(const MeetingLink& link) {
  return directory::Explain(context_.records, consents_, link, context_.clock.Now());
}

absl::StatusOr<MeetingPage> StoredDirectory::List(const MeetingQuery& query) {
  return directory::List(context_.records, consents_, query);
}

}  // namespace joinpass::engine
