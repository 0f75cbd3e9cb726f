#include "zoom/rate_limits.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace joinpass::zoom {
namespace {

message::Response Answer(int status, std::string_view message,
                         std::vector<message::Header> headers = {}) {
  message::Response response;
  response.status = status;
  response.headers = std::move(headers);
  response.body = base::ToBuffer(
      message.empty() ? "{}" : R"({"code":429,"message":")" + std::string(message) + "\"}");
  response.received_at = absl::FromUnixSeconds(1'600'000'000);
  return response;
}

constexpr char kQps[] =
    "You have reached the maximum per-second rate limit for this API. Try again later.";
constexpr char kDaily[] =
    "You have reached the maximum daily rate limit for this API. Refer to the response header for "
    "details on when you can make another request.";
constexpr char kUser[] =
    "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted "
    "for this particular user. You may resume these requests at GMT 00:00:00.";

TEST_SUITE("Rate limits") {
  TEST_CASE("are those of Zoom's plans") {
    struct Row {
      ZoomPlan plan;
      RateLabel label;
      int calls;
      int calls_a_day;
    };
    for (const Row& row : {Row{ZoomPlan::kFree, RateLabel::kLight, 4, 6'000},
                           {ZoomPlan::kFree, RateLabel::kMedium, 2, 2'000},
                           {ZoomPlan::kFree, RateLabel::kHeavy, 1, 1'000},
                           {ZoomPlan::kPro, RateLabel::kLight, 30, 0},
                           {ZoomPlan::kPro, RateLabel::kMedium, 20, 0},
                           {ZoomPlan::kPro, RateLabel::kHeavy, 10, 30'000},
                           {ZoomPlan::kBusiness, RateLabel::kLight, 80, 0},
                           {ZoomPlan::kBusiness, RateLabel::kMedium, 60, 0},
                           {ZoomPlan::kBusiness, RateLabel::kHeavy, 40, 60'000}}) {
      const RateLimit limit = RateLimitOf(row.plan, row.label);
      CHECK(limit.calls == row.calls);
      CHECK(limit.calls_a_day == row.calls_a_day);
      CHECK(limit.window == absl::Seconds(1));
    }
    for (const auto& [plan, calls] :
         {std::pair{ZoomPlan::kFree, 10}, {ZoomPlan::kPro, 10}, {ZoomPlan::kBusiness, 20}}) {
      const RateLimit limit = RateLimitOf(plan, RateLabel::kResourceIntensive);
      CHECK(limit.calls == calls);
      CHECK(limit.window == absl::Minutes(1));
    }
  }

  TEST_CASE("are told by a refusal, by its text or its header") {
    const absl::Time iso = absl::FromCivil(absl::CivilDay(2020, 9, 14), absl::UTCTimeZone());
    struct Row {
      message::Response answer;
      Throttled throttled;
      absl::Time until = absl::InfinitePast();
    };
    for (const Row& row :
         {Row{Answer(429, kQps), Throttled::kASecond}, Row{Answer(429, kDaily), Throttled::kADay},
          Row{Answer(429, kDaily, {{"Retry-After", "2020-09-14T00:00:00Z"}}), Throttled::kADay,
              iso},
          Row{Answer(429, "", {{"X-RateLimit-Type", "Daily-limit"}}), Throttled::kADay},
          Row{Answer(429, "", {{"x-ratelimit-type", "QPS"}}), Throttled::kASecond},
          Row{Answer(429, kUser), Throttled::kUser},
          Row{Answer(429,
                     "Too many concurrent requests. A request to disassociate this user has "
                     "already been made."),
              Throttled::kASecond},
          Row{Answer(429, ""), Throttled::kASecond},
          // As Zoom also says it: within another status.
          Row{Answer(400, kQps), Throttled::kASecond}, Row{Answer(200, ""), Throttled::kNot},
          Row{Answer(200, kQps), Throttled::kNot},
          Row{Answer(429, "slow down", {{"Retry-After", "7"}}), Throttled::kASecond,
              absl::FromUnixSeconds(1'600'000'007)},
          Row{Answer(503, ""), Throttled::kNot}}) {
      const RateNews news = ReadRateNews(row.answer, RateLabel::kLight);
      CHECK(news.throttled == row.throttled);
      CHECK(news.until == row.until);
    }
  }

  TEST_CASE("are taught by headers of the same label that speak of a second") {
    const auto said = [](std::string category, std::string type, std::string limit,
                         RateLabel label = RateLabel::kLight) {
      return ReadRateNews(Answer(200, "",
                                 {{"X-RateLimit-Category", std::move(category)},
                                  {"X-RateLimit-Type", std::move(type)},
                                  {"X-RateLimit-Limit", std::move(limit)}}),
                          label)
          .limit;
    };
    CHECK(said("Light", "QPS", "80") == RateLimitOf(ZoomPlan::kBusiness, RateLabel::kLight));
    CHECK(said("light", "qps", "4") == RateLimitOf(ZoomPlan::kFree, RateLabel::kLight));
    CHECK(said("Medium", "QPS", "20", RateLabel::kMedium) ==
          RateLimitOf(ZoomPlan::kPro, RateLabel::kMedium));
    CHECK(said("Light", "QPS", "37") == RateLimit{.calls = 37});
    CHECK_FALSE(said("Medium", "QPS", "20"));
    CHECK_FALSE(said("Light", "Daily-limit", "6000"));
    CHECK_FALSE(said("Light", "", "6000"));
    for (const char* none : {"", "0", "-1", "1001", "8e1", "99999999999", "ten"}) {
      CHECK_FALSE(said("Light", "QPS", none));
    }
    CHECK_FALSE(said("Resource-intensive", "QPS", "10", RateLabel::kResourceIntensive));
  }
}

}  // namespace
}  // namespace joinpass::zoom
