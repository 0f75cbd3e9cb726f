// A holder process, and what it tells.

#ifndef JOINPASS_TESTS_CRASH_CHILD_H_
#define JOINPASS_TESTS_CRASH_CHILD_H_

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace joinpass::testing {

// Killed and reaped with this object, if it is not gone before.
class Child {
 public:
  explicit Child(const std::vector<std::string>& arguments) {
    std::array<int, 2> pipes = {};
    REQUIRE(pipe2(pipes.data(), O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO);
    std::vector<std::string> texts = arguments;
    texts.insert(texts.begin(), CRASH_HOLDER);
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    REQUIRE(posix_spawn(&pid_, CRASH_HOLDER, &actions, nullptr, pointers.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(pipes[1]);
    out_ = pipes[0];
  }
  ~Child() {
    Signal(SIGKILL);
    Reap();
    close(out_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Blocks until a line that begins with `word` came; its rest. The test ends if
  // the process ended first.
  std::string Await(const std::string& word) {
    while (true) {
      for (; seen_ < lines_.size(); ++seen_) {
        if (lines_[seen_].starts_with(word)) return lines_[seen_++].substr(word.size());
      }
      CAPTURE(AllLines());
      REQUIRE(ReadMore());
    }
  }

  // Reads to the end, and reaps.
  void AwaitEnd() {
    while (ReadMore()) {
    }
    Reap();
  }

  // Blocks until it was stopped, or ended; then it is reaped.
  bool AwaitChange(int& status) {
    const bool changed = waitpid(pid_, &status, WUNTRACED) == pid_;
    if (changed && !WIFSTOPPED(status)) {
      status_ = status;
      reaped_ = true;
    }
    return changed;
  }

  void AwaitStop() {
    int status = 0;
    REQUIRE(AwaitChange(status));
    REQUIRE(WIFSTOPPED(status));
  }

  void Signal(int signal) {
    if (!reaped_) kill(pid_, signal);
  }

  // After AwaitEnd().
  bool ended_well() const { return WIFEXITED(status_) && WEXITSTATUS(status_) == 0; }
  bool was_killed() const { return WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL; }
  const std::vector<std::string>& lines() const { return lines_; }

  bool Said(const std::string& line) const {
    for (const std::string& one : lines_) {
      if (one == line) return true;
    }
    return false;
  }

  // The rest of the last line that begins with `word`; empty if there is none.
  std::string Last(const std::string& word) const {
    for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
      if (line->starts_with(word)) return line->substr(word.size());
    }
    return "";
  }

  std::string AllLines() const {
    std::string all;
    for (const std::string& line : lines_) all += line + "\n";
    return all;
  }

 private:
  bool ReadMore() {
    std::array<char, 4096> part = {};
    const ssize_t got = read(out_, part.data(), part.size());
    if (got <= 0) return false;
    rest_.append(part.data(), static_cast<std::size_t>(got));
    for (std::size_t end = 0; (end = rest_.find('\n')) != std::string::npos;) {
      lines_.push_back(rest_.substr(0, end));
      rest_.erase(0, end + 1);
    }
    return true;
  }

  void Reap() {
    if (reaped_) return;
    reaped_ = waitpid(pid_, &status_, 0) == pid_;
  }

  pid_t pid_ = 0;
  int out_ = -1;
  int status_ = 0;
  bool reaped_ = false;
  std::string rest_;
  std::vector<std::string> lines_;
  std::size_t seen_ = 0;
};

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_CRASH_CHILD_H_
