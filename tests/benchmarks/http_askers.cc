#include "benchmarks/http_askers.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <future>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "benchmarks/allocations.h"
#include "http/client.h"
#include "http/request_text.h"
#include "support/origin.h"

namespace joinpass::testing {
namespace {

constexpr char kTarget[] = "/v2/users/me";
constexpr char kBearer[] = "Bearer a-token-of-some-forty-bytes-in-length-0123";

void Require(bool held) {
  if (!held) std::abort();
}

// Of this thread, from here on.
class Meter {
 public:
  Costs Read() const {
    return {.cpu_micros = Cpu() - cpu_, .allocations = Allocations() - allocations_};
  }

 private:
  static double Cpu() {
    timespec now = {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
  }

  const double cpu_ = Cpu();
  const std::int64_t allocations_ = Allocations();
};

message::Request Request(const Server& server) {
  message::Request request;
  request.origin = OriginOf(server.origin);
  request.target = kTarget;
  request.authorization = Secret(kBearer);
  return request;
}

class Floor final : public Asker {
 public:
  Floor(const Server& server, int sockets) : text_(*http::WriteRequest(Request(server))) {
    Require(SSL_CTX_load_verify_file(context_.get(), server.ca_file.c_str()) == 1);
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    for (int i = 0; i < sockets; ++i) Connect(OriginOf(server.origin).port);
  }
  ~Floor() override {
    for (Line& line : lines_) {
      SSL_shutdown(line.ssl.get());
      close(line.socket);
    }
    close(epoll_);
  }

  Costs Ask(int requests) override {
    const Meter meter;
    int begun = 0;
    int done = 0;
    for (Line& line : lines_) {
      if (begun == requests) break;
      ++begun;
      Send(line);
    }
    while (done < requests) {
      std::array<epoll_event, 64> events = {};
      const int many = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      Require(many >= 0);
      for (int i = 0; i < many; ++i) {
        Line& line = lines_[events[static_cast<std::size_t>(i)].data.u32];
        if (!Take(line)) continue;
        ++done;
        if (begun == requests) continue;
        ++begun;
        Send(line);
      }
    }
    return meter.Read();
  }

 private:
  struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  struct Line {
    int socket = -1;
    std::unique_ptr<SSL, FreeSsl> ssl = {};
    std::size_t size = 0;
    std::array<char, 16 * 1024> bytes = {};
  };

  void Connect(std::uint16_t port) {
    Line line;
    line.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    Require(connect(line.socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
    const int on = 1;
    setsockopt(line.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    line.ssl.reset(SSL_new(context_.get()));
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(line.ssl.get()), "127.0.0.1");
    SSL_set_fd(line.ssl.get(), line.socket);
    Require(SSL_connect(line.ssl.get()) == 1);
    SSL_set_mode(line.ssl.get(), SSL_MODE_AUTO_RETRY);
    Require(fcntl(line.socket, F_SETFL, O_NONBLOCK) == 0);
    epoll_event event = {};
    event.events = EPOLLIN;
    event.data.u32 = static_cast<std::uint32_t>(lines_.size());
    Require(epoll_ctl(epoll_, EPOLL_CTL_ADD, line.socket, &event) == 0);
    lines_.push_back(std::move(line));
  }

  void Send(Line& line) {
    line.size = 0;
    Require(SSL_write(line.ssl.get(), text_.data(), static_cast<int>(text_.size())) > 0);
  }

  // True: all of the answer is there.
  bool Take(Line& line) {
    const int got = SSL_read(line.ssl.get(), line.bytes.data() + line.size,
                             static_cast<int>(line.bytes.size() - line.size));
    if (got <= 0) {
      // A ticket, for example.
      Require(SSL_get_error(line.ssl.get(), got) == SSL_ERROR_WANT_READ);
      return false;
    }
    line.size += static_cast<std::size_t>(got);
    const std::string_view text(line.bytes.data(), line.size);
    const std::size_t head = text.find("\r\n\r\n");
    if (head == std::string_view::npos) return false;
    Require(text.starts_with("HTTP/1.1 200"));
    const std::size_t length = text.find("Content-Length: ");
    Require(length < head);
    return line.size - head - 4 == static_cast<std::size_t>(std::atoi(text.data() + length + 16));
  }

  const base::Buffer text_;
  std::unique_ptr<SSL_CTX, FreeSsl> context_{SSL_CTX_new(TLS_client_method())};
  const int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::vector<Line> lines_;
};

class Joinpass final : public Asker {
 public:
  Joinpass(const Server& server, int sockets) : sockets_(sockets), request_(Request(server)) {
    http::ClientOptions options;
    options.ca_file = server.ca_file;
    auto client = http::OpenClient(options, *loop_, base::SystemClock());
    Require(client.ok());
    client_ = *std::move(client);
  }

  Costs Ask(int requests) override {
    left_ = requests;
    under_way_ = sockets_;
    std::promise<Costs> done;
    done_ = &done;
    loop_->Post([this] {
      meter_.emplace();
      for (int i = 0; i < sockets_; ++i) base::Start<bool>(AskOn(), [this](bool) { End(); });
    });
    return done.get_future().get();
  }

 private:
  base::Task<bool> AskOn() {
    while (left_ > 0) {
      --left_;
      const auto response =
          co_await client_->Send(request_, base::SystemClock().SteadyNow() + absl::Minutes(1));
      Require(response.ok() && response->status == 200);
    }
    co_return true;
  }
  void End() {
    if (--under_way_ == 0) done_->set_value(meter_->Read());
  }

  const int sockets_;
  const message::Request request_;
  std::unique_ptr<http::IoLoop> loop_ = http::MakeIoLoop(base::SystemClock());
  std::unique_ptr<http::Client> client_;
  std::optional<Meter> meter_;
  int left_ = 0;
  int under_way_ = 0;
  std::promise<Costs>* done_ = nullptr;
};

// One transfer of libcurl, again and again.
class Handle {
 public:
  explicit Handle(const Server& server) {
    headers_ = curl_slist_append(headers_, (std::string("Authorization: ") + kBearer).c_str());
    headers_ = curl_slist_append(headers_, "Accept: application/json");
    curl_easy_setopt(easy_, CURLOPT_URL, (server.origin + kTarget).c_str());
    curl_easy_setopt(easy_, CURLOPT_CAINFO, server.ca_file.c_str());
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(easy_, CURLOPT_USERAGENT, "joinpass/0.1.0");
    curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, 60'000L);
    curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy_, CURLOPT_PROXY, "");
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, &body_);
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &Handle::Take);
  }
  ~Handle() {
    curl_easy_cleanup(easy_);
    curl_slist_free_all(headers_);
  }
  Handle(const Handle&) = delete;

