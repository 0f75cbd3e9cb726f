// What nobody outside Zoom knows of its tokens: suites run with either answer.

#ifndef JOINPASS_TESTS_SUPPORT_ZOOM_MOOD_H_
#define JOINPASS_TESTS_SUPPORT_ZOOM_MOOD_H_

#include <cstdlib>

#include "fake_zoom/fake_zoom.h"

namespace joinpass::testing {

inline bool IsZoomHarsh() { return std::getenv("JOINPASS_TESTS_HARSH_ZOOM") != nullptr; }

// `options`, and, where Zoom is harsh, a refresh token that is used again ends its
// consent, and a refresh voids the access tokens before it.
inline fake_zoom::Options InMood(fake_zoom::Options options) {
  if (!IsZoomHarsh()) return options;
  options.reuse_revokes_family = true;
  options.refresh_voids_access_tokens = true;
  return options;
}

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_SUPPORT_ZOOM_MOOD_H_
