// A program outside the tree, against the installed library and adapter.
#include <cstdio>

#include "joinpass/engine.h"
#include "joinpass/zoom_sdk.h"

int main() {
  const auto link = joinpass::MeetingLink::Parse("https://zoom.us/j/85012345678?pwd=abc");
  const auto engine = joinpass::Engine::Open({});  // no options at all: a named error
  std::printf("link: %s\nengine: %s\n", link.ok() ? "understood" : "refused",
              joinpass::Describe(engine.status()).c_str());
  return link.ok() && !engine.ok() ? 0 : 1;
}
