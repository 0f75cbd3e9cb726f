// The pages that a person sees while connecting an app. Pure.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_CONSENT_PAGE_H_
#define JOINPASS_TESTS_FAKE_ZOOM_CONSENT_PAGE_H_

#include <string>
#include <string_view>

#include "fake_zoom/message.h"
#include "fake_zoom/world.h"

namespace joinpass::fake_zoom {

// "<app> asks for …": whom one is signed in as, the scopes, Allow and Decline.
// `asked` are the parameters of the authorize request; they travel on in the form.
// No script. Lists 200 people at most; the form takes any e-mail.
Response ConsentPage(const World& world, const App& app, const Pairs& asked);

// The page that Zoom shows where it does not redirect.
Response ErrorPage(int code, std::string_view text);

// What a browser would post when the person with `email` clicks `decision`
// ("allow" or "decline") on a ConsentPage(): form-encoded.
std::string FillConsentForm(std::string_view page, std::string_view email,
                            std::string_view decision);

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_CONSENT_PAGE_H_
