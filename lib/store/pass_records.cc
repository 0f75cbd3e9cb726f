// Records of passes.

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "store/opened_rows.h"
#include "store/records.h"
#include "store/with_keys.h"

namespace joinpass::store {
namespace {

constexpr absl::Duration kPassKept = absl::Hours(24 * 30);

}  // namespace

absl::Status Records::PutPasses(std::span<const NotedPass> passes, absl::Time now) {
  JOINPASS_RETURN_IF_ERROR(Sealing([&](const RowSealer& sealer) -> absl::Status {
    std::vector<PassRow> rows;
    for (const NotedPass& noted : passes) {
      rows.push_back(sealer.SealPass(noted.pass));
      rows.back().is_new = noted.is_new;
    }
    return store_.passes().Put(rows, now - kPassKept);
  }));
  std::set<std::string> credential_ids;
  for (const NotedPass& noted : passes) {
    if (!noted.is_new) continue;
    for (const LoggedPart* part : {&noted.pass.recording, &noted.pass.identity}) {
      if (!part->credential_id.empty()) credential_ids.insert(part->credential_id);
    }
  }
  // Whoever ends a consent says so first, and then takes these out: one that was put after that
  // is taken out here.
  for (const std::string& id : credential_ids) {
    JOINPASS_ASSIGN_OR_RETURN(const auto row, store_.credentials().Find(id));
    if (row && row->health != Health::kDisconnecting) continue;
    JOINPASS_RETURN_IF_ERROR(store_.passes().RemoveOf(id));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<LoggedPass>> Records::ListPasses(int most, absl::Time now) {
  return Opening([&](const RowSealer& sealer) -> absl::StatusOr<std::vector<LoggedPass>> {
    JOINPASS_ASSIGN_OR_RETURN(const std::vector<PassRow> rows,
                              store_.passes().List(std::min(most, kMostPasses), now - kPassKept));
    return OpenRows(rows, [&](const PassRow& row) { return sealer.OpenPass(row); });
  });
}

}  // namespace joinpass::store
