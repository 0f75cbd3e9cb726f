// Answers of Zoom's, made by hand.

#ifndef JOINPASS_TESTS_UNIT_ZOOM_ANSWERS_H_
#define JOINPASS_TESTS_UNIT_ZOOM_ANSWERS_H_

#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/wipe.h"
#include "joinpass/reason.h"
#include "message/http.h"

namespace joinpass::testing {

inline message::Response Answer(int status, std::string_view body,
                                std::vector<message::Header> headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = base::ToBuffer(body)};
}

inline ErrorInfo InfoIn(const absl::Status& status) {
  return GetErrorInfo(status).value_or(ErrorInfo{});
}

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_UNIT_ZOOM_ANSWERS_H_
