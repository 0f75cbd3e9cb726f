#include "zoom/json.h"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

namespace joinpass::zoom {
namespace {

std::string Repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST_SUITE("ReadJson") {
  TEST_CASE("tells true from false") {
    std::array<JsonField, 3> fields = {{{.key = "a.b"}, {.key = "c"}, {.key = "d"}}};
    REQUIRE(ReadJson(R"({"a":{"b":true},"c":false,"d":"true"})", fields) == JsonResult::kRead);
    CHECK(fields[0].kind == JsonField::Kind::kTrue);
    CHECK(fields[1].kind == JsonField::Kind::kFalse);
    CHECK(fields[2].kind == JsonField::Kind::kText);
  }

  TEST_CASE("picks the fields of the outermost object, and of no other") {
    std::array<JsonField, 3> fields = {{{.key = "a"}, {.key = "b"}, {.key = "gone"}}};
    REQUIRE(ReadJson(R"( {"x":{"a":"no"},"a":"y\u00e9\ns","y":[{"a":1},"a"],"b":12,"z":"b"} )",
                     fields) == JsonResult::kRead);
    CHECK(fields[0].kind == JsonField::Kind::kText);
    CHECK(fields[0].Text() == "y\xc3\xa9\ns");
    CHECK(fields[1].Number() == 12);
    CHECK(fields[2].kind == JsonField::Kind::kAbsent);
  }

  TEST_CASE("follows the keys of objects in objects") {
    std::array<JsonField, 4> fields = {
        {{.key = "a.b.c"}, {.key = "a.c"}, {.key = "a.b"}, {.key = "c"}}};
    REQUIRE(ReadJson(R"({"a":{"x":{"c":1},"b":{"d":[{"c":2},[{"c":3}],"c"],"c":4},"c":5},"c":6})",
                     fields) == JsonResult::kRead);
    CHECK(fields[0].Number() == 4);
    CHECK(fields[1].Number() == 5);
    CHECK(fields[2].kind == JsonField::Kind::kOther);
    CHECK(fields[3].Number() == 6);
    // A key with a dot is none of these, and neither is what stands in a list.
    REQUIRE(ReadJson(R"({"a.b.c":1,"a.b":{"c":1},"a":{"b.c":1,"c[":1},"a":[{"c":1},{"b":{"c":1}}],)"
                     R"("c.":2})",
                     fields) == JsonResult::kRead);
    CHECK(fields[0].kind == JsonField::Kind::kAbsent);
    CHECK(fields[1].kind == JsonField::Kind::kAbsent);
    CHECK(fields[3].kind == JsonField::Kind::kAbsent);
    // A long way down, and back.
    const std::string key(90, 'k');
    REQUIRE(ReadJson(R"({")" + key + R"(":{")" + key + R"(":{"a":{"c":1}}},"a":{"c":7}})",
                     fields) == JsonResult::kRead);
    CHECK(fields[1].Number() == 7);
  }

  TEST_CASE("tells an empty list from one that is not, and from nothing") {
    struct Row {
      const char* value;
      JsonField::Kind kind;
    };
    for (const Row& row :
         {Row{"[]", JsonField::Kind::kEmptyList}, Row{"[ ]", JsonField::Kind::kEmptyList},
          Row{"[[]]", JsonField::Kind::kOther}, Row{"[{\"l\":[]}]", JsonField::Kind::kOther},
          Row{"[null]", JsonField::Kind::kOther}, Row{"{}", JsonField::Kind::kOther},
          Row{"null", JsonField::Kind::kNull}}) {
      CAPTURE(row.value);
      std::array<JsonField, 2> fields = {{{.key = "l"}, {.key = "o.l"}}};
      const std::string field = std::string(R"("l":)") + row.value;
      REQUIRE(ReadJson("{" + field + R"(,"o":{)" + field + "}}", fields) == JsonResult::kRead);
      CHECK(fields[0].kind == row.kind);
      CHECK(fields[1].kind == row.kind);
    }
  }

  TEST_CASE("lets the last of two equal keys count") {
    std::array<JsonField, 1> fields = {{{.key = "a"}}};
    REQUIRE(ReadJson(R"({"a":"long text","a":"b"})", fields) == JsonResult::kRead);
    CHECK(fields[0].Text() == "b");
    REQUIRE(ReadJson(R"({"a":"b","a":null})", fields) == JsonResult::kRead);
    CHECK(fields[0].Text().empty());
    CHECK_FALSE(fields[0].Number());
  }

  TEST_CASE("takes a whole number as a number or as its digits") {
    struct Row {
      const char* value;
      std::optional<std::int64_t> number;
    };
    for (const Row& row : {
             Row{"0", 0},
             Row{"9007199254740993", 9007199254740993},
             Row{"\"9007199254740993\"", 9007199254740993},
             Row{"9223372036854775807", 9223372036854775807},
             Row{"\"9223372036854775807\"", 9223372036854775807},
             Row{"9223372036854775808", {}},
             Row{"\"9223372036854775808\"", {}},
             Row{"18446744073709551616", {}},
             Row{"-1", {}},
             Row{"1.0", {}},
             Row{"1e400", {}},
             Row{"\"\"", {}},
             Row{"\"012\"", {}},
             Row{"\"0\"", 0},
             Row{"\" 1\"", {}},
             Row{"\"+1\"", {}},
             Row{"\"1a\"", {}},
             Row{"true", {}},
             Row{"{}", {}},
             Row{"[1]", {}},
         }) {
      CAPTURE(row.value);
      std::array<JsonField, 1> fields = {{{.key = "n"}}};
      const std::string body = std::string("{\"n\":") + row.value + "}";
      if (ReadJson(body, fields) == JsonResult::kRead) CHECK(fields[0].Number() == row.number);
      CHECK((row.value == std::string("1e400") || ReadJson(body, fields) == JsonResult::kRead));
    }
  }

  TEST_CASE("tells broken JSON from what was never any") {
    std::array<JsonField, 1> fields = {{{.key = "a"}}};
    for (const std::string body :
         {"{", "{\"a\":\"b", "{\"a\":\"b\"} x", "{\"a\":\"b\"}{}", "{'a':1}", "{\"a\":1,}", "[]",
          "[{\"a\":1}]", "{\"a\":\"\xff\"}", "{\"a\":\"\xc0\xaf\"}", "{\"a\":\"\\ud800\"}",
          "{\"a\":01}", "{\"a\":\"\x01\"}", "{/**/\"a\":1}"}) {
      CAPTURE(body);
      CHECK(ReadJson(body, fields) == JsonResult::kBroken);
    }
    CHECK(ReadJson(std::string("{\"a\":\"b\0c\"}", 11), fields) == JsonResult::kBroken);
    for (const char* body :
         {"", " \r\n", "<html>{}</html>", "null", "12", "\"{}\"", "\xef\xbb\xbf", "token"}) {
      CAPTURE(body);
      CHECK(ReadJson(body, fields) == JsonResult::kForeign);
    }
  }

  TEST_CASE("passes over a byte-order mark") {
    std::array<JsonField, 1> fields = {{{.key = "a"}}};
    REQUIRE(ReadJson("\xef\xbb\xbf {\"a\":\"b\"}", fields) == JsonResult::kRead);
    CHECK(fields[0].Text() == "b");
  }

  TEST_CASE("takes a list of texts for one, where it may") {
    std::array<JsonField, 2> fields = {{{.key = "a", .takes_list = true}, {.key = "b"}}};
    REQUIRE(ReadJson(R"({"a":["x","y\u00e9",1,null,["no"],{"a":"no"},"z"],"b":["x"]})", fields) ==
            JsonResult::kRead);
    CHECK(fields[0].Text() == "x y\xc3\xa9 z");
    CHECK(fields[1].kind == JsonField::Kind::kOther);
    REQUIRE(ReadJson(R"({"a":["x"],"a":"t","b":"u"})", fields) == JsonResult::kRead);
    CHECK(fields[0].Text() == "t");
    CHECK(fields[1].Text() == "u");
  }

  TEST_CASE("keeps of a broken answer what stood whole before") {
    std::array<JsonField, 2> fields = {{{.key = "a"}, {.key = "b"}}};
    REQUIRE(ReadJson(R"({"a":"whole","b":"ha)", fields) == JsonResult::kBroken);
    CHECK(fields[0].Text() == "whole");
    CHECK(fields[1].Text().empty());
    REQUIRE(ReadJson("<html>", fields) == JsonResult::kForeign);
    CHECK(fields[0].Text().empty());
  }

  TEST_CASE("goes 32 deep and no deeper") {
    const auto nested = [](int depth) {
      return "{\"a\":" + Repeat("[", depth - 1) + Repeat("]", depth - 1) + "}";
    };
    std::array<JsonField, 1> fields = {{{.key = "a"}}};
    CHECK(ReadJson(nested(32), fields) == JsonResult::kRead);
    CHECK(ReadJson(nested(33), fields) == JsonResult::kBroken);
    CHECK(ReadJson("{\"a\":" + Repeat("[", 1'000'000), fields) == JsonResult::kBroken);
  }

  TEST_CASE("keeps texts of 64 KiB, and passes over longer ones that nobody asked for") {
    const auto body = [](const char* key, int size) {
      return std::string("{\"") + key + "\":\"" + Repeat("x", size) + "\"}";
    };
    std::array<JsonField, 1> fields = {{{.key = "a"}}};
    CHECK(ReadJson(body("a", 65536), fields) == JsonResult::kRead);
    CHECK(fields[0].Text().size() == 65536);
    CHECK(ReadJson(body("a", 65537), fields) == JsonResult::kBroken);
    CHECK(ReadJson(body("b", 1'000'000), fields) == JsonResult::kRead);
    CHECK(ReadJson("{\"n\":" + Repeat("9", 1'000'000) + "}", fields) == JsonResult::kRead);
  }

  TEST_CASE("does not take a long key for a short one") {
    const std::string key(64, 'k');
    std::array<JsonField, 1> fields = {{{.key = key}}};
    CHECK(ReadJson("{\"" + key + "\":\"v\"}", fields) == JsonResult::kRead);
    CHECK(fields[0].Text() == "v");
    CHECK(ReadJson("{\"" + key + "k\":\"v\"}", fields) == JsonResult::kRead);
    CHECK(fields[0].Text().empty());
    CHECK(ReadJson(R"({"\u006b":"v"})", fields) == JsonResult::kRead);
    std::array<JsonField, 1> escaped = {{{.key = "k"}}};
    CHECK(ReadJson(R"({"\u006b":"v"})", escaped) == JsonResult::kRead);
    CHECK(escaped[0].Text() == "v");
    std::array<JsonField, 1> longer = {{{.key = "akb"}}};
    CHECK(ReadJson(R"({"x":"w","a\u006bb":"v"})", longer) == JsonResult::kRead);
    CHECK(longer[0].Text() == "v");
  }

  TEST_CASE("gives each entry of a list, with nothing of the one before") {
    std::array<JsonField, 1> outer = {{{.key = "t"}}};
    std::array<JsonField, 2> entry = {{{.key = "id"}, {.key = "h"}}};
    std::vector<std::string> seen;
    const auto on_entry = [&] {
      seen.push_back(std::to_string(entry[0].Number().value_or(-1)) + "/" +
                     std::string(entry[1].Text()));
    };
    JsonList list{.key = "l", .fields = entry, .on_entry = on_entry};
    REQUIRE(ReadJson(R"({"id":5,"t":"a","l":[{"id":1,"h":"x","o":[{"id":9}],"s":{"h":"no"}},{},
                        {"h":"y"},7,"id",null,["h"],[{"id":8}],{"id":2}],"l2":[{"id":3}]})",
                     outer, &list) == JsonResult::kRead);
    CHECK(list.found);
    CHECK(seen ==
          std::vector<std::string>{"1/x", "-1/", "-1/y", "-1/", "-1/", "-1/", "-1/", "-1/", "2/"});
    CHECK(outer[0].Text() == "a");
  }

  TEST_CASE("finds no list where there is none") {
    std::array<JsonField, 1> entry = {{{.key = "id"}}};
    const auto on_entry = [] { FAIL("an entry of nothing"); };
    for (const char* body : {"{}", R"({"l":null})", R"({"l":{"id":1}})", R"({"x":{"l":[{}]}})"}) {
      CAPTURE(body);
      JsonList list{.key = "l", .fields = entry, .on_entry = on_entry};
      CHECK(ReadJson(body, {}, &list) == JsonResult::kRead);
      CHECK_FALSE(list.found);
    }
  }
}

TEST_SUITE("ValueBehind") {
  TEST_CASE("finds a key in a text that need not be JSON") {
    CHECK(ValueBehind(R"(x"key" : "v" y)", "key") == R"("v" y)");
    CHECK(ValueBehind(R"("key":7)", "key") == "7");
    CHECK(ValueBehind(R"("a_key":1,"keys":2,"key" 3,key:4,"key":5)", "key") == "5");
    for (const char* text : {"", "key", "\"key\"", "\"key\":", "key\":1", "\"key:1"}) {
      CAPTURE(text);
      CHECK(ValueBehind(text, "key").empty());
    }
  }
}

}  // namespace
}  // namespace joinpass::zoom
