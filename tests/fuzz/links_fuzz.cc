// Links, and texts with links in them.

#include <set>
#include <string>

#include "fuzz/require.h"
#include "joinpass/meeting_link.h"

namespace joinpass::fuzz {
namespace {

void RequireUsable(const MeetingLink& link) {
  const bool is_number = link.number() >= 100'000'000 && link.number() <= 99'999'999'999;
  Require(is_number != !link.vanity_name().empty(),
          "a link has a number of 9 to 11 digits, or a name");
  Require(IsPrintable(link.vanity_name()), "a name is printable");
  if (!is_number) return;
  const auto again = MeetingLink::Parse(std::to_string(link.number()));
  Require(again.ok() && again->number() == link.number(), "a number is a link itself");
}

void TryLink(std::string_view text) {
  const auto link = MeetingLink::Parse(text);
  if (link.ok()) return RequireUsable(*link);
  RequireNamed(link.status());
  const Reason reason = ReasonOf(link.status());
  Require(reason == Reason::kNotAMeetingLink || reason == Reason::kLinkWithoutNumber ||
              reason == Reason::kLinkWrapped,
          "a link has one of three errors");
}

void TryText(std::string_view text) {
  const auto links = MeetingLink::FindIn(text);
  if (!links.ok()) {
    Require(text.size() > 64 * 1024, "a text is refused for its length alone");
    return RequireNamed(links.status());
  }
  Require(links->size() <= 32, "at most 32 are found");
  std::set<std::pair<std::uint64_t, std::string>> seen;
  for (const MeetingLink& link : *links) {
    RequireUsable(link);
    Require(seen.emplace(link.number(), link.vanity_name()).second, "each is found once");
  }
}

}  // namespace
}  // namespace joinpass::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = joinpass::fuzz::TextOf(data, size);
  joinpass::fuzz::TryLink(text);
  joinpass::fuzz::TryText(text);
  return 0;
}
