// What the opaque names of the C API stand for.

#ifndef JOINPASS_BOT_ADAPTER_C_API_OBJECTS_H_
#define JOINPASS_BOT_ADAPTER_C_API_OBJECTS_H_

#include <memory>
#include <string>
#include <vector>

#include "c_api/boundary.h"
#include "joinpass/engine.h"
#include "joinpass/join.h"

struct joinpass_engine {
  std::unique_ptr<joinpass::Engine> engine;
};

struct joinpass_session {
  std::unique_ptr<joinpass::JoinSession> session;
};

struct joinpass_keys_answer {
  joinpass::Secret keys = {};
  absl::Status error = {};
  bool failed_for_memory = false;
};

namespace joinpass::c_api {

// A text of a pass with the zero byte that C wants behind it.
class ZeroEnded {
 public:
  explicit ZeroEnded(std::string_view text);
  const char* get() const { return bytes_.empty() ? nullptr : bytes_.Reveal().data(); }

 private:
  Secret bytes_;
};

}  // namespace joinpass::c_api

struct joinpass_pass {
  struct Shortfall {
    std::string part;
    joinpass_error error;
  };

  explicit joinpass_pass(const joinpass::JoinPass& pass);

  std::uint64_t meeting_number;
  joinpass::c_api::ZeroEnded vanity_name;
  joinpass::c_api::ZeroEnded display_name;
  joinpass::c_api::ZeroEnded customer_key;
  joinpass::c_api::ZeroEnded passcode;
  joinpass::c_api::ZeroEnded registrant_token;
  joinpass::c_api::ZeroEnded recording_token;
  joinpass::c_api::ZeroEnded zak;
  joinpass::c_api::ZeroEnded on_behalf_token;
  joinpass::c_api::ZeroEnded recording_credential_id;
  joinpass::c_api::ZeroEnded identity_credential_id;
  joinpass::SteadyTime recording_until = {};
  joinpass::SteadyTime identity_until = {};
  std::vector<Shortfall> shortfalls;
};

#endif  // JOINPASS_BOT_ADAPTER_C_API_OBJECTS_H_
