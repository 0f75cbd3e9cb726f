// The body of an answer that is an error, in one shape.

#ifndef JOINPASS_LIB_ZOOM_REFUSAL_H_
#define JOINPASS_LIB_ZOOM_REFUSAL_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/wipe.h"
#include "message/http.h"

namespace joinpass::zoom {

// REST answers have `code` and `message`, OAuth answers `error` and `reason`.
struct Refusal {
  bool readable = false;  // the body is JSON, or nearly
  int code = 0;
  base::Buffer message = {};
  base::Buffer error = {};
  base::Buffer reason = {};
};

// Also reads JSON that is broken by quotes inside of the message, as some of Zoom's
// services send it: then `code` and `message` only.
Refusal ReadRefusal(const message::Response& response);

// The scopes in "does not contain scopes:[a, b]", quoted or not. At most 16, each
// at most 128 characters.
std::vector<std::string> ScopesNamedIn(std::string_view message);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_REFUSAL_H_
