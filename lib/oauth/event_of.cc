#include "oauth/event_of.h"

#include <string>

#include "joinpass/reason.h"

namespace joinpass::oauth {

store::EventRecord EventOf(CredentialEventKind kind, const absl::Status& error) {
  store::EventRecord event;
  event.kind = kind;
  if (error.ok()) return event;
  const ErrorInfo info = GetErrorInfo(error).value_or(ErrorInfo());
  event.reason = std::string(ReasonName(info.reason));
  event.tracking_id = info.tracking_id;
  event.http_status = info.http_status;
  event.zoom_code = info.zoom_code;
  return event;
}

}  // namespace joinpass::oauth
