#include "http/proxy.h"

#include <doctest/doctest.h>

#include <string>

#include "joinpass/reason.h"
#include "support/origin.h"

namespace joinpass::http {
namespace {

ProxyRules Rules(std::string_view no_proxy, const char* proxy = "http://proxy.example:3128") {
  auto rules = ProxyRules::Read(Secret(proxy), no_proxy);
  REQUIRE(rules.ok());
  return *std::move(rules);
}

bool IsProxied(const std::string& origin, std::string_view no_proxy) {
  return Rules(no_proxy).For(testing::OriginOf(origin)) != nullptr;
}

std::string ConnectTo(const char* proxy, const std::string& origin) {
  const ProxyRules rules = Rules("", proxy);
  const message::Origin target = testing::OriginOf(origin);
  const Proxy* const its = rules.For(target);
  REQUIRE(its != nullptr);
  return std::string(base::View(WriteConnect(*its, target)));
}

TEST_SUITE("A proxy") {
  TEST_CASE("stands before what speaks TLS and is not on this machine") {
    CHECK(IsProxied("https://api.zoom.us", ""));
    CHECK(IsProxied("https://10.1.2.3:8443", ""));
    CHECK(IsProxied("https://[2001:db8::1]", ""));
    for (const char* here :
         {"https://localhost:8443", "https://zoom.localhost", "https://127.0.0.1",
          "https://127.9.9.9:8443", "https://[::1]", "http://127.0.0.1:8080"}) {
      CAPTURE(here);
      CHECK_FALSE(IsProxied(here, ""));
    }
    CHECK(ProxyRules().For(testing::OriginOf("https://api.zoom.us")) == nullptr);
    CHECK(ProxyRules::Read(Secret(), "*")->For(testing::OriginOf("https://zoom.us")) == nullptr);
  }

  TEST_CASE("is where its URL says") {
    struct Row {
      const char* url;
      const char* host;
      int port;
    };
    for (const Row& row :
         {Row{"http://Proxy.Example", "proxy.example", 80},
          Row{"http://proxy:3128/", "proxy", 3128}, Row{"HTTP://10.0.0.1:8080", "10.0.0.1", 8080},
          Row{"http://[fd00::1]:3128", "fd00::1", 3128}, Row{"http://u:p@proxy", "proxy", 80},
          Row{"proxy:3128", "proxy", 3128}, Row{"u:p@proxy:3128", "proxy", 3128}}) {
      CAPTURE(row.url);
      const auto rules = ProxyRules::Read(Secret(row.url), "");
      REQUIRE(rules.ok());
      const Proxy* const proxy = rules->For(testing::OriginOf("https://zoom.us"));
      REQUIRE(proxy != nullptr);
      CHECK(proxy->at.host == row.host);
      CHECK(proxy->at.port == row.port);
    }
  }

  TEST_CASE("that cannot be one is refused, and nothing of it told") {
    for (const std::string& url :
         {std::string("https://canary@proxy"), std::string("socks5://canary@proxy"),
          std::string("http://canary@proxy/path"), std::string("http://canary@proxy?q"),
          std::string("http://canary@proxy#f"), std::string("http://canary@proxy:0"),
          std::string("http://canary@proxy:99999"), std::string("http://canary@pro xy"),
          std::string("http://canary@"), std::string("http://can%3Aary:p@proxy"),
          std::string("http://canary@proxy\r\nX: y"), std::string("canary"),
          "http://" + std::string(2'048, 'a')}) {
      CAPTURE(url);
      const auto rules = ProxyRules::Read(Secret(url), "");
      if (url == "canary") {
        CHECK(rules.ok());  // a host
        continue;
      }
      REQUIRE_FALSE(rules.ok());
      CHECK(ReasonOf(rules.status()) == Reason::kInvalidArgument);
      CHECK(rules.status().message().find("canary") == absl::string_view::npos);
    }
  }

  TEST_CASE("is asked for a tunnel") {
    CHECK(ConnectTo("http://proxy", "https://api.zoom.us") ==
          "CONNECT api.zoom.us:443 HTTP/1.1\r\nHost: api.zoom.us:443\r\n"
          "User-Agent: joinpass/" JOINPASS_VERSION "\r\n\r\n");
    CHECK(ConnectTo("http://proxy", "https://[2001:db8::1]:8443")
              .find("CONNECT [2001:db8::1]:8443 HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n") == 0);
    // "user:p@ss wörd" as RFC 7617 has it.
    CHECK(ConnectTo("http://user:p%40ss%20w%C3%B6rd@proxy", "https://zoom.us")
              .find("\r\nProxy-Authorization: Basic dXNlcjpwQHNzIHfDtnJk\r\n\r\n") !=
          std::string::npos);
    CHECK(ConnectTo("http://user@proxy", "https://zoom.us").find("Basic dXNlcjo=\r\n") !=
          std::string::npos);
    CHECK(ConnectTo("http://@proxy", "https://zoom.us").find("Basic") == std::string::npos);
  }

  TEST_CASE("does not stand before what no_proxy has") {
    struct Row {
      const char* no_proxy;
      const char* origin;
      bool is_proxied;
    };
    for (const Row& row : {
             Row{"*", "https://api.zoom.us", false},
             Row{"zoom.us", "https://zoom.us", false},
             Row{"zoom.us", "https://api.zoom.us", false},
             Row{"ZOOM.us", "https://api.zoom.us", false},
             Row{"zoom.us", "https://notzoom.us", true},
             Row{"zoom.us", "https://zoom.us.example", true},
             Row{".zoom.us", "https://api.zoom.us", false},
             Row{".zoom.us", "https://zoom.us", true},
             Row{"*.zoom.us", "https://api.zoom.us", false},
             Row{"*.zoom.us", "https://zoom.us", true},
             Row{"a.example , zoom.us", "https://zoom.us", false},
             Row{"a.example zoom.us", "https://zoom.us", false},
             Row{"zoom.us.", "https://zoom.us", false},
             Row{"zoom.us:443", "https://zoom.us", false},
             Row{"zoom.us:8443", "https://zoom.us", true},
             Row{"zoom.us:8443", "https://zoom.us:8443", false},
             Row{"10.1.2.3", "https://10.1.2.3", false},
             Row{"10.1.2.3:443", "https://10.1.2.3:8443", true},
             Row{"10.1.2.4", "https://10.1.2.3", true},
             Row{"10.1.0.0/16", "https://10.1.2.3", false},
             Row{"10.1.0.0/16", "https://10.2.2.3", true},
             Row{"10.1.2.0/31", "https://10.1.2.1", false},
             Row{"10.1.2.0/31", "https://10.1.2.2", true},
             Row{"0.0.0.0/0", "https://10.1.2.3", false},
             Row{"0.0.0.0/0", "https://[2001:db8::1]", true},
             Row{"0.0.0.0/0", "https://zoom.us", true},
             Row{"2001:db8::1", "https://[2001:db8::1]", false},
             Row{"[2001:db8::1]", "https://[2001:db8::1]:8443", false},
             Row{"[2001:db8::1]:443", "https://[2001:db8::1]:8443", true},
             Row{"2001:db8::/32", "https://[2001:db8:9::1]", false},
             Row{"2001:db8::/32", "https://[2001:db9::1]", true},
             Row{"", "https://zoom.us", true},
             Row{",,", "https://zoom.us", true},
             Row{".", "https://zoom.us", true},
             Row{"*.", "https://zoom.us", true},
             Row{"zoom.us/8", "https://zoom.us", true},
             Row{"zoom.us:x", "https://zoom.us", true},
             Row{"10.1.2.3/33", "https://10.1.2.3", true},
             Row{"10.1.2.3/", "https://10.1.2.3", true},
             Row{"[", "https://10.1.2.3", true},
             Row{"[]", "https://10.1.2.3", true},
             Row{":", "https://10.1.2.3", true},
             Row{"/", "https://10.1.2.3", true},
         }) {
      CAPTURE(row.no_proxy);
      CAPTURE(row.origin);
      CHECK(IsProxied(row.origin, row.no_proxy) == row.is_proxied);
    }
    CHECK_FALSE(ProxyRules::Read(Secret("http://proxy"), std::string(2'000, ',') + "zoom.us")
                    ->For(testing::OriginOf("https://zoom.us")));
    std::string many;
    for (int i = 0; i < 1'025; ++i) many += "host" + std::to_string(i) + ",";
    CHECK_FALSE(ProxyRules::Read(Secret("http://proxy"), many).ok());
  }
}

}  // namespace
}  // namespace joinpass::http
