// Worlds whose app is of one kind or the other, with the scopes that it asks for.

#ifndef JOINPASS_TESTS_INTEGRATION_ENGINE_APP_KINDS_H_
#define JOINPASS_TESTS_INTEGRATION_ENGINE_APP_KINDS_H_

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "integration/engine/engine_scene.h"

namespace joinpass::testing {

using Scopes = std::vector<std::string>;

inline const Scopes kUserScopes = {"meeting:read:local_recording_token",
                                   "meeting:read:list_meetings", "user:read:user"};
inline const Scopes kClassicUserScopes = {"meeting:read", "meeting_token:read:local_recording",
                                          "user:read", "user_zak:read"};
inline const Scopes kAccountScopes = {"meeting:read:local_recording_token:admin",
                                      "meeting:read:list_meetings:admin",
                                      "user:read:list_users:admin"};
inline const Scopes kClassicAccountScopes = {"user:read:admin", "meeting:read:admin",
                                             "meeting_token:read:admin:local_recording"};

// The example world, whose app is of this kind and asks for these scopes.
inline fake_zoom::Options WorldWith(const std::string& kind, const Scopes& scopes, bool classic) {
  fake_zoom::Options options;
  const std::string world = ReadFile(FAKE_ZOOM_EXAMPLE_WORLD);
  const std::size_t from = world.find("\"scopes\"");
  const std::size_t to = world.find(']', from);
  REQUIRE(to != std::string::npos);
  const std::string list = "\"scopes\": [\"" + absl::StrJoin(scopes, "\", \"") + "\"" +
                           (classic ? "], \"classic_scopes\": true, \"ignored\": [" : "");
  options.world_json = absl::StrReplaceAll(world.substr(0, from) + list + world.substr(to),
                                           {{"user_managed", kind}, {", \"ignored\": []", ""}});
  return options;
}

// The personal room of somebody who never consents himself.
inline constexpr char kPaulsRoom[] = "https://acme.zoom.us/j/6589310093?pwd=770011";

}  // namespace joinpass::testing

#endif  // JOINPASS_TESTS_INTEGRATION_ENGINE_APP_KINDS_H_
