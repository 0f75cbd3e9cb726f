// Task: a coroutine that gives one value, without an I/O library in sight.
//
//   Task<absl::StatusOr<User>> ReadMe(Transport& transport) {
//     message::Request request = ...;
//     absl::StatusOr<message::Response> response = co_await transport.Send(std::move(request), d);
//     ...
//     co_return user;
//   }
//
// Rules of the house, some of which keep clear of compiler faults:
//   - No exceptions of ours. One that comes from below (no memory, no descriptor)
//     goes up from task to task; Start() makes an error of it.
//   - Arguments are taken by value, or refer to what outlives the task.
//   - Inside the expression of a co_await nothing is built in braces, and no
//     lambda captures more than references, pointers and numbers: g++ 12 copies
//     such temporaries byte by byte and destroys them twice. Name them first.
//   - No co_await stands behind && or || or in ?: (the same compiler evaluates it all
//     the same), nor alone as the condition of an if (it crashed there).

#ifndef JOINPASS_LIB_BASE_TASK_H_
#define JOINPASS_LIB_BASE_TASK_H_

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "base/exceptions.h"
#include "base/executor.h"

namespace joinpass::base {

// Starts when it is awaited, and not before. Move-only; await it once. A task
// that is destroyed before it was awaited never ran.
template <typename T>
class [[nodiscard]] Task {
 public:
  struct promise_type {
    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept { return ResumeWaiter{}; }
    void return_value(T result) { value.emplace(std::move(result)); }
    void unhandled_exception() { thrown = std::current_exception(); }

    std::optional<T> value;
    std::exception_ptr thrown;
    std::coroutine_handle<> waiter;
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) noexcept {
    handle_.promise().waiter = waiter;
    return handle_;
  }
  T await_resume() {
    if (handle_.promise().thrown) std::rethrow_exception(handle_.promise().thrown);
    return std::move(*handle_.promise().value);
  }

 private:
  struct ResumeWaiter {
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
      return self.promise().waiter;
    }
    void await_resume() noexcept {}
  };

  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

  std::coroutine_handle<promise_type> handle_;
};

// What became of `task`, as an error where it threw. A value that cannot tell of an
// error is thrown on.
template <typename T>
Task<T> Caught(Task<T> task) {
  if constexpr (std::is_convertible_v<absl::Status, T>) {
    try {
      co_return co_await std::move(task);
    } catch (...) {
      co_return StatusOfException();
    }
  } else {
    co_return co_await std::move(task);
  }
}

namespace internal {

struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

template <typename T>
Detached RunDetached(Task<T> task, absl::AnyInvocable<void(T)> done) {
  T value = co_await Caught<T>(std::move(task));
  done(std::move(value));
}

}  // namespace internal

// Runs `task` now, on this thread up to its first wait, and hands its value to
// `done`, on whichever thread the task ended.
template <typename T>
void Start(Task<T> task, absl::AnyInvocable<void(T)> done) {
  internal::RunDetached<T>(std::move(task), std::move(done));
}

// Makes a callback into something to await:
//   int n = co_await Await<int>([&](absl::AnyInvocable<void(int)> done) { Ask(std::move(done)); });
// The coroutine goes on in the thread that calls `done`, inside that call.
template <typename T>
class Await {
 public:
  using Done = absl::AnyInvocable<void(T)>;

  explicit Await(absl::AnyInvocable<void(Done)> start) : start_(std::move(start)) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    // `done` may run at once and end this object, so nothing of it is touched
    // after the call.
    auto start = std::move(start_);
    start([this, waiter](T value) {
      value_.emplace(std::move(value));
      waiter.resume();
    });
  }
  T await_resume() { return std::move(*value_); }

 private:
  absl::AnyInvocable<void(Done)> start_;
  std::optional<T> value_;
};

// Runs all at the same time and gives their values in order. All must end on
// the same thread (the loop's).
template <typename T>
Task<std::vector<T>> WhenAll(std::vector<Task<T>> tasks) {
  struct Join {
    std::vector<Task<T>>& tasks;
    std::vector<std::optional<T>> values;
    std::size_t left = 0;

    bool await_ready() const noexcept { return tasks.empty(); }
    bool await_suspend(std::coroutine_handle<> waiter) {
      values.resize(tasks.size());
      left = tasks.size() + 1;  // One for this function itself.
      for (std::size_t i = 0; i < tasks.size(); ++i) {
        Start<T>(std::move(tasks[i]), [this, i, waiter](T value) {
          values[i].emplace(std::move(value));
          if (--left == 0) waiter.resume();
        });
      }
      return --left > 0;
    }
    void await_resume() {}
  };
  Join join{tasks, {}};
  co_await join;
  std::vector<T> values;
  values.reserve(join.values.size());
  for (std::optional<T>& value : join.values) values.push_back(std::move(*value));
  co_return values;
}

// Goes on inside `executor`.
inline auto GoTo(Executor& executor) {
  struct Hop {
    Executor& executor;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) {
      executor.Post([waiter] { waiter.resume(); });
    }
    void await_resume() {}
  };
  return Hop{executor};
}

// Runs `work` inside `elsewhere` and goes on, with its value, inside `home`.
template <typename T>
Task<T> RunOn(Executor& elsewhere, Executor& home, absl::AnyInvocable<T()> work) {
  co_await GoTo(elsewhere);
  std::optional<T> value;
  // What is thrown is thrown at home: whoever awaits it must not go on here.
  std::exception_ptr thrown;
  try {
    value.emplace(work());
  } catch (...) {
    thrown = std::current_exception();
  }
  // The last use of what the work holds, secrets perhaps, is before the return.
  work = nullptr;
  co_await GoTo(home);
  if (thrown) std::rethrow_exception(thrown);
  co_return *std::move(value);
}

}  // namespace joinpass::base

#endif  // JOINPASS_LIB_BASE_TASK_H_
