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
  try {
    Keep(std::move(noted));
    if (writing_) return;
    writing_ = std::make_shared<base::Flight<absl::Status>>(context_.loop);
    // With a deadline that has passed: nobody waits for it but who closes.
    base::Start<std::optional<absl::Status>>(context_.closing->Within(Write(), SteadyTime()),
                                             [](const std::optional<absl::Status>&) {});
  } catch (...) {
    writing_.reset();
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
  const std::shared_ptr<base::Flight<absl::Status>> flight = writing_;
  absl::Status written;
  try {
    while (written.ok() && !waiting_.empty()) {
      std::vector<Noted> batch = std::exchange(waiting_, {});
      const absl::Time now = context_.clock.Now();
      auto& records = context_.records;
      written = co_await context_.OffLoop(service::Lane::kBackground, [&records, &batch, now] {
        return records.PutPasses(batch, now);
      });
      if (!written.ok()) KeepAgain(std::move(batch));
    }
  } catch (...) {
    written = base::StatusOfException();
  }
  writing_.reset();
  flight->Land(written);
  co_return written;
}

// Before what was noted meanwhile, which says more of the same pass.
void PassLog::KeepAgain(std::vector<Noted> refused) {
  std::vector<Noted> later = std::exchange(waiting_, std::move(refused));
  for (Noted& noted : later) Keep(std::move(noted));
}

base::Task<absl::StatusOr<std::vector<LoggedPass>>> PassLog::List(int most) {
  const std::shared_ptr<base::Flight<absl::Status>> writing = writing_;
  if (writing) {
    (void)co_await base::Flight<absl::Status>::Wait(writing, SteadyTime::InfiniteFuture());
  }
  auto& records = context_.records;
  co_return co_await context_.OffLoop(service::Lane::kReads,
                                      [&records, most] { return records.ListPasses(most); });
}

}  // namespace joinpass::join
