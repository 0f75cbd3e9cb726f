// Reads a world from JSON. README.md describes the format,
// example_world.json shows it.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_WORLD_READER_H_
#define JOINPASS_TESTS_FAKE_ZOOM_WORLD_READER_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "fake_zoom/world.h"

namespace joinpass::fake_zoom {

// `now` is what relative times in it count from. At most 64 MiB, 32 levels deep.
//
// Errors: kInvalidArgument; the message names the first thing that is wrong and
// where it stands ("world: users[3].pmi: must have 10 digits").
absl::StatusOr<World> ReadWorld(std::string_view text, absl::Time now);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_WORLD_READER_H_
