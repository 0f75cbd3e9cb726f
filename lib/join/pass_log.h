// PassLog: writes the passes of an engine into the store, beside the joins.

#ifndef JOINPASS_LIB_JOIN_PASS_LOG_H_
#define JOINPASS_LIB_JOIN_PASS_LOG_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/flight.h"
#include "base/task.h"
#include "joinpass/pass_log.h"
#include "service/context.h"
#include "store/records.h"

namespace joinpass::join {

// One transaction at a time; what is noted meanwhile goes into the next, all together.
//
// Used from the loop's thread only. `context` outlives it, and its closing waits for what is being
// written.
class PassLog {
 public:
  explicit PassLog(const service::Context& context) : context_(context) {}

  // Waits for nothing and never fails: a join is worth more than its log. Of what the store does
  // not take the newest is kept, and written with the next.
  void Note(store::Records::NotedPass noted);

  // The newest, once what was noted before is written, or refused.
  base::Task<absl::StatusOr<std::vector<LoggedPass>>> List(int most);

 private:
  void Keep(store::Records::NotedPass noted);
  base::Task<absl::Status> Write();
  void KeepAgain(std::vector<store::Records::NotedPass> refused);

  const service::Context& context_;
  std::vector<store::Records::NotedPass> waiting_;
  // Of what is being written; null: nothing is.
  std::shared_ptr<base::Flight<absl::Status>> writing_;
};

}  // namespace joinpass::join

#endif  // JOINPASS_LIB_JOIN_PASS_LOG_H_
