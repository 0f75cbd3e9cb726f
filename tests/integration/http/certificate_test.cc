// Whom the client speaks to.

#include <doctest/doctest.h>

#include <atomic>
#include <fstream>

#include "client_fixture.h"
#include "http/tls.h"

namespace joinpass::http {
namespace {

using testing::Flaw;
using testing::TestCa;
using testing::TlsServer;
using testing::TlsServerOptions;

TEST_SUITE("The client") {
  TEST_CASE_FIXTURE(ClientFixture, "finds nobody under a name that does not exist") {
    const Answer answer = Send(Get("https://nobody.invalid"));
    // Where there is no name server either, the system takes its time to say so.
    const Reason reason = ReasonOf(answer.status());
    CHECK((reason == Reason::kNetworkUnreachable || reason == Reason::kDeadlineExceeded));
    CHECK_FALSE(GetErrorInfo(answer.status())->request_left);
  }

  TEST_CASE_FIXTURE(ClientFixture, "refuses a bad certificate before a byte of a request left") {
    struct Row {
      Flaw flaw;
      bool by_name;
      std::string message;
    };
    const std::string name = "http: the certificate is for another name";
    const std::string authority = "http: the certificate is not signed by an authority we trust";
    const std::vector<Row> rows = {
        {Flaw::kWrongName, false, name},
        {Flaw::kWrongName, true, name},
        {Flaw::kNameInSubject, true, name},
        {Flaw::kDeepWildcard, true, name},
        {Flaw::kNulInName, true, name},
        {Flaw::kExpired, false, "http: the certificate has expired"},
        {Flaw::kNotYetValid, false, "http: the certificate is not valid yet"},
        {Flaw::kSelfSigned, false, authority},
        {Flaw::kForeignCa, true, authority},
        {Flaw::kNoIntermediate, true, authority},
        {Flaw::kShortKey, false, "http: the certificate is too weak"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.message);
      TlsServerOptions options;
      options.flaw = row.flaw;
      TlsServer server(Answers, options);
      const std::string origin = row.by_name ? server.named_origin() : server.origin();
      const Answer answer = Send(Get(origin));
      CHECK(ReasonOf(answer.status()) == Reason::kTlsFailed);
      CHECK(answer.status().message() == row.message);
      CHECK_FALSE(GetErrorInfo(answer.status())->request_left);
      CHECK(ReasonOf(Warm(origin, 1)) == Reason::kTlsFailed);
      server.Stop();
      CHECK(server.accepted() == 2);
      CHECK(server.application_bytes() == 0);
    }
  }

  TEST_CASE_FIXTURE(ClientFixture, "refuses TLS older than 1.2, and what is not TLS") {
    TlsServerOptions old;
    old.newest_tls = TLS1_1_VERSION;
    TlsServerOptions plain;
    plain.layer = TlsServerOptions::Layer::kPlain;
    for (const TlsServerOptions& options : {old, plain}) {
      TlsServer server(
          [](TlsServer::Connection& connection) {
            connection.Send("HTTP/1.1 400 Bad Request\r\n\r\n");
            connection.WaitForEnd();
          },
          options);
      const Answer answer = Send(Get("https://127.0.0.1:" + std::to_string(server.port())));
      CHECK(ReasonOf(answer.status()) == Reason::kTlsFailed);
      CHECK_FALSE(GetErrorInfo(answer.status())->request_left);
      server.Stop();
      CHECK(server.handshakes() == 0);
    }
  }

  TEST_CASE_FIXTURE(ClientFixture, "refuses what protects nobody, though both could speak it") {
    struct Row {
      std::string ciphers;
      std::string dh_group;
      bool good;
    };
    const std::vector<Row> rows = {
        {"ECDHE-RSA-AES128-GCM-SHA256", "", true},
        {"DHE-RSA-AES128-GCM-SHA256", "ffdhe2048", true},
        {"DHE-RSA-AES128-GCM-SHA256", "dh_1024_160", false},
        {"aNULL", "", false},  // nobody says who he is
        {"eNULL", "", false},  // nothing is encrypted
    };
    for (const Row& row : rows) {
      CAPTURE(row.ciphers);
      CAPTURE(row.dh_group);
      TlsServerOptions options;
      options.newest_tls = TLS1_2_VERSION;
      options.rsa_bits = 2048;
      options.ciphers = row.ciphers;
      options.dh_group = row.dh_group;
      TlsServer server(Answers, options);
      const Answer answer = Send(Get(server.origin()));
      INFO(answer.status().ToString());
      CHECK(answer.ok() == row.good);
      server.Stop();
      CHECK((server.application_bytes() > 0) == row.good);
      if (!row.good) {
        CHECK(ReasonOf(answer.status()) == Reason::kTlsFailed);
        CHECK_FALSE(GetErrorInfo(answer.status())->request_left);
      }
    }
  }

  TEST_CASE_FIXTURE(ClientFixture, "renegotiates with nobody") {
    std::atomic<bool> done = true;
    TlsServerOptions options;
    options.newest_tls = TLS1_2_VERSION;
    TlsServer server(
        [&](TlsServer::Connection& connection) {
          if (connection.ReadRequest().empty()) return;
          done = connection.Renegotiate();
          connection.Close();
        },
        options);
    const Answer answer = Send(Get(server.origin()));
    server.Stop();
    CHECK_FALSE(answer.ok());
    CHECK_FALSE(done);
  }

  TEST_CASE_FIXTURE(ClientFixture, "takes a certificate of a thousand names") {
    TlsServerOptions options;
    for (int i = 0; i < 1000; ++i) options.names += "DNS:n" + std::to_string(i) + ".example,";
    options.names += "DNS:localhost";
    TlsServer server(Answers, options);
    CHECK(Send(Get(server.named_origin())).ok());
  }

  TEST_CASE("trusts nobody but the authorities of its file") {
    const std::string path = TestCa::Get().file() + ".other";
    {
      std::ofstream file(path);
      file << TestCa::Get().foreign_pem();
    }
    ClientOptions options;
    options.ca_file = path;
    ClientFixture client(options);
    TlsServer server(Answers);
    CHECK(ReasonOf(client.Send(Get(server.origin())).status()) == Reason::kTlsFailed);
    TlsServerOptions foreign;
    foreign.flaw = Flaw::kForeignCa;
    TlsServer other(Answers, foreign);
    CHECK(client.Send(Get(other.origin())).ok());
  }

  TEST_CASE("has one TLS context a process for each set of authorities") {
    const absl::StatusOr<TlsContext> first = OpenTlsContext(TestCa::Get().file());
    const absl::StatusOr<TlsContext> second = OpenTlsContext(TestCa::Get().file());
    REQUIRE(first.ok());
    REQUIRE(second.ok());
    CHECK(*first == *second);
    CHECK(*OpenTlsContext("") != *first);
  }

  TEST_CASE("is not opened with a CA file that is none, or options out of bounds") {
    const std::string broken = TestCa::Get().file() + ".broken";
    {
      std::ofstream file(broken);
      file << "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n";
    }
    const std::unique_ptr<IoLoop> loop = MakeIoLoop(base::SystemClock());
    const auto why = [&](ClientOptions options) {
      return ReasonOf(OpenClient(std::move(options), *loop, base::SystemClock()).status());
    };
    for (const std::string& path : {std::string("/dev/null"), std::string("/does/not/exist"),
                                    std::string("/dev/zero"), broken}) {
      CAPTURE(path);
      ClientOptions options;
      options.ca_file = path;
      CHECK(why(options) == Reason::kInvalidArgument);
    }
    ClientOptions options;
    options.max_sockets = 0;
    CHECK(why(options) == Reason::kInvalidArgument);
    options = {};
    options.max_header = 1023;
    CHECK(why(options) == Reason::kInvalidArgument);
    options = {};
    options.max_idle = absl::ZeroDuration();
    CHECK(why(options) == Reason::kInvalidArgument);
  }
}

}  // namespace
}  // namespace joinpass::http
