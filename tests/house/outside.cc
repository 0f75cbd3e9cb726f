// A program outside the tree, against the installed library.
#include <cstdio>

#include "joinpass/reason.h"
#include "joinpass/secret.h"

int main() {
  const joinpass::Secret secret("hunter2");
  const absl::Status status = absl::InternalError("outside: nothing is wrong");
  std::printf("%zu %s\n", secret.size(), joinpass::Describe(status).c_str());
  return joinpass::ReasonOf(status) == joinpass::Reason::kInternal ? 0 : 1;
}
