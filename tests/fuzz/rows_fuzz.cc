// The insides of rows: a file may hold anything, and a seal that opens may be of another joinpass.
// The first letter says which.

#include <string>

#include "fuzz/require.h"
#include "store/pass_codec.h"
#include "store/record_codec.h"

namespace joinpass::fuzz {
namespace {

// What was read and is written again reads as the same.
template <typename Read, typename Write>
void Try(std::string_view bytes, const Read& read, const Write& write) {
  const auto record = read(bytes);
  if (!record.ok()) {
    Require(ReasonOf(record.status()) == Reason::kStoreCorrupt,
            "a row is damaged, and nothing else");
    return;
  }
  const base::Buffer written = write(*record);
  const auto again = read(base::View(written));
  Require(again.ok() && write(*again) == written, "a row reads as it was written");
}

}  // namespace
}  // namespace joinpass::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace joinpass::store;
  if (size == 0) return 0;
  const std::string_view bytes = joinpass::fuzz::TextOf(data + 1, size - 1);
  switch (data[0]) {
    case 'A':
      joinpass::fuzz::Try(bytes, ReadAppSettings, WriteAppSettings);
      break;
    case 'B':
      joinpass::fuzz::Try(bytes, ReadAuthorization, [](const AuthorizationRequest& request) {
        return WriteAuthorization(request.state.Reveal(), request);
      });
      break;
    case 'C':
      joinpass::fuzz::Try(bytes, ReadUser, WriteUser);
      break;
    case 'D':
      joinpass::fuzz::Try(bytes, ReadTokens, WriteTokens);
      break;
    case 'E':
      joinpass::fuzz::Try(bytes, ReadHost, WriteHost);
      break;
    case 'F':
      joinpass::fuzz::Try(bytes, ReadMeeting, WriteMeeting);
      break;
    case 'G':
      joinpass::fuzz::Try(bytes, ReadPass, WritePass);
      break;
    default: {
      EventRecord event;
      (void)ReadEvent(bytes, event);
    }
  }
  return 0;
}
