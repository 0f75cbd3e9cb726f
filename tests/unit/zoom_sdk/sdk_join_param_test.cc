#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "joinpass/join.h"
#include "joinpass/reason.h"
#include "joinpass/secret.h"
#include "joinpass/zoom_sdk.h"
#include "support/sdk_lookalike.h"

namespace joinpass {
namespace {

// What the adapter asks of a pass, and no more.
class Pass {
 public:
  struct Content {
    std::uint64_t meeting_number = 85012345678;
    std::string vanity_name = {};
    std::string display_name = "N\xC3\xB6te taker";
    std::string customer_key = "customer-1";
    Secret passcode = Secret("passcode-1");
    Secret registrant_token = Secret("registrant-1");
    Secret recording_token = Secret("recording-1");
    Secret zak = {};
    Secret on_behalf_token = {};
  };

  explicit Pass(Content content) : content_(std::move(content)) {}
  Pass(Pass&&) = default;
  Pass& operator=(Pass&&) = default;

  std::uint64_t meeting_number() const { return content_.meeting_number; }
  const std::string& vanity_name() const { return content_.vanity_name; }
  const std::string& display_name() const { return content_.display_name; }
  const std::string& customer_key() const { return content_.customer_key; }
  const Secret& passcode() const { return content_.passcode; }
  const Secret& registrant_token() const { return content_.registrant_token; }
  const Secret& recording_token() const { return content_.recording_token; }
  const Secret& zak() const { return content_.zak; }
  const Secret& on_behalf_token() const { return content_.on_behalf_token; }

 private:
  Content content_;
};

// Wipes as the real one does, and remembers what stood there before.
struct WatchedWiper {
  static inline std::vector<std::string> seen;
  static inline bool all_zero = true;

  static void Wipe(void* bytes, std::size_t size) {
    const auto* text = static_cast<const char*>(bytes);
    seen.emplace_back(text, size);
    zoom_sdk_internal::Wiper::Wipe(bytes, size);
    all_zero = all_zero && std::all_of(text, text + size, [](char c) { return c == 0; });
  }

