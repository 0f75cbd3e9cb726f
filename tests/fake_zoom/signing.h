// What Zoom signs, and how: access tokens, webhooks, PKCE. Pure.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_SIGNING_H_
#define JOINPASS_TESTS_FAKE_ZOOM_SIGNING_H_

#include <string>
#include <string_view>

namespace joinpass::fake_zoom {

// The raw MAC.
std::string HmacSha256(std::string_view key, std::string_view text);
std::string HmacSha512(std::string_view key, std::string_view text);

// "v0=<64 lower-case hex>", the x-zm-signature of a webhook. `timestamp` is the
// text of the header x-zm-request-timestamp, `body` the raw bytes.
// Source: Zoom's page on webhooks.
std::string WebhookSignature(std::string_view secret_token, std::string_view timestamp,
                             std::string_view body);

// The encryptedToken that answers a URL validation. Source: the same page.
std::string EncryptedToken(std::string_view secret_token, std::string_view plain_token);

// BASE64URL(SHA256(verifier)). Source: RFC 7636 §4.2.
std::string S256Challenge(std::string_view verifier);

// header.claims.signature, signed with HS512. Both arguments are JSON.
std::string MakeJwt(std::string_view header, std::string_view claims, std::string_view key);

// Lower-case hexadecimal of `bytes` random bytes.
std::string RandomHex(std::size_t bytes);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_SIGNING_H_
