// What Zoom wrote in JSON, of which the asked-for fields alone are kept.
//
// Everything that Zoom writes is one object, or one object with a list of
// objects. It is read by events: what nobody asked for (topics, passcodes, start
// URLs) is skipped where it stands. What is kept, is kept in wiped memory.
// Bounds: depth 32, a kept text 64 KiB. UTF-8 is checked; a byte-order mark before
// the answer is passed over.

#ifndef JOINPASS_LIB_ZOOM_JSON_H_
#define JOINPASS_LIB_ZOOM_JSON_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "base/wipe.h"

namespace joinpass::zoom {

struct JsonField {
  enum class Kind { kAbsent, kText, kInteger, kTrue, kFalse, kEmptyList, kNull, kOther };
  enum class TooLong { kBreaks, kLeftOut };  // the answer; this field alone (kOther)

  // Of the outermost object; "a.b" is `b` of the object that is its `a`. A key that has a
  // dot of its own is never meant.
  std::string_view key = {};
  TooLong too_long = TooLong::kBreaks;
  bool takes_list = false;  // a list of texts is one text, with spaces between them
  Kind kind = Kind::kAbsent;
  base::Buffer text = {};    // kText
  std::int64_t integer = 0;  // kInteger

  // The text, or "" if it is none.
  std::string_view Text() const { return base::View(text); }

  // The whole number, also where it is written as a string of digits without a
  // leading zero. None: no number, or below 0 or above 2^63-1.
  std::optional<std::int64_t> Number() const;
};

// The list of objects under `key` of the outermost object.
struct JsonList {
  std::string_view key = {};
  std::span<JsonField> fields = {};
  // Called after each entry, with `fields` filled from it. An entry that is no
  // object gives absent fields.
  absl::FunctionRef<void()> on_entry;
  bool found = false;  // set: there was a list under `key`
};

enum class JsonResult {
  kRead,
  kBroken,   // began like JSON, and is none, or passes a bound; the fields are those
             // that stood whole before that
  kForeign,  // does not even begin like JSON: HTML, nothing, text
};

// Fills `fields`. Of a key that is there twice the last
// counts; of two objects under one key, each for what it has.
JsonResult ReadJson(std::string_view body, std::span<JsonField> fields, JsonList* list = nullptr);

// What begins behind `"key":` in a text that need not be JSON; empty: nothing does.
std::string_view ValueBehind(std::string_view text, std::string_view key);

}  // namespace joinpass::zoom

#endif  // JOINPASS_LIB_ZOOM_JSON_H_
