// /_fake/*: all that FakeZoom can do, as JSON over HTTP. README.md lists it.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_CONTROL_H_
#define JOINPASS_TESTS_FAKE_ZOOM_CONTROL_H_

#include "fake_zoom/fake_zoom.h"
#include "fake_zoom/message.h"

namespace joinpass::fake_zoom {

// 200 with JSON, 400 {"error": …} for what is wrong with the request, 404
// {"error": …} for a path that is none.
Response AnswerControl(FakeZoom& fake, const Request& request);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_CONTROL_H_
