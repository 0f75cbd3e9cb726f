#include "message/http.h"

#include "absl/strings/match.h"
#include "base/text.h"

namespace joinpass::message {

std::string_view Response::Find(std::string_view name) const {
  for (const Header& header : headers) {
    if (absl::EqualsIgnoreCase(base::ToAbsl(header.name), base::ToAbsl(name))) return header.value;
  }
  return {};
}

}  // namespace joinpass::message
