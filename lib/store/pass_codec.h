// What is inside the seal of a logged pass, as bytes, and back. Pure.

#ifndef JOINPASS_LIB_STORE_PASS_CODEC_H_
#define JOINPASS_LIB_STORE_PASS_CODEC_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "base/wipe.h"
#include "joinpass/pass_log.h"

namespace joinpass::store {

// As record_codec.h. The id names the row; of the message of a Status 512 bytes are kept.
base::Buffer WritePass(const LoggedPass& pass);
absl::StatusOr<LoggedPass> ReadPass(std::string_view bytes);

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_PASS_CODEC_H_
