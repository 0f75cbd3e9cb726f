#include "joinpass/meeting_link.h"

#include <doctest/doctest.h>

#include <string>

#include "joinpass/reason.h"
#include "zoom/encode.h"

namespace joinpass {
namespace {

constexpr std::uint64_t kNumber = 97763643886;

struct Good {
  std::string text;
  std::uint64_t number = kNumber;
  std::string vanity = {};
  std::string passcode = {};
  std::string registrant = {};
};

void CheckGood(const Good& row) {
  CAPTURE(row.text);
  const absl::StatusOr<MeetingLink> link = MeetingLink::Parse(row.text);
  CAPTURE(link.status().message());
  REQUIRE(link.ok());
  CHECK(link->number() == row.number);
  CHECK(link->vanity_name() == row.vanity);
  CHECK(link->passcode().Reveal() == row.passcode);
  CHECK(link->registrant_token().Reveal() == row.registrant);
}

// No six bytes of the text may stand in the message. Our own words may.
void CheckRepeatsNothing(std::string_view message, std::string_view text) {
  for (const std::string_view part : {"evil", "977636", "hunter2", "secret", "zoom.us"}) {
    if (text.find(part) != std::string_view::npos) {
      CHECK(message.find(part) == std::string_view::npos);
    }
  }
}

void CheckBad(const std::string& text, Reason reason = Reason::kNotAMeetingLink) {
  CAPTURE(text);
  const absl::Status status = MeetingLink::Parse(text).status();
  CHECK(ReasonName(ReasonOf(status)) == ReasonName(reason));
  CHECK(status.message().find("meeting link: ") == 0);
  CheckRepeatsNothing({status.message().data(), status.message().size()}, text);
}

std::string Encoded(std::string text, int layers) {
  for (int i = 0; i < layers; ++i) text = zoom::PercentEncoded(text);
  return text;
}

TEST_SUITE("MeetingLink") {
  TEST_CASE("reads every form of Zoom's") {
    for (const Good& row : {
             Good{"https://zoom.us/j/97763643886"},
             Good{"https://us02web.zoom.us/j/97763643886?pwd=aB3.1", kNumber, "", "aB3.1"},
             Good{"https://acme.zoom.us/j/97763643886?pwd=p&tk=t-_.&uname=Jane", kNumber, "", "p",
                  "t-_."},
             Good{"https://zoom.us/w/97763643886?tk=t&pwd=p", kNumber, "", "p", "t"},
             Good{"https://us04web.zoom.us/s/97763643886?zak=secret"},
             Good{"https://zoom.us/s/97763643886?zak=secret&pwd=p", kNumber, "", "p"},
             Good{"https://app.zoom.us/wc/97763643886/join?fromPWA=1&pwd=p", kNumber, "", "p"},
             Good{"https://zoom.us/wc/97763643886/start"},
             Good{"https://zoom.us/wc/join/97763643886?pwd=p", kNumber, "", "p"},
             Good{"https://zoom.us/wc/start/97763643886"},
             Good{"https://zoom.us/start?confno=97763643886"},
             Good{"https://zoom.us/join?confno=97763643886&pwd=p", kNumber, "", "p"},
             Good{"https://zoom.us/join?pwd=p&confno=97763643886", kNumber, "", "p"},
             Good{"https://zoom.us/launch/jc/97763643886"},
             Good{"zoommtg://zoom.us/join?confno=97763643886&pwd=p&zc=0&uname=Jane", kNumber, "",
                  "p"},
             Good{"zoommtg://us02web.zoom.us/join?action=join&confno=97763643886"},
             Good{"zoommtg://zoom.us/start?confno=97763643886"},
             Good{"zoomus://zoom.us/join?confno=97763643886&pwd=p", kNumber, "", "p"},
             Good{"ZoomMtg://Zoom.us/join?confno=97763643886"},
             Good{"https://zoom.us/my/jane123", 0, "jane123"},
             Good{"https://acme.zoom.us/my/Jane.Doe?pwd=p", 0, "jane.doe", "p"},
             Good{"https://zoom.us/my/1234567890", 0, "1234567890"},
         }) {
      CheckGood(row);
    }
  }

  TEST_CASE("knows Zoom's hosts on the border of a label") {
    for (const char* host : {"zoom.us", "zoom.com", "us02web.zoom.com", "zoom.com.cn",
                             "a.zoom.com.cn", "zoom-x.de", "acme.zoom-x.de", "zoomgov.com",
                             "www.zoomgov.com", "a.b.zoom.us", "ZOOM.US", "Us02Web.Zoom.Us"}) {
      CheckGood({std::string("https://") + host + "/j/97763643886"});
    }
    for (const char* host : {"evilzoom.us",
                             "zoom.us.evil.com",
                             "zoom.us.",
                             "zoom.uss",
                             "zoom.u",
                             "us",
                             "zoom-us",
                             "xzoomgov.com",
                             "zoom.com.evil",
                             "zoom.cn",
                             "zoom.de",
                             "my-zoom-x.de",
                             ".zoom.us",
                             "a..zoom.us",
                             "zoom..us",
                             "127.0.0.1",
                             "[::1]",
                             "localhost",
                             "",
                             "evil.com",
                             "zo\xc3\xb6m.us",
                             "evil\xe3\x80\x82zoom.us",
                             "zoom%2eus",
                             "evil.com%2f.zoom.us",
                             "evil.com%23.zoom.us",
                             "evil.com%00.zoom.us",
                             "evil,zoom.us",
                             "zo_om.us",
                             "evil.com\\.zoom.us",
                             "zoom.us\\@evil.com",
                             "xn--zom-jla.us"}) {
      CheckBad(std::string("https://") + host + "/j/97763643886");
    }
  }

  TEST_CASE("is not deceived by a user name or a port") {
    for (const char* text :
         {"https://zoom.us@evil.com/j/97763643886", "https://evil.com@zoom.us/j/97763643886",
          "https://zoom.us:hunter2@evil.com/j/97763643886", "https://@zoom.us/j/97763643886",
          "https://zoom.us:8443/j/97763643886", "https://zoom.us:80/j/97763643886",
          "http://zoom.us:443/j/97763643886", "https://zoom.us:/j/97763643886",
          "https://zoom.us:4430/j/97763643886", "zoommtg://zoom.us:443/join?confno=97763643886",
          "zoom.us@evil.com/j/97763643886", "https://evil.com/zoom.us/j/97763643886",
          "https://evil.com/j/97763643886?zoom.us", "https://evil.com#@zoom.us/j/97763643886",
          "https://evil.com?@zoom.us/j/97763643886", "https://zoom.us%2Fj%2F1@evil.com/"}) {
      CheckBad(text);
    }
    CheckGood({"https://zoom.us:443/j/97763643886"});
    CheckGood({"http://zoom.us:80/j/97763643886"});
    CheckGood({"http://zoom.us/j/97763643886"});
  }

  TEST_CASE("takes 9 to 11 digits, the first of which is not 0") {
    CheckGood({"https://zoom.us/j/123456789", 123456789});
    CheckGood({"https://zoom.us/j/1234567890", 1234567890});
    CheckGood({"https://zoom.us/j/99999999999", 99999999999});
    CheckGood({"https://zoom.us/j/100000000", 100000000});
    for (const char* number :
         {"12345678", "123456789012", "012345678", "0123456789", "00123456789", "12345678a",
          "a123456789", "+123456789", "-123456789", "123456789.0", "1234567890123456789012345",
          "\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6\xd9\xa7\xd9\xa8\xd9\xa9", "",
          "97763643886x", "0x3ade68b1", "977,636,438"}) {
      CheckBad(std::string("https://zoom.us/j/") + number);
      CheckBad(std::string("https://zoom.us/join?confno=") + number);
      CheckBad(number);
    }
  }

  TEST_CASE("reads by form, never the first digits") {
    for (const char* path : {"/",
                             "",
                             "/j",
                             "/j/",
                             "/97763643886",
                             "/j/x/97763643886",
                             "/j/97763643886/x",
                             "/J/97763643886",
                             "/jj/97763643886",
                             "/x/97763643886",
                             "/wc/97763643886",
                             "/wc/97763643886/x",
                             "/wc/join",
                             "/wc/x/97763643886",
                             "/launch/97763643886",
                             "/launch/jc",
                             "/launch/jd/97763643886",
                             "/join",
                             "/join?conf=97763643886",
                             "/join?xconfno=97763643886",
                             "/join?confno97763643886",
                             "/join#confno=97763643886",
                             "/join/97763643886",
                             "/start/97763643886",
                             "/#/j/97763643886",
                             "/my",
                             "/my/",
                             "/my/jane/97763643886",
                             "/my/ja%40ne",
                             "/signin?next=/j/97763643886",
                             "/meeting/97763643886",
                             "/profile",
                             "/j/97763643886;x",
                             "/j/97763643886&pwd=hunter2"}) {
      CheckBad(std::string("https://zoom.us") + path);
    }
  }

  TEST_CASE("knows the pages that nobody can join") {
    for (const char* path :
         {"/meeting/register/tJwsd-GprD0", "/webinar/register/WN_97763643886", "/meeting/register/",
          "/meeting/register", "/rec/share/97763643886", "/rec/play/x.y", "/rec", "/u/97763643886",
          "/skype/97763643886", "/clips/share/x", "/ejl/97763643886", "/ev/AbC?x=y",
          "/addon/v2/invitation/detail?meetingUuid=97763643886", "/launch/edl", "/launch/edl/x",
          "/wc/home", "/wc/home?x", "/recording/detail", "//rec//share"}) {
      CheckBad(std::string("https://acme.zoom.us") + path, Reason::kLinkWithoutNumber);
    }
    for (const char* page : {"events.zoom.us/ejl/x", "events.zoom.us/e/view/x", "events.zoom.us",
                             "Events.Zoom.us/x", "applications.zoom.us/addon/v2/invitation/detail",
                             "applications.zoom.us/x", "app.zoom.us/wc/home"}) {
      CheckBad(std::string("https://") + page, Reason::kLinkWithoutNumber);
    }
    CheckGood({"https://events.zoom.us/j/97763643886"});
    CheckBad("https://myevents.zoom.us/x");
    CheckBad("https://zoom.us/ejlx/1");
    CheckBad("https://evil.com/rec/share/x");
    CheckBad("https://zoom.us/recx/share");
    CheckBad("https://zoom.us/meeting/registered");
  }

  TEST_CASE("bounds a personal name at 64 characters") {
    const std::string name(64, 'n');
    CheckGood({"https://zoom.us/my/" + name, 0, name});
    CheckBad("https://zoom.us/my/" + name + "n");
  }

  TEST_CASE("reads a bare number as people write it") {
    for (const char* text : {"97763643886", "977 6364 3886", "977-6364-3886", "977 6364-3886",
                             " 97763643886\r\n", "9 7 7 6 3 6 4 3 8 8 6",
                             "977\xc2\xa0"
                             "6364\xc2\xa0"
                             "3886",
                             "977\xe2\x80\xaf"
                             "6364\xe2\x80\xaf"
                             "3886",
                             "977\xe2\x80\x91"
                             "6364\xe2\x80\x93"
                             "3886",
                             "(977 6364 3886)", "977 - 6364 - 3886",
                             "\xe2\x80\x8b"
                             "97763643886\xef\xbb\xbf",
                             "977%206364%203886", "97763643886."}) {
      CheckGood({text});
    }
    for (const char* text :
         {"-97763643886", "977.6364.3886", "977_6364_3886", "977/63643886", "ID 97763643886",
          "97763643886 hunter2", "97763643886-", "", " \t", "-", "()", "<>"}) {
      CheckBad(text);
    }
  }

  TEST_CASE("reads a number by one grammar, wherever it stands") {
    for (const std::string number :
         {"977%206364%203886", "977-6364-3886", "977 6364 3886", "977%C2%A06364%E2%80%AF3886",
          "977\xc2\xa0"
          "6364\xe2\x80\xaf"
          "3886",
          "\xef\xbc\x99\xef\xbc\x97\xef\xbc\x97"
          "63643886",
          "977\xe3\x80\x80"
          "6364\xef\xbc\x8d"
          "3886",
          "977\xe2\x80\x8e"
          "63643886",
          "977%E2%80%916364%E2%80%933886"}) {
      CheckGood({number});
      CheckGood({"https://zoom.us/j/" + number});
      CheckGood({"https://zoom.us/j/" + number + "?pwd=p", kNumber, "", "p"});
      CheckGood({"https://zoom.us/wc/join/" + number});
      CheckGood({"https://zoom.us/wc/" + number + "/join"});
      CheckGood({number + "@zoomcrc.com"});
    }
    CheckGood({"https://zoom.us/join?confno=977+6364+3886&pwd=p", kNumber, "", "p"});
    CheckGood({"https://zoom.us/join?confno=977%206364-3886"});
    for (const char* path : {"//j//97763643886", "/j//97763643886", "//j/97763643886//",
                             "/wc//97763643886//join", "/launch///jc//97763643886"}) {
      CheckGood({std::string("https://zoom.us") + path});
    }
    for (const char* number : {"977%2B6364%2B3886", "977/6364/3886", "977%2C6364%2C3886",
                               "977.6364.3886", "977%206364%203886%201", "977%206364"}) {
      CheckBad(std::string("https://zoom.us/j/") + number);
    }
  }

  TEST_CASE("knows each name of a passcode, and takes the first that is not empty") {
    for (const Good& row : {
             Good{"https://zoom.us/j/97763643886?password=secret", kNumber, "", "secret"},
             Good{"https://zoom.us/j/97763643886?pwd=&password=secret", kNumber, "", "secret"},
             Good{"https://zoom.us/j/97763643886?password=a&pwd=b", kNumber, "", "b"},
             Good{"https://zoom.us/my/jane?password=a", 0, "jane", "a"},
             Good{"zoommtg://zoom.us/join?confno=97763643886&password=a", kNumber, "", "a"},
         }) {
      CheckGood(row);
    }
    CheckBad("https://zoom.us/j/97763643886?password=%00");
  }

  TEST_CASE("reads what a room system dials") {
    for (const Good& row : {
             Good{"97763643886@zoomcrc.com"},
             Good{"97763643886.123456@zoomcrc.com", kNumber, "", "123456"},
             Good{"sip:97763643886@zoomcrc.com"},
             Good{"SIP:97763643886.123456@ZoomCRC.com", kNumber, "", "123456"},
             Good{"sips:97763643886.a%2Bb@zoomcrc.com", kNumber, "", "a+b"},
             Good{"h323:97763643886@zoomcrc.com"},
             Good{"sip:97763643886.123456.3.654321@zoomcrc.com;transport=tls", kNumber, "",
                  "123456"},
             Good{"97763643886..3@zoomcrc.com:5061"},
             Good{"<sip:97763643886.1@us.zoomcrc.com>", kNumber, "", "1"},
         }) {
      CheckGood(row);
    }
    for (const char* text :
         {"97763643886@zoomcrc.com.evil.com", "97763643886@evilzoomcrc.com", "@zoomcrc.com",
          "jane@zoomcrc.com", "97763643886@zoom.us", "tel:97763643886@zoomcrc.com",
          "97763643886.%00@zoomcrc.com", "97763643886@zoomcrc.com/x", "1.97763643886@zoomcrc.com",
          "https://97763643886@zoomcrc.com/"}) {
      CheckBad(text);
    }
  }

  TEST_CASE("says where free text is read") {
    for (const char* text :
         {"Join https://zoom.us/j/97763643886", "https://zoom.us/j/97763643886 now",
          "https://zoom.us/j/97763643886?pwd=hunter2 and more",
          "Meeting ID: 977 6364 3886\nPasscode: hunter2"}) {
      CAPTURE(text);
      CHECK(MeetingLink::Parse(text).status().message().find("MeetingLink::FindIn") !=
            absl::string_view::npos);
    }
  }

  TEST_CASE("unpacks what mails and chats put around a link") {
    for (const char* text :
         {"<https://zoom.us/j/97763643886>", "  https://zoom.us/j/97763643886\n",
          "(https://zoom.us/j/97763643886)", "https://zoom.us/j/97763643886.",
          "https://zoom.us/j/97763643886>.", "\"https://zoom.us/j/97763643886\",",
          "[https://zoom.us/j/97763643886]", "'https://zoom.us/j/97763643886';",
          "<https://zoom.us/j/97763643886|Join now>", "https://zoom.us/j/97763643886!",
          "\xe2\x80\x9chttps://zoom.us/j/97763643886\xe2\x80\x9d",
          "\xc2\xa0https://zoom.us/j/97763643886\xc2\xa0", "https://zoom.us/j/97763643886/",
          "https://zoom.us/j/97763643886#success", "https://zoom.us/j/97763643886?",
          "zoom.us/j/97763643886", "us02web.zoom.us/j/97763643886",
          "zoom.us/j/97763643886?u=https://x.y/"}) {
      CheckGood({text});
    }
    CheckGood({"<https://zoom.us/j/97763643886?pwd=p.1>.", kNumber, "", "p.1"});
    for (const char* text :
         {"Join https://zoom.us/j/97763643886", "https://zoom.us/j/97763643886 now",
          "https://zoom.us/j/ 97763643886", "https://zoom.us/j/97763643886?pwd=hunter2 and more",
          "https://zoom.us\n/j/97763643886", "//zoom.us/j/97763643886", "://zoom.us/j/97763643886",
          "evil.com/zoom.us/j/97763643886", "mailto:j@zoom.us/j/97763643886",
          "javascript://zoom.us/j/97763643886", "ftp://zoom.us/j/97763643886",
          "file:///j/97763643886", "https:/zoom.us/j/97763643886",
          "zoommtg:zoom.us/join?confno=97763643886"}) {
      CheckBad(text);
    }
  }

  TEST_CASE("decodes three layers and not a fourth") {
    const std::string link = "https://zoom.us/j/97763643886?pwd=p%20q";
    for (int layers = 0; layers <= 3; ++layers) {
      CheckGood({Encoded(link, layers), kNumber, "", "p q"});
    }
    CheckBad(Encoded(link, 4));
    CheckGood({"https://zoom.us/j%2F97763643886"});
    CheckGood({"https://zoom.us/j/97763643886%3Fpwd%3Dp", kNumber, "", "p"});
    CheckGood({"https://zoom.us/j/%39%37763643886"});
    CheckGood({"https://zoom.us/my/jane%2Edoe", 0, "jane.doe"});
    CheckBad("https://zoom.us/rec%2Fx", Reason::kLinkWithoutNumber);
    // The host is looked at again in each layer.
    CheckBad(Encoded("https://evil.com/j/97763643886", 1));
    CheckBad(Encoded("https://zoom.us@evil.com/j/97763643886", 2));
  }

  TEST_CASE("unwraps safe links, three deep and no deeper") {
    const std::string link = "https://zoom.us/j/97763643886?pwd=p&tk=t";
    const std::string safe = "https://nam02.safelinks.protection.outlook.com/?url=";
    std::string wrapped = link;
    for (int depth = 1; depth <= 3; ++depth) {
      wrapped = safe + Encoded(wrapped, 1) + "&data=05%7C01&reserved=0";
      CheckGood({wrapped, kNumber, "", "p", "t"});
    }
    CheckBad(safe + Encoded(wrapped, 1));
    CheckGood({"https://www.google.com/url?sa=D&q=" + Encoded(link, 1), kNumber, "", "p", "t"});
    CheckGood({safe + Encoded(link, 3), kNumber, "", "p", "t"});
    CheckGood({safe + "https://zoom.us/j/97763643886"});
    CheckGood({safe + Encoded("<https://zoom.us/j/97763643886>", 1)});
    CheckGood({safe + Encoded("zoommtg://zoom.us/join?confno=97763643886", 1)});
    CheckBad(safe + Encoded("https://acme.zoom.us/rec/x", 1), Reason::kLinkWithoutNumber);
    for (const std::string inside :
         {"97763643886", "zoom.us/j/97763643886", "", "https://evil.com/j/97763643886",
          "https%3A%2F%2Fevilzoom.us%2Fj%2F97763643886", "https://zoom.us:1/j/97763643886"}) {
      CheckBad(safe + inside);
    }
    CheckBad("https://evil.com/?link=" + Encoded(link, 1));
    CheckBad("ftp://evil.com/?url=" + Encoded(link, 1));
    CheckBad("zoommtg://evil.com/join?url=" + Encoded(link, 1));
    CheckBad("https://zoom.us/x?url=" + Encoded(link, 1));
  }

  TEST_CASE("unwraps what mail filters write") {
    for (
        const char* text : {
            "https://urldefense.proofpoint.com/v2/url?u=https-3A__us02web.zoom.us_j_97763643886-3F"
            "pwd-3DaB3.1-2Dx-5Fy&d=DwMFaQ&c=x&r=y&m=z&s=w&e=",
            "https://urldefense.com/v3/__https://us02web.zoom.us/j/97763643886?pwd=aB3.1-x_y__;!!"
            "Iuca!abc-def$",
            "https://urldefense.com/v3/__https:/us02web.zoom.us/j/97763643886?pwd=aB3.1-x_y__;!!"
            "Iuca!abc$",
            // "*" is "?", "**A" is "=a", both from the base64 behind "__;".
            "https://urldefense.us/v3/__https://us02web.zoom.us/j/97763643886*pwd**AB3.1-x_y__;Pz1h"
            "!!Iuca!abc$",
            "https://urldefense.proofpoint.com/v1/url?u=https%3A//us02web.zoom.us/j/97763643886%3F"
            "pwd%3DaB3.1-x_y&k=x",
            "https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fus02web.zoom.us%2fj%2f97763643886"
            "%3fpwd%3daB3.1-x_y&c=E,1,abc&typo=1",
            "https://secure-web.cisco.com/1abc-DEF/https%3A%2F%2Fus02web.zoom.us%2Fj%2F97763643886"
            "%3Fpwd%3DaB3.1-x_y",
            "https://eu-central-1.protection.sophos.com?d=zoom.us&u=aHR0cHM6Ly91czAyd2ViLnpvb20udXM"
            "vai85Nzc2MzY0Mzg4Nj9wd2Q9YUIzLjEteF95&i=x",
            "https://slack-redir.net/link?url=https%3A%2F%2Fus02web.zoom.us%2Fj%2F97763643886%3F"
            "pwd%3DaB3.1-x_y",
        }) {
      CheckGood({text, kNumber, "", "aB3.1-x_y"});
    }
    CheckBad("https://urldefense.com/v3/__https://evil.com/j/97763643886__;!!x!y$");
    CheckBad("https://urldefense.com/v3/__https://zoom.us/j/97763643886");
    CheckBad("https://urldefense.com/v3/__https://zoom.us/j/9776364*886__;~~~~!!x$");
    CheckBad("https://linkprotect.cudasvc.com/url?a=zoom.us");
    for (const char* text :
         {"https://protect-us.mimecast.com/s/AbCdE?domain=us02web.zoom.us",
          "https://url.us.m.mimecastprotect.com/s/AbC?domain=zoom.us", "https://bit.ly/3abc",
          "https://urldefense.proofpoint.com/v2/short", "https://t.co/abc"}) {
      CheckBad(text, Reason::kLinkWrapped);
    }
    CheckBad("https://notmimecast.com/s/AbC");
  }

  TEST_CASE("reads the query's keys as they are, and the first of each") {
    for (const Good& row : {
             Good{"https://zoom.us/j/97763643886?xpwd=a&pwd=b&pwd=c", kNumber, "", "b"},
             Good{"https://zoom.us/j/97763643886?PWD=a"},
             Good{"https://zoom.us/j/97763643886?pwd"},
             Good{"https://zoom.us/j/97763643886?pwd="},
             Good{"https://zoom.us/j/97763643886?pwd=a+b%2Bc", kNumber, "", "a+b+c"},
             Good{"https://zoom.us/j/97763643886?pwd=%2541", kNumber, "", "%41"},
             Good{"https://zoom.us/j/97763643886?pwd=100%", kNumber, "", "100%"},
             Good{"https://zoom.us/j/97763643886?a=b&amp;pwd=c&amp;tk=d", kNumber, "", "c", "d"},
             Good{"https://zoom.us/j/97763643886?pwd=a&#pwd=b", kNumber, "", "a"},
             Good{"https://zoom.us/j/97763643886?uname=Jos\xc3\xa9|\"{}^`\\&pwd=p", kNumber, "",
                  "p"},
             Good{"https://zoom.us/j/97763643886?pwd=%C3%A9", kNumber, "", "\xc3\xa9"},
             Good{"https://zoom.us/j/97763643886?&&pwd=a&", kNumber, "", "a"},
             Good{"https://zoom.us/join?confno=97763643886&confno=123456789"},
         }) {
      CheckGood(row);
    }
  }

  TEST_CASE("lets no byte through that is no text") {
    const std::string link = "https://zoom.us/j/97763643886";
    for (const std::string& text : {
             link + std::string(1, '\0'),
             std::string(1, '\0') + link,
             link + "?pwd=a" + std::string(1, '\0'),
             link + "?pwd=%00",
             link + "?tk=a%00b",
             link + "?pwd=%0a%1b",
             link + "?pwd=%ff",
             link + "?pwd=\x7f",
             link + "?pwd=\x1b[0m",
             link + "?pwd=\xff",
             link + "?pwd=\xc3",
             link + "?pwd=\xc0\xaf",
             link + "?pwd=\xed\xa0\x80",
             link + "?pwd=\xe0\x80\x80",
             link + "?pwd=\xf0\x80\x80\x80",
             link + "?pwd=\xf4\x90\x80\x80",
             link + "?pwd=\xf5\x80\x80\x80",
             link + "?pwd=\x80",
             std::string("977\0 63643886", 13),
         }) {
      CheckBad(text);
    }
    for (const char* fine : {"\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                             "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
      CheckGood({link + "?uname=" + fine});
    }
  }

  TEST_CASE("reads 4 KiB and not one byte more") {
    const std::string link = "https://zoom.us/j/97763643886?x=";
    CheckGood({link + std::string(4096 - link.size(), 'x')});
    CheckBad(link + std::string(4097 - link.size(), 'x'));
    CheckBad(std::string(4096, '%'));
    CheckBad(std::string(4096, '<'));
    CheckBad(std::string(4096, '9'));
  }
}

}  // namespace
}  // namespace joinpass
