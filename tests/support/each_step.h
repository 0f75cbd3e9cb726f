// EachStep: a scenario is played again and again, and the N-th time its N-th step of
// input or output fails, until there is no N-th step.

#ifndef JOINPASS_TESTS_SUPPORT_EACH_STEP_H_
#define JOINPASS_TESTS_SUPPORT_EACH_STEP_H_

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <array>
#include <iostream>
#include <string>

#include "absl/status/status.h"
#include "support/engine_room.h"
#include "support/fault_vfs.h"

namespace joinpass::testing {

// One way in which a step fails: of a request, or of the store's files.
struct StepFault {
  const char* name;
  NetFault net = NetFault::kNone;
  int disk = SQLITE_OK;
  DiskOp at = DiskOp::kWrite;
};

inline constexpr std::array kStepFaults = {
    StepFault{"connection refused", NetFault::kRefused},
    StepFault{"reset before the request", NetFault::kResetBefore},
    StepFault{"reset after the request", NetFault::kResetAfter},
    StepFault{"half an answer", NetFault::kHalf},
    StepFault{"silence", NetFault::kSilence},
    StepFault{"store busy", NetFault::kNone, SQLITE_BUSY, DiskOp::kLock},
    StepFault{"disk full", NetFault::kNone, SQLITE_FULL, DiskOp::kWrite},
    StepFault{"write fails", NetFault::kNone, SQLITE_IOERR_WRITE, DiskOp::kWrite},
    StepFault{"sync fails", NetFault::kNone, SQLITE_IOERR_FSYNC, DiskOp::kSync},
};

// Which step fails from now on. The disk is the whole process's.
class Stepper {
 public:
  Stepper() {
    FaultVfsOptions options;
    options.fault = [this](DiskOp op) {
      return fault_.disk != SQLITE_OK && op == fault_.at && IsDue() ? fault_.disk : SQLITE_OK;
    };
    InstallFaultVfs(options);
  }
  ~Stepper() { InstallFaultVfs({}); }

  void Arm(const StepFault& fault, int step) {
    fault_ = fault;
    left_ = step;
    fired_ = false;
  }
  void Disarm() { fault_ = {"none"}; }
  bool fired() const { return fired_; }

  NetFault Net() { return fault_.net != NetFault::kNone && IsDue() ? fault_.net : NetFault::kNone; }

 private:
  bool IsDue() {
    if (fired_ || --left_ > 0) return false;
    fired_ = true;
    return true;
  }

  StepFault fault_ = {"none"};
  int left_ = 0;
  bool fired_ = false;
};

// A scene is an EngineRoom made anew for each play, with
//   absl::Status Play();      what is tried; OK, or the error that the caller gets
//   void GoOn();              lets all that is under way come to its end
//   void CheckDone();         after a play that was OK
//   void CheckNothingLost();  after one in which a step failed, when all is well again
// and Play() must be OK then. Gives how many steps were failed.
template <typename Scene>
int EachStep(const std::string& name) {
  Stepper stepper;
  int failed = 0;
  for (const StepFault& fault : kStepFaults) {
    for (int step = 1;; ++step) {
      CAPTURE(std::string(fault.name));
      CAPTURE(step);
      Scene scene;
      scene.store->WaitNoLongerThan(absl::ZeroDuration());
      scene.transport.fault = [&stepper](const auto&) { return stepper.Net(); };
      stepper.Arm(fault, step);
      const absl::Status met = scene.Play();
      stepper.Disarm();
      if (met.ok()) scene.CheckDone();
      if (!stepper.fired()) {
        CHECK(met.ok());
        scene.GoOn();
        break;
      }
      ++failed;
      const std::string why = met.ToString();
      CAPTURE(why);
      if (!met.ok()) {
        REQUIRE(GetErrorInfo(met));
        CHECK(ReasonOf(met) != Reason::kInternal);
      }
      scene.CheckNothingLost();
      const absl::Status again = scene.Play();
      const std::string then = again.ToString();
      CAPTURE(then);
      REQUIRE(again.ok());
      scene.CheckDone();
      scene.GoOn();
      REQUIRE(step < 1000);
    }
  }
  std::cout << name << ": " << failed << " steps failed\n";
  return failed;
}

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_SUPPORT_EACH_STEP_H_
