// RefreshRun: does what the refresh machine says.

#ifndef JOINPASS_LIB_OAUTH_REFRESH_RUN_H_
#define JOINPASS_LIB_OAUTH_REFRESH_RUN_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/task.h"
#include "joinpass/credentials.h"
#include "joinpass/secret.h"
#include "joinpass/time.h"
#include "oauth/refresh_machine.h"
#include "oauth/refresh_rules.h"
#include "service/context.h"
#include "store/record_types.h"
#include "store/store.h"
#include "zoom/token_calls.h"

namespace joinpass::oauth {

// What Zoom answered to the exchange of `spent`, and the store did not take so
// far: new tokens, or a verdict. Until it is written no refresh starts, in no
// process: the lock is kept with it.
struct Unsaved {
  std::string app_id = {};
  Secret spent = {};
  std::optional<store::Tokens> tokens = {};
  Cause cause = Cause::kNone;  // of the verdict
  store::EventRecord event = {};
  std::shared_ptr<store::RefreshLock> lock = {};
};

// What is stored of one credential.
struct Stored {
  store::CredentialRecord credential = {};
  store::AppRecord app = {};
};

// Blocks on the store. Errors: credential_unknown, and those of the store.
absl::StatusOr<Stored> ReadStored(store::Records& records, const std::string& credential_id);

// Writes it. False: a successor is stored, so it is of no use any more. Blocks
// on the store.
//
// Errors: those of the store; it is as unsaved as before
absl::StatusOr<bool> Save(const service::Context& context, const std::string& credential_id,
                          const Unsaved& unsaved);

// One run for one credential; owns itself nothing but what it read. Used from
// the loop's thread, once. Steps that follow one another in the store are one trip to
// it: a refresh makes two, one up to the send and one behind it.
class RefreshRun {
 public:
  // `context` outlives the run.
  RefreshRun(const service::Context& context, std::string credential_id, Wish wish,
             std::optional<Unsaved> unsaved)
      : context_(context),
        id_(std::move(credential_id)),
        wish_(std::move(wish)),
        unsaved_(std::move(unsaved)) {}

  // How it ended. OK only for kRenewed.
  base::Task<absl::Status> Run();

  RefreshState end() const { return state_; }

  // Whether it ended because somebody else sees first whether Zoom answers at all.
  bool was_held_back() const { return was_held_back_; }
  std::optional<Unsaved>& unsaved() { return unsaved_; }

  // What is stored in the end, as far as this run knows; nothing if it did not come to
  // read it.
  const std::optional<Stored>& stored() const { return stored_; }

 private:
  // Those that block on the store.
  absl::Status DoAllInStore();
  std::optional<RefreshEvent> DoInStore();  // nothing: somebody else has the lock
  RefreshEvent SaveUnsaved();
  std::optional<RefreshEvent> TryLock();
  RefreshEvent Read();
  RefreshEvent Open();
  RefreshEvent Undo();
  void ReadAgain();

  base::Task<RefreshEvent> Probe();
  base::Task<RefreshEvent> Send();
  base::Task<absl::Status> LogUnanswered();
  base::Task<absl::Status> AwaitLock();

  RefreshEvent Judge(absl::StatusOr<zoom::TokenAnswer> answer);
  RefreshEvent Written(const absl::StatusOr<bool>& written);

  const service::Context& context_;
  const std::string id_;
  const Wish wish_;
  std::optional<Unsaved> unsaved_;

  RefreshState state_ = RefreshState::kLocking;
  bool was_held_back_ = false;
  std::shared_ptr<store::RefreshLock> lock_;
  SteadyTime lock_deadline_ = {};
  absl::Duration lock_pause_;
  std::optional<Stored> stored_;  // as it was read under the lock
  absl::Status error_;            // the last one, and what the end is explained with
};

}  // namespace joinpass::oauth

#endif  // JOINPASS_LIB_OAUTH_REFRESH_RUN_H_
