// HTTP request and response as values.

#ifndef JOINPASS_LIB_MESSAGE_HTTP_H_
#define JOINPASS_LIB_MESSAGE_HTTP_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/wipe.h"
#include "joinpass/secret.h"
#include "message/origin.h"

namespace joinpass::message {

enum class Method { kGet, kPost };

// Those headers of an answer that anybody here reads; others are not kept.
inline constexpr std::string_view kHeadersOfUse[] = {
    "Location",          "Retry-After",      "x-zm-trackingid", "X-RateLimit-Category",
    "X-RateLimit-Limit", "X-RateLimit-Type",
};

struct Header {
  std::string_view name = {};  // one of those, or another that lives for ever
  std::string value = {};
};

struct Request {
  Method method = Method::kGet;

  Origin origin = {};

  // Path and query, percent-encoded: "/v2/users/me?page_size=300".
  std::string target = {};
  Secret secret_target = {};  // in its place, where it is a secret; no redirect is followed

  // The whole value of `Authorization`, or empty: no such header.
  Secret authorization = {};

  // Sent with `content_type` if that is not empty.
  Secret body = {};
  std::string content_type = {};

  // A request that may be sent once only goes out on a socket opened for it,
  // and is never sent again below the caller: the refresh of a single-use
  // token. Otherwise a request that a kept socket did not take is sent once more.
  bool send_once = false;

  // An answer that ends early is given as far as it came (Response::whole), once its
  // status line and headers are there: it may hold the only copy of something.
  bool take_partial = false;

  // False: a redirect is an answer like any other.
  bool follow_redirects = true;

  // For an origin that came over the network: dialled only at an address that is
  // public, and on a socket of its own. Otherwise address_not_allowed.
  bool public_address_only = false;

  // A longer body of the answer is an error.
  std::size_t max_answer = 1 << 20;
};

struct Response {
  int status = 0;
  std::vector<Header> headers = {};
  base::Buffer body = {};
  bool whole = true;  // false: the body ended early, see Request::take_partial
  absl::Time received_at = absl::InfinitePast();  // on the wall clock

  // The first header of this name, in any case; empty if there is none.
  std::string_view Find(std::string_view name) const;
};

}  // namespace joinpass::message

#endif  // JOINPASS_LIB_MESSAGE_HTTP_H_
