// Listings in pages: page_size, next_page_token. Source: Zoom's API reference.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_PAGES_H_
#define JOINPASS_TESTS_FAKE_ZOOM_PAGES_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/time/time.h"
#include "fake_zoom/message.h"

namespace joinpass::fake_zoom {

// What `me` means to a server-to-server app: Zoom says that it must not be
// used, and in practice it has been the account's owner.
enum class AccountOwner { kRefused, kIsMe };

// A page_size above the endpoint's maximum.
enum class PageOverflow { kRefused, kClamped };

struct Page {
  std::size_t begin = 0;
  std::size_t size = 30;
};

// Thread-compatible.
class Pages {
 public:
  static constexpr absl::Duration kLife = absl::Minutes(15);

  // Which part of a listing `query` asks for, or the refusal. `listing` names
  // who asks for what: a token of another listing, or of other parameters, is
  // invalid. A token may be used again while it lives.
  std::variant<Page, Response> Read(std::string_view listing, const Pairs& query,
                                    std::size_t max_size, PageOverflow overflow, absl::Time now);

  // The token for the page after `page`, "" if that was the last of `total`.
  std::string Next(std::string_view listing, const Pairs& query, const Page& page,
                   std::size_t total, absl::Time now);

 private:
  struct Mark {
    std::string bound_to = {};
    std::size_t begin = 0;
    absl::Time expires = {};
  };
  std::map<std::string, Mark, std::less<>> marks_ = {};
};

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_PAGES_H_
