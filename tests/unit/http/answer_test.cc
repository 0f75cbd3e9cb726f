#include "http/answer.h"

#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "joinpass/reason.h"

namespace joinpass::http {
namespace {

AnswerBounds Small() {
  AnswerBounds bounds;
  bounds.max_header = 1024;
  bounds.max_body = 100;
  return bounds;
}

// What a reader says of `text`, given `step` bytes at a time.
struct Verdict {
  Reason reason = Reason::kInternal;  // Of the error, if `bad`.
  bool bad = false;
  bool complete = false;
  bool reusable = false;
  int status = 0;
  std::string body = {};
};

Verdict Read(const std::string& text, std::size_t step = std::string::npos,
             AnswerBounds bounds = Small()) {
  AnswerReader reader(bounds);
  Verdict verdict;
  for (std::size_t at = 0; at < text.size() && !verdict.complete; at += step) {
    const std::string part = text.substr(at, step);
    const absl::StatusOr<bool> put = reader.Put(part);
    if (!put.ok()) {
      CHECK(GetErrorInfo(put.status())->request_left);
      verdict.bad = true;
      verdict.reason = ReasonOf(put.status());
      return verdict;
    }
    verdict.complete = *put;
    if (step == std::string::npos) break;
  }
  if (!verdict.complete) return verdict;
  verdict.reusable = reader.reusable();
  const message::Response response = reader.Take();
  verdict.status = response.status;
  verdict.body = base::View(response.body);
  return verdict;
}

std::string Head(const std::string& headers) { return "HTTP/1.1 200 OK\r\n" + headers + "\r\n"; }

TEST_SUITE("An answer") {
  TEST_CASE("is read whole, or byte by byte, up to its last byte") {
    const std::vector<std::pair<std::string, std::string>> rows = {
        {Head("Content-Length: 5\r\n") + "hello", "hello"},
        {Head("Content-Length: 0\r\n"), ""},
        {Head("Transfer-Encoding: chunked\r\n") + "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n", "hello"},
        {Head("Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\n0\r\nTrailer: x\r\n\r\n", "hello"},
        {"HTTP/1.1 204 No Content\r\n\r\n", ""},
        {"HTTP/1.1 100 Continue\r\n\r\n" + Head("Content-Length: 5\r\n") + "hello", "hello"},
        {"HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 100 C\r\n\r\n" +
             Head("Content-Length: 5\r\n") + "hello",
         "hello"},
    };
    for (const auto& [text, body] : rows) {
      for (const std::size_t step : {std::string::npos, std::size_t{1}, std::size_t{7}}) {
        CAPTURE(text);
        CAPTURE(step);
        const Verdict verdict = Read(text, step);
        CHECK(verdict.complete);
        CHECK(verdict.reusable);
        CHECK(verdict.body == body);
        for (std::size_t cut = 0; cut < text.size(); ++cut) {
          CHECK_FALSE(Read(text.substr(0, cut), step).complete);
        }
      }
    }
  }

  TEST_CASE("gives its headers, and the status of any answer") {
    AnswerReader reader(Small());
    const absl::StatusOr<bool> put =
        reader.Put("HTTP/1.1 429 Too Many\r\nX-RateLimit-Type: QPS\r\nContent-Length: 2\r\n\r\n{}");
    REQUIRE(put.ok());
    REQUIRE(*put);
    const message::Response response = reader.Take();
    CHECK(response.status == 429);
    CHECK(response.Find("x-ratelimit-type") == "QPS");
  }

  TEST_CASE("leaves no socket to reuse if it says so, or if bytes follow") {
    CHECK_FALSE(Read(Head("Content-Length: 1\r\nConnection: close\r\n") + "x").reusable);
    CHECK_FALSE(Read("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx").reusable);
    CHECK_FALSE(Read(Head("Content-Length: 1\r\n") + "xy").reusable);
    CHECK_FALSE(Read("HTTP/1.1 204 No Content\r\n\r\nx").reusable);
    CHECK(Read(Head("Content-Length: 1\r\n") + "xy").body == "x");
  }

  TEST_CASE("longer than its bounds is refused, one byte past each") {
    const auto padded = [](std::size_t size) {
      const std::string rest = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: \r\n\r\n";
      return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: " + std::string(size - rest.size(), 'x') +
             "\r\n\r\n";
    };
    CHECK(Read(padded(1024)).complete);
    CHECK(Read(padded(1024), 1).complete);
    CHECK(Read(padded(1025)).reason == Reason::kAnswerTooLarge);
    CHECK(Read(padded(1025), 1).reason == Reason::kAnswerTooLarge);
    CHECK(Read("HTTP/1.1 200 " + std::string(2000, 'x')).reason == Reason::kAnswerTooLarge);

    CHECK(Read(Head("Content-Length: 100\r\n") + std::string(100, 'x')).complete);
    CHECK(Read(Head("Content-Length: 101\r\n")).reason == Reason::kAnswerTooLarge);
    CHECK(Read(Head("Content-Length: 1073741824\r\n")).reason == Reason::kAnswerTooLarge);
    const std::string chunked = Head("Transfer-Encoding: chunked\r\n");
    CHECK(Read(chunked + "64\r\n" + std::string(100, 'x') + "\r\n0\r\n\r\n").complete);
    CHECK(Read(chunked + "64\r\n" + std::string(100, 'x') + "\r\n1\r\nx").reason ==
          Reason::kAnswerTooLarge);
    CHECK(Read(chunked + "40000000\r\nx").reason == Reason::kAnswerTooLarge);
    CHECK(Read(Head("") + std::string(101, 'x')).reason == Reason::kAnswerTooLarge);
  }

  TEST_CASE("is refused if it is mostly frame") {
    const std::string chunked = Head("Transfer-Encoding: chunked\r\n");
    CHECK(Read(chunked + "1;" + std::string(5000, 'x'), 512).reason == Reason::kAnswerTooLarge);
    std::string many = chunked;
    for (int i = 0; i < 99; ++i) many += "1;" + std::string(900, 'x') + "\r\nx\r\n";
    CHECK(Read(many, 4096).reason == Reason::kAnswerTooLarge);
    std::string interim;
    for (int i = 0; i < 9; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
    CHECK(Read(interim).reason == Reason::kAnswerTooLarge);
    std::string trailers = chunked + "0\r\n";
    for (int i = 0; i < 500; ++i) trailers += "X: y\r\n";
    CHECK(Read(trailers, 64).reason == Reason::kAnswerTooLarge);
  }

  TEST_CASE("that is not HTTP, or tells its length in two ways, is refused") {
    const std::vector<std::string> texts = {
        "garbage\r\n\r\n",
        "HTTP/2 200 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 99 OK\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "\x15\x03\x01\x02\x02more\r\n\r\n",
        Head("No colon\r\n"),
        Head("Space : x\r\n"),
        Head("Nul: a\x01"
             "b\r\n"),
        Head("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"),
        Head("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"),
        Head("Content-Length: 1\r\nContent-Length: 2\r\n"),
        Head("Content-Length: -1\r\n"),
        Head("Content-Length: +1\r\n"),
        Head("Content-Length: 0x1\r\n"),
        Head("Content-Length: 99999999999999999999999\r\n"),
        Head("Content-Length: \r\n"),
        Head("Transfer-Encoding: chunked\r\n") + "x\r\n",
        Head("Transfer-Encoding: chunked\r\n") + "-1\r\n",
        Head("Transfer-Encoding: chunked\r\n") + "ffffffffffffffffff\r\n",
        Head("Transfer-Encoding: chunked\r\n") + "1\r\nxyz\r\n0\r\n\r\n",
    };
    for (const std::string& text : texts) {
      CAPTURE(text);
      const Verdict verdict = Read(text);
      CHECK(verdict.bad);
      CHECK(verdict.reason == Reason::kAnswerInvalid);
    }
  }

  TEST_CASE("without a length ends with the socket, if that was closed and not cut") {
    const auto end = [](const std::string& text, End how) {
      AnswerReader reader(Small());
      const absl::StatusOr<bool> put = reader.Put(text);
      REQUIRE(put.ok());
      REQUIRE_FALSE(*put);
      const absl::Status status = reader.PutEnd(how);
      if (status.ok()) {
        CHECK_FALSE(reader.reusable());
        CHECK(base::View(reader.Take().body) == "hello");
      }
      return status.ok() ? std::optional<Reason>() : ReasonOf(status);
    };
    CHECK(end(Head("") + "hello", End::kClosed) == std::nullopt);
    CHECK(end(Head("") + "hello", End::kCut) == Reason::kNetworkUnreachable);
    CHECK(end(Head("Content-Length: 9\r\n") + "hello", End::kClosed) ==
          Reason::kNetworkUnreachable);
    CHECK(end(Head("Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\n", End::kClosed) ==
          Reason::kNetworkUnreachable);
    CHECK(end("HTTP/1.1 200 OK\r\nX", End::kClosed) == Reason::kNetworkUnreachable);
  }
}

}  // namespace
}  // namespace joinpass::http
