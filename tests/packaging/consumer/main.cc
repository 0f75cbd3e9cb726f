// A program outside the tree, against the library and the adapter. Argument: a folder.
#include <cstdio>

#include "joinpass/engine.h"
#include "joinpass/zoom_sdk.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto link = joinpass::MeetingLink::Parse("https://zoom.us/j/85012345678?pwd=abc");
  const auto none = joinpass::Engine::Open({});  // no options at all: a named error
  const auto engine = joinpass::Engine::Open({.store_folder = argv[1]});
  std::printf("link: %s\nengine: %s\nstore: %s\n", link.ok() ? "understood" : "refused",
              joinpass::Describe(none.status()).c_str(), engine.ok() ? "opened" : "refused");
  return link.ok() && !none.ok() && engine.ok() ? 0 : 1;
}
