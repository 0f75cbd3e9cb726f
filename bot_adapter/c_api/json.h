// What joinpass tells, as JSON of one line: the members are those of the structs.

#ifndef JOINPASS_BOT_ADAPTER_C_API_JSON_H_
#define JOINPASS_BOT_ADAPTER_C_API_JSON_H_

#include <string>
#include <vector>

#include "joinpass/engine.h"

namespace joinpass::c_api {

std::string Json(const UpkeepReport& report);
std::string Json(const std::vector<LoggedPass>& passes);
std::string Json(const std::vector<App>& apps);
std::string Json(const Credential& credential);
std::string Json(const std::vector<Credential>& credentials);
std::string Json(const std::vector<CredentialEvent>& events);
std::string Json(const Disconnected& disconnected);
std::string Json(const SyncReport& report);
std::string Json(const SyncProgress& progress);
std::string Json(const Resolution& resolution);
std::string Json(const JoinCheck& check);

// "outcome", "event", "error".
std::string Json(const WebhookAnswer& answer);

}  // namespace joinpass::c_api

#endif  // JOINPASS_BOT_ADAPTER_C_API_JSON_H_
