// What it costs to read a page of meetings, beside the fastest reader of JSON that there is.

#include <doctest/doctest.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <unordered_set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmarks/side_by_side.h"
#include "zoom/api_answers.h"

namespace {

// What is allocated now, and was at the most.
std::size_t live = 0;
std::size_t most = 0;

}  // namespace

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  auto* const block = static_cast<std::size_t*>(std::malloc(size + alignof(std::max_align_t)));
  if (block == nullptr) return nullptr;
  *block = size;
  most = std::max(most, live += size);
  return reinterpret_cast<char*>(block) + alignof(std::max_align_t);
}
void* operator new(std::size_t size) {
  void* const memory = operator new(size, std::nothrow);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  auto* const block =
      reinterpret_cast<std::size_t*>(static_cast<char*>(memory) - alignof(std::max_align_t));
  live -= *block;
  std::free(block);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { operator delete(memory); }

namespace joinpass::testing {
namespace {

// As Zoom lists one, with all that nobody asked for.
std::string Page(int meetings, const std::string& agenda = "Numbers of the week, and plans.") {
  std::string body = R"({"page_size":300,"total_records":300,"next_page_token":"","meetings":[)";
  for (int i = 0; i < meetings; ++i) {
    absl::StrAppend(&body, i == 0 ? "" : ",", R"({"uuid":"aDYlohsHRtCd4ii1uC2+hA==","id":)",
                    97'763'643'000 + i,
                    R"(,"host_id":"30R7kT7bTIKSNUFEuH_Qlg","topic":"Weekly planning","type":2,)",
                    R"("start_time":"2026-03-23T06:00:00Z","duration":60,)",
                    R"("timezone":"Europe/Berlin","agenda":")", agenda, R"(",)",
                    R"("created_at":"2026-01-10T10:15:00Z","join_url":)",
                    R"("https://acme.zoom.us/j/97763643886?pwd=TUlYb2ZGNWhwdHhuYjR1QT09.1"})");
  }
  return body + "]}";
}

struct Read {
  std::uint64_t number;
  std::string host_id;
};

// The same with simdjson, which reads as little as one asks of it.
std::vector<Read> ReadWithSimdjson(simdjson::ondemand::parser& parser,
                                   const simdjson::padded_string& body) {
  std::vector<Read> read;
  std::unordered_set<std::uint64_t> seen;
  simdjson::ondemand::document page = parser.iterate(body);
  for (simdjson::ondemand::object meeting : page["meetings"]) {
    const std::uint64_t number = meeting["id"];
    const std::string_view host = meeting["host_id"];
    if (seen.insert(number).second) read.push_back({number, std::string(host)});
  }
  return read;
}

TEST_CASE("a page of 300 meetings") {
  const std::string text = Page(300);
  const simdjson::padded_string padded(text);
  simdjson::ondemand::parser parser;
  const message::Response response = {.status = 200, .body = base::ToBuffer(text)};
  REQUIRE(ReadWithSimdjson(parser, padded).size() == 300);
  REQUIRE(zoom::ReadMeetingPage(response)->meetings.size() == 300);
  RunSideBySide("Reading a page of 300 meetings",
                {{"simdjson, on demand", 200,
                  [&] {
                    if (ReadWithSimdjson(parser, padded).size() != 300) std::abort();
                  }},
                 {"ReadMeetingPage", 200, [&] {
                    if (zoom::ReadMeetingPage(response)->meetings.size() != 300) std::abort();
                  }}});
}

// Beside what it gives and what it needs to know each number once.
std::size_t MemoryToRead(const std::string& text) {
  const message::Response response = {.status = 200, .body = base::ToBuffer(text)};
  const std::size_t before = live;
  most = live;
  const auto page = zoom::ReadMeetingPage(response);
  REQUIRE(page.ok());
  return most - before;
}

TEST_CASE("the memory for a page") {
  const std::size_t plain = MemoryToRead(Page(300));
  const std::size_t wordy = MemoryToRead(Page(300, std::string(2'000, 'x')));
  std::printf("To read 300 meetings in %zu bytes: %zu bytes; in %zu bytes: %zu\n\n",
              Page(300).size(), plain, Page(300, std::string(2'000, 'x')).size(), wordy);
  CHECK(wordy < plain + 4'096);
}

}  // namespace
}  // namespace joinpass::testing