  static bool Saw(std::string_view part) {
    return std::any_of(seen.begin(), seen.end(), [part](const std::string& bytes) {
      return bytes.find(part) != std::string::npos;
    });
  }
};

template <typename Param, typename T>
concept CanTake = requires(T&& pass) {
  SdkJoinParam<Param>::Take(std::forward<T>(pass));
};

using Param64 = testing::sdk_6_4::JoinParam;
static_assert(CanTake<Param64, Pass>);
static_assert(!CanTake<Param64, Pass&>, "a pass that stays with its owner would be used twice");
static_assert(!CanTake<Param64, const Pass>);
static_assert(!CanTake<Param64, const Pass&>);
static_assert(CanTake<Param64, JoinPass>, "the library's own pass has what is needed");
static_assert(!CanTake<Param64, JoinPass&>);
static_assert(!std::is_copy_constructible_v<SdkJoinParam<Param64>>);

// What the SDK's Join() is: it takes its argument as it is.
template <typename Filled>
concept CanBeJoined = requires(Filled&& filled, void (*join)(Param64&)) {
  join(std::forward<Filled>(filled).param());
};
static_assert(CanBeJoined<SdkJoinParam<Param64>&>);
static_assert(!CanBeJoined<SdkJoinParam<Param64>>, "its texts would die before the SDK reads them");
static_assert(!CanBeJoined<const SdkJoinParam<Param64>&>);
template <typename Filled>
concept ShowsBothArms = requires(Filled& filled) {
  filled.param().param;
};
static_assert(!ShowsBothArms<SdkJoinParam<Param64>>, "the other arm would be written in vain");
static_assert(std::is_same_v<decltype(std::declval<SdkJoinParam<Param64>&>().fields()),
                             testing::sdk_6_4::JoinParam4WithoutLogin&>);
static_assert(EndsJoining(3) && EndsJoining(6) && EndsJoining(7));
static_assert(!EndsJoining(0) && !EndsJoining(1) && !EndsJoining(2) && !EndsJoining(4) &&
              !EndsJoining(5) && !EndsJoining(11) && !EndsJoining(14));

static_assert(!SdkJoinParam<testing::sdk_5_15::JoinParam>::kHasOnBehalfToken);
static_assert(!SdkJoinParam<testing::sdk_6_1::JoinParam>::kHasOnBehalfToken);
static_assert(!SdkJoinParam<testing::sdk_6_2::JoinParam>::kHasOnBehalfToken);
static_assert(!SdkJoinParam<testing::sdk_windows_5_10::JoinParam>::kHasOnBehalfToken);
static_assert(!SdkJoinParam<testing::sdk_windows_6_1::JoinParam>::kHasOnBehalfToken);
static_assert(SdkJoinParam<testing::sdk_6_4::JoinParam>::kHasOnBehalfToken);
static_assert(SdkJoinParam<testing::sdk_6_6::JoinParam>::kHasOnBehalfToken);
static_assert(SdkJoinParam<testing::sdk_windows::JoinParam>::kHasOnBehalfToken);

#if defined(__linux__) && defined(__x86_64__)
// The look-alikes are as large as the originals.
static_assert(sizeof(testing::sdk_5_15::JoinParam) == 96);
static_assert(sizeof(testing::sdk_6_1::JoinParam) == 96);
static_assert(sizeof(testing::sdk_6_2::JoinParam) == 96);
static_assert(sizeof(testing::sdk_6_4::JoinParam) == 104);
static_assert(sizeof(testing::sdk_6_6::JoinParam) == 112);
#endif

// ASCII of the SDK's text; "-" for a null pointer.
template <typename Unit>
std::string Read(const Unit* units) {
  if (units == nullptr) return "-";
  std::string text;
  for (; *units != 0; ++units) text += *units < 0x80 ? static_cast<char>(*units) : '?';
  return text;
}

// What Join() gets.
template <typename Param>
Param& Given(const zoom_sdk_internal::Argument<Param>& argument) {
  return argument;
}

#define EVERY_SDK                                                                         \
  testing::sdk_5_15::JoinParam, testing::sdk_6_1::JoinParam, testing::sdk_6_2::JoinParam, \
      testing::sdk_6_4::JoinParam, testing::sdk_6_6::JoinParam,                           \
      testing::sdk_windows_5_10::JoinParam, testing::sdk_windows_5_14::JoinParam,         \
      testing::sdk_windows_6_1::JoinParam, testing::sdk_windows::JoinParam,               \
      testing::sdk_windows_16::JoinParam

TEST_SUITE("SdkJoinParam") {
  TEST_CASE_TEMPLATE("puts each part of a pass where the SDK looks for it", Param, EVERY_SDK) {
    auto filled =
        SdkJoinParam<Param>::Take(Pass({.display_name = "Notes", .zak = Secret("zak-1")}));
    REQUIRE(filled.ok());
    const Param& param = filled->param();
    CHECK(static_cast<int>(param.userType) == 101);
    const auto& join = param.param.withoutloginuserJoin;
    CHECK(join.meetingNumber == 85012345678);
    CHECK(Read(join.userName) == "Notes");
    CHECK(Read(join.psw) == "passcode-1");
    CHECK(Read(join.app_privilege_token) == "recording-1");
    CHECK(Read(join.userZAK) == "zak-1");
    CHECK(Read(join.customer_key) == "customer-1");
    CHECK(Read(join.webinarToken) == "registrant-1");
    if constexpr (requires { join.join_token; }) CHECK(join.join_token == nullptr);
  }

  TEST_CASE_TEMPLATE("leaves a null pointer for what is absent", Param, EVERY_SDK) {
    auto filled = SdkJoinParam<Param>::Take(Pass({.display_name = {},
                                                  .customer_key = {},
                                                  .passcode = {},
                                                  .registrant_token = {},
                                                  .recording_token = {}}));
    REQUIRE(filled.ok());
    const auto& join = filled->fields();
    CHECK(join.vanityID == nullptr);
    CHECK(join.userName == nullptr);
    CHECK(join.psw == nullptr);
    CHECK(join.app_privilege_token == nullptr);
    CHECK(join.userZAK == nullptr);
    CHECK(join.customer_key == nullptr);
    CHECK(join.webinarToken == nullptr);
    if constexpr (SdkJoinParam<Param>::kHasOnBehalfToken) CHECK(join.onBehalfToken == nullptr);
  }

  TEST_CASE_TEMPLATE("takes an on-behalf-of token where there is a field, and says where not",
                     Param, EVERY_SDK) {
    Pass pass({.on_behalf_token = Secret("obf-1")});
    auto filled = SdkJoinParam<Param>::Take(std::move(pass));
    if constexpr (SdkJoinParam<Param>::kHasOnBehalfToken) {
      REQUIRE(filled.ok());
      const auto& join = filled->fields();
      CHECK(Read(join.onBehalfToken) == "obf-1");
      CHECK(join.userZAK == nullptr);
    } else {
      CHECK(ReasonOf(filled.status()) == Reason::kSdkLacksField);
      CHECK(pass.recording_token() == Secret("recording-1"));
    }
  }

  TEST_CASE("consumes the pass, and leaves it alone after an error") {
    Pass good({});
    CHECK(SdkJoinParam<Param64>::Take(std::move(good)).ok());
    CHECK(good.recording_token().empty());
    Pass bad({.display_name = "\xFF"});
    CHECK_FALSE(SdkJoinParam<Param64>::Take(std::move(bad)).ok());
    CHECK(bad.recording_token() == Secret("recording-1"));
  }

  TEST_CASE("passes the name of a personal link only where no number is known") {
    auto named = SdkJoinParam<Param64>::Take(Pass({.meeting_number = 0, .vanity_name = "ann.lee"}));
    REQUIRE(named.ok());
    CHECK(named->fields().meetingNumber == 0);
    CHECK(Read(named->fields().vanityID) == "ann.lee");
    auto both = SdkJoinParam<Param64>::Take(Pass({.vanity_name = "ann.lee"}));
    REQUIRE(both.ok());
    CHECK(both->fields().meetingNumber == 85012345678);
    CHECK(both->fields().vanityID == nullptr);
  }

  TEST_CASE("keeps what the SDK's constructor chose, and what the bot set") {
    auto filled = SdkJoinParam<Param64>::Take(Pass({}));
    REQUIRE(filled.ok());
    CHECK_FALSE(filled->fields().isVideoOff);
    filled->fields().isVideoOff = true;
    const auto moved = *std::move(filled);
    CHECK(const_cast<SdkJoinParam<Param64>&>(moved).fields().isVideoOff);
  }

  TEST_CASE("keeps its address and its texts when it is moved") {
    auto filled = SdkJoinParam<testing::sdk_6_6::JoinParam>::Take(Pass({}));
    REQUIRE(filled.ok());
    const testing::sdk_6_6::JoinParam* address = &Given(filled->param());
    const char* token = address->param.withoutloginuserJoin.app_privilege_token;
    std::vector<SdkJoinParam<testing::sdk_6_6::JoinParam>> kept;
    kept.push_back(*std::move(filled));
    kept.reserve(100);
    CHECK(&Given(kept.front().param()) == address);
    CHECK(address->param.withoutloginuserJoin.app_privilege_token == token);
    CHECK(Read(token) == "recording-1");
    CHECK(std::string_view(address->param.withoutloginuserJoin.userName) == "N\xC3\xB6te taker");
  }

  TEST_CASE("refuses what the SDK would misread, and names it") {
    struct Row {
      Pass::Content content;
      std::string_view message;
    };
    std::vector<Row> rows;
    rows.push_back({{.display_name = "a\xFF"}, "display_name is not UTF-8, or holds a NUL"});
    rows.push_back({{.passcode = Secret(std::string_view("1\0", 2))},
                    "passcode is not UTF-8, or holds a NUL"});
    rows.push_back({{.customer_key = std::string(36, 'k')}, "customer_key is over 35 characters"});
    rows.push_back({{.meeting_number = 0}, "meeting_number is missing, and so is vanity_name"});
    rows.push_back({{.zak = Secret("z"), .on_behalf_token = Secret("o")},
                    "zak stands beside an on-behalf-of token"});
    for (Row& row : rows) {
      const absl::Status status =
          SdkJoinParam<Param64>::Take(Pass(std::move(row.content))).status();
      CHECK(ReasonOf(status) == Reason::kInvalidArgument);
      CHECK(std::string(status.message()) == "zoom_sdk: " + std::string(row.message));
    }
  }

  TEST_CASE("takes a customer_key of just 35 characters") {
    CHECK(SdkJoinParam<Param64>::Take(Pass({.customer_key = std::string(35, 'k')})).ok());
    std::string cjk;
    for (int i = 0; i < 35; ++i) cjk += "\xe9\x8d\xb5";
    CHECK(SdkJoinParam<Param64>::Take(Pass({.customer_key = cjk})).ok());
    CHECK_FALSE(SdkJoinParam<Param64>::Take(Pass({.customer_key = cjk + "k"})).ok());
  }

  TEST_CASE("wipes every text") {
    using Watched = SdkJoinParam<Param64, WatchedWiper>;
    const auto begin = [] {
      auto filled = Watched::Take(Pass({.zak = Secret("zak-1")}));
      REQUIRE(filled.ok());
      WatchedWiper::seen.clear();
      WatchedWiper::all_zero = true;
      return *std::move(filled);
    };
    const auto check_wiped = [] {
      for (const char* text :
           {"taker", "passcode-1", "recording-1", "zak-1", "customer-1", "registrant-1"}) {
        CAPTURE(text);
        CHECK(WatchedWiper::Saw(text));
      }
      CHECK(WatchedWiper::all_zero);
    };

    SUBCASE("when it is released, and points at none of them any more") {
      Watched filled = begin();
      filled.Release();
      check_wiped();
      const auto& join = filled.fields();
      CHECK(join.app_privilege_token == nullptr);
      CHECK(join.userName == nullptr);
      CHECK(join.meetingNumber == 0);
      filled.Release();
    }
    SUBCASE("when it dies") {
      { const Watched filled = begin(); }
      check_wiped();
    }
    SUBCASE("when another takes its place") {
      Watched filled = begin();
      filled = *Watched::Take(Pass({.display_name = "Next"}));
      check_wiped();
      CHECK(Read(filled.fields().userName) == "Next");
    }
    SUBCASE("when the pass is refused half way") {
      WatchedWiper::seen.clear();
      CHECK_FALSE(Watched::Take(Pass({.zak = Secret("\xFF")})).ok());
      CHECK(WatchedWiper::Saw("recording-1"));
      CHECK(WatchedWiper::all_zero);
    }
  }

  TEST_CASE("wipes wide texts to their last byte") {
    using Watched = SdkJoinParam<testing::sdk_windows::JoinParam, WatchedWiper>;
    auto filled = Watched::Take(Pass({}));
    REQUIRE(filled.ok());
    WatchedWiper::seen.clear();
    filled->Release();
    constexpr std::size_t kSize = (std::string_view("recording-1").size() + 1) * sizeof(wchar_t);
    CHECK(std::any_of(WatchedWiper::seen.begin(), WatchedWiper::seen.end(),
                      [](const std::string& bytes) { return bytes.size() == kSize; }));
    CHECK(WatchedWiper::all_zero);
  }
}

}  // namespace
}  // namespace joinpass
