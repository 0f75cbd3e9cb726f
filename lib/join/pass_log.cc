#include "join/pass_log.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/exceptions.h"
#include "service/lanes.h"

namespace joinpass::join {
namespace {

constexpr std::size_t kMostWaiting = 256;

using Noted = store::Records::NotedPass;

}  // namespace

void PassLog::Note(Noted noted) {
  bool begins = false;
  try {
    Keep(std::move(noted));
    if (writing_) return;
    writing_ = std::make_shared<base::Flight<absl::Status>>(context_.loop);
    begins = true;
    // With a deadline that has passed: nobody waits for it but who closes.
    base::Start<std::optional<absl::Status>>(context_.closing->Within(Write(), SteadyTime()),
                                             [](const std::optional<absl::Status>&) {});
  } catch (...) {
    if (begins) writing_.reset();
  }
}

// What is written first stays so: only then does it stand in its place.
void PassLog::Keep(Noted noted) {
  const auto known = std::find_if(waiting_.begin(), waiting_.end(), [&](const Noted& other) {
    return other.pass.id == noted.pass.id;
  });
  if (known != waiting_.end()) {
    known->pass = std::move(noted.pass);
    return;
  }
  if (waiting_.size() >= kMostWaiting) waiting_.erase(waiting_.begin());
  waiting_.push_back(std::move(noted));
}

base::Task<absl::Status> PassLog::Write() {
  absl::Status written;
  while (true) {
    std::shared_ptr<base::Flight<absl::Status>> next;
    std::vector<Noted> batch = std::exchange(waiting_, {});
    try {
      const absl::Time now = context_.clock.Now();
      auto& records = context_.records;
      written = co_await context_.OffLoop(service::Lane::kBackground, [&records, &batch, now] {
        return records.PutPasses(batch, now);
      });
      if (written.ok() && !waiting_.empty()) {
        next = std::make_shared<base::Flight<absl::Status>>(context_.loop);
      }
    } catch (...) {
      written = base::StatusOfException();
    }
    if (!written.ok()) KeepAgain(std::move(batch));
    std::exchange(writing_, next)->Land(written);
    if (next == nullptr) co_return written;
  }
}

// Before what was noted meanwhile, which says more of the same pass.
void PassLog::KeepAgain(std::vector<Noted> refused) {
  std::vector<Noted> later = std::exchange(waiting_, std::move(refused));
  try {
    for (Noted& noted : later) Keep(std::move(noted));
  } catch (...) {
    // There is no memory; what was kept before is enough.
  }
}

base::Task<absl::StatusOr<std::vector<LoggedPass>>> PassLog::List(int most) {
  // What is being written, and then what waits now: others may go on noting.
  for (int batches = waiting_.empty() ? 1 : 2; batches > 0 && writing_ != nullptr; --batches) {
    const std::shared_ptr<base::Flight<absl::Status>> writing = writing_;
    (void)co_await base::Flight<absl::Status>::Wait(writing, SteadyTime::InfiniteFuture());
  }
  auto& records = context_.records;
  const absl::Time now = context_.clock.Now();
  co_return co_await context_.OffLoop(
      service::Lane::kReads, [&records, most, now] { return records.ListPasses(most, now); });
}

}  // namespace joinpass::join