  CURL* easy() { return easy_; }
  void Check() {
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    Require(status == 200 && !body_.empty());
    body_.clear();
  }

 private:
  static std::size_t Take(char* bytes, std::size_t one, std::size_t many, void* body) {
    static_cast<std::string*>(body)->append(bytes, one * many);
    return one * many;
  }

  CURL* const easy_ = curl_easy_init();
  curl_slist* headers_ = nullptr;
  std::string body_;
};

class CurlEasy final : public Asker {
 public:
  CurlEasy(const Server& server, int /*sockets*/) : handle_(server) {}
  Costs Ask(int requests) override {
    const Meter meter;
    for (int i = 0; i < requests; ++i) {
      Require(curl_easy_perform(handle_.easy()) == CURLE_OK);
      handle_.Check();
    }
    return meter.Read();
  }

 private:
  Handle handle_;
};

class CurlMulti final : public Asker {
 public:
  CurlMulti(const Server& server, int sockets) {
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(sockets));
    for (int i = 0; i < sockets; ++i) {
      handles_.push_back(std::make_unique<Handle>(server));
      curl_easy_setopt(handles_.back()->easy(), CURLOPT_PRIVATE, handles_.back().get());
    }
  }
  ~CurlMulti() override {
    handles_.clear();
    curl_multi_cleanup(multi_);
  }

  Costs Ask(int requests) override {
    const Meter meter;
    int begun = 0;
    int done = 0;
    for (const auto& handle : handles_) {
      if (begun == requests) break;
      ++begun;
      curl_multi_add_handle(multi_, handle->easy());
    }
    while (done < requests) {
      int running = 0;
      Require(curl_multi_perform(multi_, &running) == CURLM_OK);
      int left = 0;
      bool any = false;
      while (CURLMsg* const message = curl_multi_info_read(multi_, &left)) {
        any = true;
        CURL* const easy = message->easy_handle;
        Require(message->data.result == CURLE_OK);
        Handle* handle = nullptr;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &handle);
        handle->Check();
        curl_multi_remove_handle(multi_, easy);
        ++done;
        if (begun == requests) continue;
        ++begun;
        curl_multi_add_handle(multi_, easy);
      }
      if (!any && done < requests) curl_multi_poll(multi_, nullptr, 0, 1'000, nullptr);
    }
    return meter.Read();
  }

 private:
  CURLM* const multi_ = curl_multi_init();
  std::vector<std::unique_ptr<Handle>> handles_;
};

template <typename T>
std::unique_ptr<Asker> Make(const Server& server, int sockets) {
  return std::make_unique<T>(server, sockets);
}

}  // namespace

const std::vector<AskerKind>& AskerKinds() {
  static const std::vector<AskerKind> kinds = {
      {"OpenSSL and epoll by hand", &Make<Floor>},
      {"joinpass", &Make<Joinpass>},
      {"libcurl, easy", &Make<CurlEasy>, false},
      {"libcurl, multi", &Make<CurlMulti>},
  };
  return kinds;
}

}  // namespace joinpass::testing
