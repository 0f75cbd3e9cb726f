#include "zoom/token_calls.h"

#include "absl/strings/str_cat.h"
#include "base/text.h"
#include "base/wipe.h"
#include "crypto/base64.h"
#include "zoom/encode.h"

namespace joinpass::zoom {
namespace {

// A form's body. Values are encoded; keys are ours.
class Form {
 public:
  Form& Add(std::string_view key, std::string_view value) {
    if (!body_.empty()) body_.push_back('&');
    base::Append(body_, key);
    body_.push_back('=');
    AppendPercentEncoded(value, body_);
    return *this;
  }
  Secret Take() const { return Secret(base::View(body_)); }

 private:
  base::Buffer body_;
};

Secret BasicAuthorization(const ClientKeys& keys) {
  base::Buffer pair = base::ToBuffer(keys.client_id);
  pair.push_back(':');
  base::Append(pair, keys.client_secret.Reveal());
  base::Buffer value = base::ToBuffer("Basic ");
  crypto::AppendBase64(base::View(pair), value);
  return Secret(base::View(value));
}

message::Request Post(const Origins& origins, const ClientKeys& keys, std::string_view path,
                      const Form& form) {
  message::Request request;
  request.method = message::Method::kPost;
  request.origin = origins.oauth;
  request.target = path;
  request.authorization = BasicAuthorization(keys);
  request.body = form.Take();
  request.content_type = "application/x-www-form-urlencoded";
  request.follow_redirects = false;
  return request;
}

}  // namespace

std::string AuthorizeUrl(const Origins& origins, std::string_view client_id,
                         std::string_view redirect_uri, std::string_view state,
                         std::string_view code_challenge) {
  return absl::StrCat(
      WriteOrigin(origins.oauth),
      "/oauth/authorize?response_type=code&client_id=", PercentEncoded(client_id),
      "&redirect_uri=", PercentEncoded(redirect_uri), "&state=", PercentEncoded(state),
      "&code_challenge=", PercentEncoded(code_challenge), "&code_challenge_method=S256");
}

message::Request ExchangeCode(const Origins& origins, const ClientKeys& keys, const Secret& code,
                              std::string_view redirect_uri, const Secret& code_verifier) {
  Form form;
  form.Add("grant_type", "authorization_code")
      .Add("code", code.Reveal())
      .Add("redirect_uri", redirect_uri)
      .Add("code_verifier", code_verifier.Reveal());
  message::Request request = Post(origins, keys, "/oauth/token", form);
  request.send_once = true;
  request.take_partial = true;
  return request;
}

message::Request RefreshToken(const Origins& origins, const ClientKeys& keys,
                              const Secret& refresh_token) {
  Form form;
  form.Add("grant_type", "refresh_token").Add("refresh_token", refresh_token.Reveal());
  message::Request request = Post(origins, keys, "/oauth/token", form);
  request.send_once = true;
  request.take_partial = true;
  return request;
}

message::Request ProbeClient(const Origins& origins, const ClientKeys& keys) {
  return Post(origins, keys, "/oauth/token", Form().Add("grant_type", "client_credentials"));
}

message::Request RevokeToken(const Origins& origins, const ClientKeys& keys, const Secret& token) {
  message::Request request =
      Post(origins, keys, "/oauth/revoke", Form().Add("token", token.Reveal()));
  request.send_once = true;
  return request;
}

}  // namespace joinpass::zoom
