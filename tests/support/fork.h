// Running a piece of a test in processes of their own.

#ifndef JOINPASS_TESTS_SUPPORT_FORK_H_
#define JOINPASS_TESTS_SUPPORT_FORK_H_

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

namespace joinpass::testing {

// Runs `work(0)` to `work(count - 1)`, each in a child of its own, all let go at
// the same time, and gives what each returned; "died" for one that did not end
// well. Threads must not be running. The children must not use doctest.
inline std::vector<std::string> InProcesses(int count,
                                            const std::function<std::string(int)>& work) {
  std::cout.flush();  // or each child would write what is still in the buffer
  std::array<int, 2> gate = {};
  if (pipe(gate.data()) != 0) std::abort();
  std::vector<pid_t> children;
  std::vector<int> answers;
  for (int i = 0; i < count; ++i) {
    std::array<int, 2> answer = {};
    if (pipe(answer.data()) != 0) std::abort();
    const pid_t child = fork();
    if (child < 0) std::abort();
    if (child == 0) {
      close(gate[1]);
      char opened = 0;
      if (read(gate[0], &opened, 1) != 0) _exit(1);  // the gate opens by being closed
      const std::string text = work(i);
      const bool whole =
          write(answer[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
      _exit(whole ? 0 : 1);
    }
    close(answer[1]);
    children.push_back(child);
    answers.push_back(answer[0]);
  }
  close(gate[0]);
  close(gate[1]);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < children.size(); ++i) {
    std::string text;
    std::array<char, 4096> part = {};
    for (ssize_t got = 0; (got = read(answers[i], part.data(), part.size())) > 0;) {
      text.append(part.data(), static_cast<std::size_t>(got));
    }
    close(answers[i]);
    int status = 0;
    waitpid(children[i], &status, 0);
    texts.push_back(WIFEXITED(status) && WEXITSTATUS(status) == 0 ? text : "died");
  }
  return texts;
}

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_SUPPORT_FORK_H_
