#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "joinpass/meeting_link.h"
#include "joinpass/reason.h"

namespace joinpass {
namespace {

// "number", or "number:passcode", or "name"; in order.
std::vector<std::string> Found(const std::string& text) {
  std::vector<std::string> found;
  const auto meetings = MeetingLink::FindIn(text);
  REQUIRE(meetings.ok());
  for (const MeetingLink& meeting : *meetings) {
    found.push_back(meeting.number() != 0 ? std::to_string(meeting.number())
                                          : meeting.vanity_name());
    if (!meeting.passcode().empty()) {
      found.back() += ":" + std::string(meeting.passcode().Reveal());
    }
  }
  return found;
}

using Meetings = std::vector<std::string>;

constexpr const char* kInvitation = R"(Jane Doe is inviting you to a scheduled Zoom meeting.

Topic: Weekly
Time: Mar 2, 2026 10:00 AM Central Time (US and Canada)

Join Zoom Meeting
https://us02web.zoom.us/j/84335626851

Meeting ID: 843 3562 6851
Passcode: s3c-r3t

One tap mobile
+13462487799,,84335626851#,,,,*123456# US (Houston)
+16699006833,,84335626851#,,,,*123456# US (San Jose)

Dial by your location
        +1 346 248 7799 US (Houston)
        833 548 0282 US Toll-free
Find your local number: https://us02web.zoom.us/u/kdG1hVXYz

Join by SIP
84335626851@zoomcrc.com

Join by H.323
162.255.37.11 (US West)
Meeting ID: 843 3562 6851
Passcode: 123456
)";

TEST_SUITE("MeetingLink::FindIn") {
  TEST_CASE("reads Zoom's own invitation") {
    CHECK(Found(kInvitation) == Meetings{"84335626851:s3c-r3t"});
    std::string without_link = kInvitation;
    const std::size_t link = without_link.find("https://us02web");
    without_link.erase(link, without_link.find('\n', link) - link);
    CHECK(Found(without_link) == Meetings{"84335626851:s3c-r3t"});
    std::string with_crlf;
    for (const char c : std::string(kInvitation))
      with_crlf += c == '\n' ? "\r\n" : std::string(1, c);
    CHECK(Found(with_crlf) == Meetings{"84335626851:s3c-r3t"});
  }

  TEST_CASE("finds a link in any surroundings") {
    for (const char* text : {
             "https://zoom.us/j/84335626851?pwd=p",
             "Join (https://zoom.us/j/84335626851?pwd=p) now",
             "[Join](https://zoom.us/j/84335626851?pwd=p) or [call](tel:+13462487799)",
             "[a](https://zoom.us/j/84335626851?pwd=p)[b](https://evil.com/j/84335626852)",
             "<https://zoom.us/j/84335626851?pwd=p>",
             "<https://zoom.us/j/84335626851?pwd=p|Join>",
             R"(<a href="https://zoom.us/j/84335626851?x=y&amp;pwd=p">Join</a>)",
             "<a href='https://zoom.us/j/84335626851?pwd=p'>https://zoom.us/j/84335626851</a>",
             "https://zoom.us/j/84335626851?pwd=p. See you,",
             "Zoom: zoom.us/j/84335626851?pwd=p",
             "Join:us02web.zoom.us/j/84335626851?pwd=p,",
             R"(DESCRIPTION:Join\nhttps://zoom.us/j/84335626851?pwd=p\nBye)",
             "https://zoom.us/j/843 3562 6851?pwd=p",
             "https://zoom.us/j/843-3562-6851?pwd=p",
             "https://zoom.us/j/84335626851?pwd=p\xe3\x80\x82\xe3\x82\x88\xe3\x82\x8d",
             "\xe4\xbc\x9a\xe8\xae\xaehttps://zoom.us/j/84335626851?pwd=p",
             "https://evil.com/x,https://zoom.us/j/84335626851?pwd=p",
             "https://zoom.us/j/84335626851?pwd=phttps://evil.com",
             "https://www.google.com/url?q=https%3A%2F%2Fzoom.us%2Fj%2F84335626851%3Fpwd%3Dp&sa=D",
             "sip:84335626851.p@zoomcrc.com",
             "SIP:84335626851.p@zoomcrc.com, H.323",
             "zoommtg://zoom.us/join?confno=84335626851&pwd=p",
         }) {
      CAPTURE(std::string(text));
      CHECK(Found(text) == Meetings{"84335626851:p"});
    }
    CHECK(Found("https://www.google.com/url?q=https://zoom.us/j/84335626851&sa=D") ==
          Meetings{"84335626851"});
    CHECK(Found("Jane's room: https://acme.zoom.us/my/Jane.Doe?pwd=p!") == Meetings{"jane.doe:p"});
  }

  TEST_CASE("finds a number that is named as one") {
    for (const char* text : {
             "Meeting ID: 843 3562 6851",
             "meeting id 84335626851",
             "Meeting ID:\n\n  843-3562-6851",
             "**Meeting ID:** 843 3562 6851",
             "Meeting-ID: 843 3562 6851",
             "Webinar ID: 843 3562 6851",
             "ID de reuni\xc3\xb3n: 843 3562 6851",
             "ID de r\xc3\xa9union : 843 3562 6851",
             "ID da reuni\xc3\xa3o: 843 3562 6851",
             "\xe4\xbc\x9a\xe8\xae\xae\xe5\x8f\xb7\xef\xbc\x9a"
             "843 3562 6851",
             "\xe3\x83\x9f\xe3\x83\xbc\xe3\x83\x86\xe3\x82\xa3\xe3\x83\xb3\xe3\x82\xb0 ID: "
             "843 3562 6851",
             "<b>Meeting ID:</b>&nbsp;843&nbsp;3562&nbsp;6851<br>2026",
             "<td>Meeting ID:</td><td>843 3562 6851</td><td>12</td>",
             "Zoom one tap: +13462487799,,84335626851# US",
             "Meeting ID: \xef\xbc\x98\xef\xbc\x94\xef\xbc\x93 3562 6851",
         }) {
      CAPTURE(std::string(text));
      CHECK(Found(text) == Meetings{"84335626851"});
    }
  }

  TEST_CASE("never takes a phone number, or another service's") {
    for (const char* text : {
             "+1 346 248 7799",
             "346 248 7799",
             "13462487799",
             "84335626851",
             "Zoom +13462487799,,",
             "Dial +1 346 248 7799 US (Houston) Meeting ID: see above",
             "Meeting ID: +1 346 248 7799",
             "Phone: 843 3562 6851",
             "Conference ID: 123 456 789#",
             "+1 323-555-0166,,123456789# United States (no Z-word here)",
             "zoom or webex: +1-650-479-3208,,23456789012##",
             "Meeting ID: 234 567 891 234",
             "Meeting ID: 8433562685a1",
             "xmeeting id: 84335626851",
             "https://zoom.us/u/84335626851",
             "https://evil.com/j/84335626851",
             "jane@zoom.us",
             "https://zoom.us/j/1",
             "",
         }) {
      CAPTURE(std::string(text));
      CHECK(Found(text).empty());
    }
  }

  TEST_CASE("gives each once, those with a link first") {
    CHECK(Found("Meeting ID: 111 222 3333\n"
                "https://zoom.us/j/222222222 and https://zoom.us/j/333333333?pwd=c\n"
                "Meeting ID: 222 222 222\nMeeting ID: 444 444 444\n"
                "https://zoom.us/j/333333333?pwd=d") ==
          Meetings{"222222222", "333333333:c", "1112223333", "444444444"});
  }

  TEST_CASE("gives a passcode to the meeting that it belongs to") {
    CHECK(Found("https://zoom.us/j/111111111\nPasscode: a\n"
                "https://zoom.us/j/222222222?pwd=own\nPasscode: b\n"
                "Meeting ID: 333 333 333\nPassword = c.\n") ==
          Meetings{"111111111:a", "222222222:own", "333333333:c"});
    CHECK(Found("Passcode: a\nhttps://zoom.us/j/111111111\nhttps://zoom.us/j/222222222") ==
          Meetings{"111111111:a", "222222222"});
    CHECK(Found("Passcode: a").empty());
    struct Row {
      const char* text;
      const char* passcode;
    };
    for (const Row& row :
         {Row{"Passcode: XYz@BC!D1087", "XYz@BC!D1087"}, Row{"passcode:a", "a"},
          Row{"**Passcode:** a_b*", "a_b*"}, Row{"**Passcode**: a", "a"},
          Row{"<b>Passcode:</b> a&amp;b<br/>c", "a&b"}, Row{"Kenncode: 12", "12"},
          Row{"\xe5\xaf\x86\xe7\xa0\x81\xef\xbc\x9a"
              "12",
              "12"},
          Row{"Passcode: 12\\nOne tap", "12"}, Row{"(Passcode: 12)", "12"},
          Row{"Passcode: *12", "*12"}, Row{"Passcode required to join", ""},
          Row{"Passcode:\n\nOne tap", ""}, Row{"passcodes: a", ""}, Row{"xpasscode: a", ""}}) {
      CAPTURE(row.text);
      const std::string want = *row.passcode ? std::string(":") + row.passcode : "";
      CHECK(Found(std::string("https://zoom.us/j/111111111\n") + row.text) ==
            Meetings{"111111111" + want});
    }
  }

  TEST_CASE("keeps its bounds") {
    std::string many;
    for (int i = 0; i < 40; ++i) many += "zoom.us/j/" + std::to_string(100'000'000 + i) + "\n";
    CHECK(Found(many).size() == 32);
    many.clear();
    for (int i = 0; i < 40; ++i) many += "Meeting ID: " + std::to_string(100'000'000 + i) + "\n";
    CHECK(Found(many).size() == 32);
    CHECK(Found(std::string(64 * 1024 - 30, ' ') + "https://zoom.us/j/84335626851").size() == 1);
    const auto too_long = MeetingLink::FindIn(std::string(64 * 1024 + 1, ' '));
    CHECK(ReasonOf(too_long.status()) == Reason::kInvalidArgument);
    CHECK(Found(std::string("\0\xff\x80<&", 5) + "\nhttps://zoom.us/j/84335626851").size() == 1);
  }

  // What takes time by the square would take minutes here.
  TEST_CASE("takes linear time, whatever comes again and again") {
    for (const std::string part : {"://",
                                   "a://b ",
                                   "(a://",
                                   "<",
                                   "<a",
                                   "&",
                                   "&nbsp;",
                                   ",,",
                                   "pwd:",
                                   "passcode: x\n",
                                   "meeting id: ",
                                   "meeting id:\n",
                                   "zoom.us",
                                   "@zoomcrc.com",
                                   "https://zoom.us/j/1",
                                   "zoom.us/j/1 ",
                                   "9 ",
                                   "https://zoom.us/j/9 ",
                                   "%25",
                                   "(",
                                   "\xe4\xbc\x9a"}) {
      CAPTURE(part);
      std::string text;
      while (text.size() + part.size() <= 64 * 1024) text += part;
      CHECK(Found(text).empty());
    }
    std::string both;
    for (int i = 0; i < 1500; ++i) both += "meeting id: 843 3562 6851 pwd: x\n";
    CHECK(Found(both) == Meetings{"84335626851:x"});
  }
}

}  // namespace
}  // namespace joinpass
