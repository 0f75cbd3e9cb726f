#include "zoom/scopes.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

namespace joinpass::zoom {
namespace {

using Scopes = std::vector<std::string>;
constexpr AppKind kUser = AppKind::kUserManaged;
constexpr AppKind kAccount = AppKind::kAccountManaged;
constexpr Feature kFeatures[] = {Feature::kReadUser,       Feature::kListMeetings,
                                 Feature::kRecordingToken, Feature::kZak,
                                 Feature::kOnBehalfOf,     Feature::kListUsers,
                                 Feature::kListWebinars,   Feature::kWebinarRecordingToken,
                                 Feature::kReadMeeting,    Feature::kReadWebinar,
                                 Feature::kReadSettings};

TEST_SUITE("Scopes") {
  TEST_CASE("of the usual sets allow what they were made for") {
    const Scopes seed = {"meeting:read:local_recording_token", "meeting:read:list_meetings",
                         "user:read:user"};
    CHECK(Allows(seed, Feature::kReadUser, kUser));
    CHECK(Allows(seed, Feature::kListMeetings, kUser));
    CHECK(Allows(seed, Feature::kRecordingToken, kUser));
    CHECK_FALSE(Allows(seed, Feature::kZak, kUser));
    CHECK_FALSE(Allows(seed, Feature::kOnBehalfOf, kUser));

    const Scopes admin_seed = {"meeting:read:local_recording_token:admin",
                               "meeting:read:list_meetings:admin", "user:read:list_users:admin"};
    CHECK(Allows(admin_seed, Feature::kListUsers, kAccount));
    CHECK_FALSE(Allows(admin_seed, Feature::kReadUser, kAccount));
    CHECK(Allows(admin_seed, Feature::kListMeetings, kAccount));
    CHECK(Allows(admin_seed, Feature::kRecordingToken, kAccount));
  }

  TEST_CASE("of older apps do, too") {
    const Scopes user = {"meeting:read", "meeting_token:read:local_recording", "user:read",
                         "user_zak:read"};
    const Scopes admin = {"user:read:admin", "meeting:read:admin",
                          "meeting_token:read:admin:local_recording"};
    CHECK(MissingScopes(user, kUser).empty());
    CHECK(MissingScopes(admin, kAccount).empty());
  }

  TEST_CASE("of a user do not do for an account") {
    const Scopes user = {"user:read:user",
                         "meeting:read:list_meetings",
                         "meeting:read:local_recording_token",
                         "user:read:zak",
                         "user:read:token",
                         "meeting:read",
                         "meeting_token:read:local_recording",
                         "user:read",
                         "user_zak:read"};
    CHECK(MissingScopes(user, kUser).empty());
    CHECK(MissingScopes(user, kAccount).size() == 6);
  }

  TEST_CASE("are listed granular first") {
    CHECK(ScopesFor(Feature::kRecordingToken, kUser) ==
          Scopes{"meeting:read:local_recording_token", "meeting:read:local_recording_token:admin",
                 "meeting_token:read:local_recording", "meeting_token:read:admin:local_recording"});
    CHECK(ScopesFor(Feature::kRecordingToken, kAccount) ==
          Scopes{"meeting:read:local_recording_token:admin",
                 "meeting_token:read:admin:local_recording"});
    CHECK(ScopesFor(Feature::kReadUser, kUser) ==
          Scopes{"user:read:user", "user:read:user:admin", "user:read", "user:write",
                 "user_profile", "user_info:read", "user:read:admin", "user:write:admin"});
    CHECK(ScopesFor(Feature::kZak, kUser) ==
          Scopes{"user:read:zak", "user:read:zak:admin", "user_zak:read"});
    CHECK(ScopesFor(Feature::kZak, kAccount) ==
          Scopes{"user:read:token:admin", "user:read:admin", "user:write:admin"});
  }

  // Zoom's own table (x-granular-scopes, x-macro-scopes), written a second time.
  TEST_CASE("each do alone, and no other does") {
    struct Row {
      AppKind kind;
      Feature feature;
      Scopes any_of;
    };
    const Row rows[] = {
        {kUser,
         Feature::kReadUser,
         {"user:read", "user:write", "user:read:admin", "user:write:admin", "user_profile",
          "user_info:read", "user:read:user", "user:read:user:admin"}},
        {kUser,
         Feature::kListMeetings,
         {"meeting:read", "meeting:read:admin", "meeting:read:list_meetings",
          "meeting:read:list_meetings:admin"}},
        {kUser,
         Feature::kRecordingToken,
         {"meeting_token:read:local_recording", "meeting_token:read:admin:local_recording",
          "meeting:read:local_recording_token", "meeting:read:local_recording_token:admin"}},
        {kUser, Feature::kZak, {"user_zak:read", "user:read:zak", "user:read:zak:admin"}},
        {kUser,
         Feature::kOnBehalfOf,
         {"user:read", "user:write", "user:read:admin", "user:write:admin", "user_profile",
          "user:read:token", "user:read:token:admin"}},
        {kAccount,
         Feature::kReadUser,
         {"user:read:admin", "user:write:admin", "user:read:user:admin"}},
        {kAccount,
         Feature::kListMeetings,
         {"meeting:read:admin", "meeting:read:list_meetings:admin"}},
        {kAccount,
         Feature::kRecordingToken,
         {"meeting_token:read:admin:local_recording", "meeting:read:local_recording_token:admin"}},
        {kAccount, Feature::kZak, {"user:read:admin", "user:write:admin", "user:read:token:admin"}},
        {kAccount,
         Feature::kOnBehalfOf,
         {"user:read:admin", "user:write:admin", "user:read:token:admin"}},
        {kAccount,
         Feature::kListUsers,
         {"user:read:admin", "user:write:admin", "user:read:list_users:admin"}},
        {kUser,
         Feature::kListWebinars,
         {"webinar:read", "webinar:read:admin", "webinar:read:list_webinars",
          "webinar:read:list_webinars:admin"}},
        {kAccount,
         Feature::kListWebinars,
         {"webinar:read:admin", "webinar:read:list_webinars:admin"}},
        {kUser,
         Feature::kWebinarRecordingToken,
         {"webinar_token:read:local_recording", "webinar_token:read:admin:local_recording",
          "webinar:read:local_recording_token", "webinar:read:local_recording_token:admin"}},
        {kAccount,
         Feature::kWebinarRecordingToken,
         {"webinar_token:read:admin:local_recording", "webinar:read:local_recording_token:admin"}},
        {kUser,
         Feature::kReadMeeting,
         {"meeting:read", "meeting:read:admin", "meeting:read:meeting",
          "meeting:read:meeting:admin"}},
        {kAccount, Feature::kReadMeeting, {"meeting:read:admin", "meeting:read:meeting:admin"}},
        {kUser,
         Feature::kReadWebinar,
         {"webinar:read", "webinar:read:admin", "webinar:read:webinar",
          "webinar:read:webinar:admin"}},
        {kAccount, Feature::kReadWebinar, {"webinar:read:admin", "webinar:read:webinar:admin"}},
        {kUser,
         Feature::kReadSettings,
         {"user:read", "user:write", "user:read:admin", "user:write:admin", "user:read:settings",
          "user:read:settings:admin"}},
        {kAccount,
         Feature::kReadSettings,
         {"user:read:admin", "user:write:admin", "user:read:settings:admin"}},
    };
    std::set<std::string> every = {"x", "user:read:list_users"};
    for (const Row& row : rows) every.insert(row.any_of.begin(), row.any_of.end());
    for (const Row& row : rows) {
      CAPTURE(FeatureName(row.feature));
      for (const std::string& scope : every) {
        CAPTURE(scope);
        const bool does = std::count(row.any_of.begin(), row.any_of.end(), scope) > 0;
        CHECK(Allows(Scopes{"y", scope}, row.feature, row.kind) == does);
      }
    }
  }

  TEST_CASE("that are missing come with their feature") {
    const auto missing = MissingScopes(Scopes{"user:read:user", "meeting:read"}, kUser);
    REQUIRE(missing.size() == 3);
    CHECK(missing[0].feature == Feature::kRecordingToken);
    CHECK(missing[1].feature == Feature::kZak);
    CHECK(missing[2].feature == Feature::kOnBehalfOf);
    CHECK(missing[1].any_of == ScopesFor(Feature::kZak, kUser));
  }

  TEST_CASE("are not called missing where one of two is enough, or nobody said") {
    const Scopes usual = {"user:read:user", "meeting:read:list_meetings",
                          "meeting:read:local_recording_token"};
    CHECK(MissingScopes(usual, kUser).size() == 2);
    for (const char* identity : {"user:read:zak", "user:read:token"}) {
      Scopes scopes = usual;
      scopes.push_back(identity);
      CHECK(MissingScopes(scopes, kUser).empty());
    }
    CHECK(MissingScopes({}, kUser).empty());
    CHECK(MissingScopes({}, kAccount).empty());
  }
}

TEST_SUITE("ReadScopes") {
  TEST_CASE("splits at spaces and commas, keeps the order, and knows each once") {
    CHECK(ReadScopes("").empty());
    CHECK(ReadScopes("  ").empty());
    CHECK(ReadScopes(" b a  b ") == Scopes{"b", "a"});
    CHECK(ReadScopes("b,a, c\t,,b\n") == Scopes{"b", "a", "c"});
    CHECK(ReadScopes("a \x01 b\xc3\xa9 c") == Scopes{"a", "c"});
  }

  TEST_CASE("keeps its bounds") {
    CHECK(ReadScopes(std::string(128, 'a')).size() == 1);
    CHECK(ReadScopes(std::string(129, 'a')).empty());
    std::string many;
    for (int i = 0; i < 1025; ++i) many += "s" + std::to_string(i) + " ";
    CHECK(ReadScopes(many).size() == 1024);
  }
}

TEST_SUITE("FeatureName") {
  TEST_CASE("names each feature by a word of its own") {
    std::set<std::string_view> names;
    for (const Feature feature : kFeatures) names.insert(FeatureName(feature));
    CHECK(names == std::set<std::string_view>{"read_user", "list_meetings", "recording_token",
                                              "zak", "on_behalf_of", "list_users", "list_webinars",
                                              "webinar_recording_token", "read_meeting",
                                              "read_webinar", "read_settings"});
  }
}

}  // namespace
}  // namespace joinpass::zoom
