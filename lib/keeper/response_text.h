// A response as it goes over the wire. Pure.

#ifndef JOINPASS_LIB_KEEPER_RESPONSE_TEXT_H_
#define JOINPASS_LIB_KEEPER_RESPONSE_TEXT_H_

#include <string>

#include "keeper/server.h"

namespace joinpass::keeper {

struct ResponseWay {
  bool keep_alive = false;
  bool with_body = true;  // false: to HEAD
};
// HTTP/1.1 (RFC 9112). What stands in `response` is taken as it is.
std::string ResponseText(const Response& response, const ResponseWay& way);

}  // namespace joinpass::keeper

#endif  // JOINPASS_LIB_KEEPER_RESPONSE_TEXT_H_
