// The few pages that a person sees. Pure.

#ifndef JOINPASS_LIB_KEEPER_PAGES_H_
#define JOINPASS_LIB_KEEPER_PAGES_H_

#include <string>
#include <string_view>

#include "keeper/server.h"

namespace joinpass::keeper {

// One page with a heading and a sentence, both plain text, which it escapes. No script runs in
// it, nothing is loaded, and no cache keeps it.
Response Page(int status, std::string_view heading, std::string_view sentence);

// Plain text into HTML.
std::string Escaped(std::string_view text);

}  // namespace joinpass::keeper

#endif  // JOINPASS_LIB_KEEPER_PAGES_H_
