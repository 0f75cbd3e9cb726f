#include "fake_zoom/faults.h"

#include <doctest/doctest.h>

#include "fake_zoom/command.h"
#include "fake_zoom/pages.h"

namespace joinpass::fake_zoom {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr absl::Duration kTick = absl::Nanoseconds(1);

TEST_SUITE("A fault") {
  TEST_CASE("is taken by the endpoints that it names, as often as it says, first come first") {
    Faults faults;
    faults.Set({.endpoint = "token/*", .kind = FaultKind::kHold, .times = 2});
    faults.Set({.endpoint = "token/refresh_token", .kind = FaultKind::kHtml});
    faults.Set({.endpoint = "*", .kind = FaultKind::kStatus});
    CHECK(faults.Take("token/refresh_token")->kind == FaultKind::kHold);
    CHECK(faults.Take("users/me")->kind == FaultKind::kStatus);
    CHECK_FALSE(faults.Take("users/me"));
    CHECK(faults.Take("token/client_credentials")->kind == FaultKind::kHold);
    CHECK_FALSE(faults.Take("token/client_credentials"));
    CHECK(faults.Take("token/refresh_token")->kind == FaultKind::kHtml);
    faults.Set({.endpoint = "*"});
    faults.Clear();
    CHECK_FALSE(faults.Take("users/me"));
  }

  TEST_CASE("is checked") {
    CHECK(CheckFault({.endpoint = "x"}).ok());
    CHECK_FALSE(CheckFault({}).ok());
    CHECK_FALSE(CheckFault({.endpoint = "x", .times = 0}).ok());
    CHECK_FALSE(CheckFault({.endpoint = "x", .status = 399}).ok());
    CHECK_FALSE(CheckFault({.endpoint = "x", .status = 600}).ok());
    CHECK_FALSE(CheckFault({.endpoint = "x", .delay = -kTick}).ok());
    CHECK_FALSE(CheckFault({.endpoint = "x", .kind = FaultKind::kDelay, .acts = false}).ok());
    CHECK(CheckFault({.endpoint = "x", .kind = FaultKind::kReset, .acts = false}).ok());
  }

  TEST_CASE("acts or not as its kind says, or as it is told") {
    CHECK(Acts({.kind = FaultKind::kLoseAnswer}));
    CHECK_FALSE(Acts({.kind = FaultKind::kLoseAnswer, .acts = false}));
    CHECK_FALSE(Acts({.kind = FaultKind::kHtml}));
    CHECK(Acts({.kind = FaultKind::kStatus, .acts = true}));
  }

  TEST_CASE("changes the answer's fields and nothing else") {
    const Response answer{.body = R"({"refresh_token":"r","expires_in":3599,"api_url":"u"})"};
    const auto body = [&answer](FaultKind kind) { return Spoil({.kind = kind}, answer).body; };
    CHECK(body(FaultKind::kOmitRefreshToken).find("refresh_token") == std::string::npos);
    CHECK(body(FaultKind::kOmitApiUrl) == R"({"refresh_token":"r","expires_in":3599})");
    CHECK(body(FaultKind::kStringExpiresIn) ==
          R"({"refresh_token":"r","expires_in":"3599","api_url":"u"})");
    CHECK(body(FaultKind::kHold) == answer.body);
    CHECK(Spoil({.kind = FaultKind::k401InsteadOf400}, {.status = 400}).status == 401);
    CHECK(Spoil({.kind = FaultKind::k401InsteadOf400}, {.status = 404}).status == 404);
    CHECK(Spoil({.kind = FaultKind::kOmitApiUrl}, {.body = "no JSON"}).body == "no JSON");
    CHECK(DeliveryOf({.kind = FaultKind::kDelay, .delay = absl::Seconds(3)}, kNow).due ==
          kNow + absl::Seconds(3));
  }
}

TEST_SUITE("A page token") {
  TEST_CASE("lives for 15 minutes and is bound to listing and query") {
    Pages pages;
    const Pairs query = {{"page_size", "2"}, {"type", "scheduled"}};
    const auto read = [&](const char* listing, Pairs asked, absl::Time now) {
      return pages.Read(listing, asked, 300, PageOverflow::kRefused, now);
    };
    const Page first = std::get<Page>(read("l", query, kNow));
    CHECK(first.size == 2);
    const std::string token = pages.Next("l", query, first, 5, kNow);
    const Pairs next = {{"type", "scheduled"}, {"next_page_token", token}, {"page_size", "2"}};
    const absl::Time end = kNow + absl::Minutes(15);
    CHECK(std::get<Page>(read("l", next, end - kTick)).begin == 2);
    CHECK(std::holds_alternative<Response>(read("l", next, end)));
    CHECK(std::holds_alternative<Response>(read("other", next, kNow)));
    CHECK(std::holds_alternative<Response>(
        read("l", {{"page_size", "2"}, {"next_page_token", token}}, kNow)));
    CHECK(pages.Next("l", query, {.begin = 4, .size = 2}, 5, kNow).empty());
    CHECK(pages.Next("l", query, {.begin = 2, .size = 3}, 5, kNow).empty());
  }

  TEST_CASE("comes with a page size within bounds, or clamped where that is chosen") {
    Pages pages;
    const Pairs large = {{"page_size", "301"}};
    CHECK(std::holds_alternative<Response>(
        pages.Read("l", large, 300, PageOverflow::kRefused, kNow)));
    CHECK(std::get<Page>(pages.Read("l", large, 300, PageOverflow::kClamped, kNow)).size == 300);
    CHECK(std::get<Page>(pages.Read("l", {}, 300, PageOverflow::kRefused, kNow)).size == 30);
  }
}

TEST_SUITE("The command line") {
  TEST_CASE("is read into options") {
    const auto command = ReadCommand({"--users", "5", "--seed", "9", "--rotation", "lenient",
                                      "--clock", "frozen", "--port", "1234", "--ca-out", "f"});
    REQUIRE(command.ok());
    CHECK(command->options.users == 5);
    CHECK(command->options.seed == 9);
    CHECK(command->options.lenient_rotation);
    CHECK(command->options.clock == ClockKind::kFrozen);
    CHECK(command->options.port == 1234);
    CHECK(command->ca_out == "f");
    CHECK(ReadCommand({"--help"})->help);
  }
}

}  // namespace
}  // namespace joinpass::fake_zoom
