#include "http/name_threads.h"

#include <netdb.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <deque>
#include <optional>
#include <utility>

#include "base/mutex.h"
#include "base/thread.h"

namespace joinpass::http {
namespace {

constexpr std::size_t kThreads = 4;
constexpr std::size_t kForeignThreads = 2;
constexpr std::size_t kMostForeign = 64;  // that wait
constexpr std::size_t kMostAddresses = 16;

struct Question {
  std::string host;
  std::uint16_t port = 0;
  absl::AnyInvocable<void(SystemAnswer)> done;
};

SystemAnswer AskSystem(const std::string& host, std::uint16_t port) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  SystemAnswer answer;
  answer.error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (answer.error == EAI_SYSTEM) answer.system_error = errno;
  if (answer.error != 0) return answer;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    if (answer.addresses.size() == kMostAddresses) break;
    Address& address = answer.addresses.emplace_back();
    address.size = one->ai_addrlen;
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
  }
  return answer;
}

// Nobody stands above a thread to catch what is thrown in it.
SystemAnswer AskCarefully(const Question& question) {
  try {
    return AskSystem(question.host, question.port);
  } catch (...) {
    SystemAnswer answer;
    answer.error = EAI_MEMORY;
    return answer;
  }
}

}  // namespace

struct NameThreads::Shared {
  base::Mutex mutex;
  base::CondVar changed;
  std::deque<Question> questions ABSL_GUARDED_BY(mutex);
  std::deque<Question> foreign ABSL_GUARDED_BY(mutex);
  std::size_t foreign_asked ABSL_GUARDED_BY(mutex) = 0;  // by threads that are in the system
  bool closed ABSL_GUARDED_BY(mutex) = false;
  std::array<bool, kThreads> asks ABSL_GUARDED_BY(mutex) = {};  // which is inside the system

  // Where the next question is to be had; null: there is none for now.
  std::deque<Question>* Next() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    if (!questions.empty()) return &questions;
    return !foreign.empty() && foreign_asked < kForeignThreads ? &foreign : nullptr;
  }
};

NameThreads::NameThreads() : shared_(std::make_shared<Shared>()) {
  threads_.reserve(kThreads);  // a thread that has started must have its place
  try {
    for (std::size_t i = 0; i < kThreads; ++i) {
      threads_.push_back(
          base::StartThread("joinpass-names", [shared = shared_, i] { Run(shared, i); }));
    }
  } catch (...) {
    End();
    throw;
  }
}

NameThreads::~NameThreads() { End(); }

void NameThreads::End() {
  std::deque<Question> dropped;  // destroyed outside the lock
  std::deque<Question> dropped_foreign;
  std::array<bool, kThreads> asks = {};
  {
    base::MutexLock lock(shared_->mutex);
    shared_->closed = true;
    dropped.swap(shared_->questions);
    dropped_foreign.swap(shared_->foreign);
    asks = shared_->asks;
    shared_->changed.NotifyAll();
  }
  // Since `closed` stands, none goes into the system that was not there.
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    asks[i] ? threads_[i].detach() : threads_[i].join();
  }
}

void NameThreads::Ask(std::string host, std::uint16_t port, bool foreign,
                      absl::AnyInvocable<void(SystemAnswer)> done) {
  {
    base::MutexLock lock(shared_->mutex);
    std::deque<Question>& queue = foreign ? shared_->foreign : shared_->questions;
    if (!foreign || queue.size() < kMostForeign) {
      queue.push_back({std::move(host), port, std::move(done)});
      return shared_->changed.NotifyAll();
    }
  }
  SystemAnswer answer;
  answer.error = EAI_AGAIN;
  done(std::move(answer));
}

void NameThreads::Run(const std::shared_ptr<Shared>& shared, std::size_t mine) {
  while (true) {
    Question question;
    bool foreign = false;
    {
      base::MutexLock lock(shared->mutex);
      while (shared->Next() == nullptr && !shared->closed) shared->changed.Wait(shared->mutex);
      if (shared->closed) return;
      std::deque<Question>& queue = *shared->Next();
      foreign = &queue == &shared->foreign;
      question = std::move(queue.front());
      queue.pop_front();
      shared->asks[mine] = true;
      if (foreign) ++shared->foreign_asked;
    }
    SystemAnswer answer = AskCarefully(question);
    base::MutexLock lock(shared->mutex);
    shared->asks[mine] = false;
    if (foreign) --shared->foreign_asked;
    shared->changed.NotifyAll();  // another foreign one may go now
    // Under the lock: whoever is told outlives this object, or it is closed.
    if (shared->closed) return;
    question.done(std::move(answer));
  }
}

}  // namespace joinpass::http
