// What a person in a browser does while connecting an app.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_BROWSER_H_
#define JOINPASS_TESTS_FAKE_ZOOM_BROWSER_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace joinpass::fake_zoom {

enum class Decision { kAllow, kDecline };

// Opens `authorize_url` over TLS, verified against the CA in the PEM file
// `ca_file`, clicks Allow (or Decline) as the user with this e-mail, and returns
// the URL that the browser is redirected to. That one is not opened.
//
// Blocks; each read and write gives up after 10 s.
//
// Errors:
//   kInvalidArgument     not an https URL
//   kNetworkUnreachable  nobody listens there, or the connection broke
//   kTlsFailed           the certificate was refused
//   kRequestRefused      an error page; the message has its text
absl::StatusOr<std::string> Consent(std::string_view ca_file, std::string_view authorize_url,
                                    std::string_view email, Decision decision = Decision::kAllow);

// From the link that begins a consent to the page behind it: opens `connect_url`, goes where
// it is sent, clicks Allow, and comes back with the cookie that it was given. Gives the text of
// the last page. Errors: the same; `connect_url` may also be one of http://127.0.0.1.
absl::StatusOr<std::string> Connect(std::string_view ca_file, std::string_view connect_url,
                                    std::string_view email);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_BROWSER_H_
