#include "zoom/json.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <cstddef>
#include <string>

#include "absl/strings/numbers.h"
#include "base/text.h"

namespace joinpass::zoom {
namespace {

namespace json = boost::json;
using Kind = JsonField::Kind;

constexpr std::size_t kDepth = 32;
constexpr std::size_t kLongestText = 64 * 1024;
constexpr std::size_t kLongestPath = 96;  // of those that anybody asks for
constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

void Clear(std::span<JsonField> fields) {
  for (JsonField& field : fields) {
    field.kind = Kind::kAbsent;
    field.text.clear();
  }
}

// Follows the events. Depth 1 is inside the outermost object; an entry of the list
// is at depth 3. The path of a value is the keys from the outermost object down to its own,
// with dots between them; in an array it has a '[', and nobody asks for that.
class Picker {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  Picker(std::span<JsonField> fields, JsonList* list) : fields_(fields), list_(list) {}

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }

  bool on_object_begin(json::error_code&) {
    OnContainer('.');
    entry_is_object_ = entry_is_object_ || (in_list_ && depth_ == 3);
    return true;
  }
  bool on_object_end(std::size_t, json::error_code&) { return OnEnd(); }

  bool on_array_begin(json::error_code&) {
    const bool is_list = depth_ == 1 && list_ && Path() == list_->key;
    JsonField* const texts = OnContainer('[');
    if (is_list) list_->found = in_list_ = true;
    if (texts != nullptr && texts->takes_list) {
      texts->kind = Kind::kText;
      texts_ = texts;
    }
    return true;
  }
  bool on_array_end(std::size_t entries, json::error_code&) {
    OnEnd();
    path_size_ = begin_[depth_ + 1] - 1;  // of the array itself again, as far as it is known
    JsonField* const field = entries == 0 ? Find() : nullptr;
    if (field != nullptr && !field->takes_list) field->kind = Kind::kEmptyList;
    return true;
  }

  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    if (key_done_) path_size_ = begin_[depth_];
    key_done_ = false;
    for (const char c : part) Append(c == '.' || c == '[' ? '\0' : c);
    return true;
  }
  bool on_key(json::string_view part, std::size_t size, json::error_code& ec) {
    on_key_part(part, size, ec);
    key_done_ = true;
    return true;
  }

  bool on_string_part(json::string_view part, std::size_t, json::error_code& ec) {
    if (!in_text_) target_ = OnScalar(Kind::kText);
    in_text_ = true;
    if (!target_) return true;
    if (target_->text.size() + part.size() > kLongestText) {
      if (target_->too_long == JsonField::TooLong::kLeftOut) return LeaveOut();
      ec = json::error::string_too_large;
      return false;
    }
    base::Append(target_->text, {part.data(), part.size()});
    return true;
  }
  bool on_string(json::string_view part, std::size_t size, json::error_code& ec) {
    const bool good = on_string_part(part, size, ec);
    in_text_ = false;
    return good;
  }

  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, json::error_code&) {
    if (JsonField* field = OnScalar(Kind::kInteger)) field->integer = number;
    return true;
  }
  bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return OnOther(); }
  bool on_double(double, json::string_view, json::error_code&) { return OnOther(); }
  bool on_bool(bool is_true, json::error_code&) {
    OnScalar(is_true ? Kind::kTrue : Kind::kFalse);
    return true;
  }
  bool on_null(json::error_code&) {
    OnScalar(Kind::kNull);
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

  // The answer ended where it should not: half a text is none.
  void Abandon() {
    if (in_text_ && target_) LeaveOut();
  }

 private:
  // Empty if it is longer than anybody asks for.
  std::string_view Path() const { return {path_, path_size_ <= kLongestPath ? path_size_ : 0}; }

  void Append(char c) {
    if (path_size_ < kLongestPath) path_[path_size_] = c;
    path_size_ = std::min(path_size_ + 1, kLongestPath + 2);
  }

  bool LeaveOut() {
    target_->kind = Kind::kOther;
    target_->text.clear();
    target_ = nullptr;
    return true;
  }

  bool OnOther() {
    OnScalar(Kind::kOther);
    return true;
  }

  // The field that a value here is for, if anybody asked for it.
  JsonField* Find() {
    const bool in_entry = depth_ == 3 && in_list_ && entry_is_object_;
    std::string_view path = Path();
    if (in_entry) path.remove_prefix(std::min(begin_[depth_], path.size()));
    if (path.empty()) return nullptr;
    for (JsonField& field : in_entry ? list_->fields : fields_) {
      if (field.key == path) return &field;
    }
    return nullptr;
  }

  // The same, emptied.
  JsonField* Take(Kind kind) {
    if (in_array_[depth_]) path_size_ = begin_[depth_];
    JsonField* const field = Find();
    if (field == nullptr) return nullptr;
    field->kind = kind;
    field->text.clear();
    return field;
  }

  JsonField* OnScalar(Kind kind) {
    if (texts_ != nullptr && depth_ == 2) {
      if (kind != Kind::kText) return nullptr;
      if (!texts_->text.empty()) texts_->text.push_back(' ');
      return texts_;
    }
    if (in_list_ && depth_ == 2) {
      Clear(list_->fields);
      list_->on_entry();
    }
    return Take(kind);
  }

  // Gives the field that it stands for, if anybody asked for it.
  JsonField* OnContainer(char mark) {
    JsonField* const field = Take(Kind::kOther);
    if (in_list_ && depth_ == 2) {
      Clear(list_->fields);
      entry_is_object_ = false;
    }
    ++depth_;
    if (depth_ > 1) Append(mark);
    begin_[depth_] = path_size_;
    in_array_[depth_] = mark == '[';
    return field;
  }

  bool OnEnd() {
    --depth_;
    if (in_list_ && depth_ == 2) list_->on_entry();
    if (depth_ == 1) {
      in_list_ = false;
      texts_ = nullptr;
    }
    return true;
  }

  std::span<JsonField> fields_;
  JsonList* list_;
  JsonField* target_ = nullptr;
  JsonField* texts_ = nullptr;  // inside a list of texts that is for it
  char path_[kLongestPath] = {};
  std::size_t path_size_ = 0;           // above kLongestPath: its end is not kept
  std::size_t begin_[kDepth + 2] = {};  // by depth: where the keys of that object begin
  bool in_array_[kDepth + 2] = {};      // likewise
  std::size_t depth_ = 0;
  bool key_done_ = true;
  bool in_text_ = false;
  bool in_list_ = false;
  bool entry_is_object_ = false;
};

bool IsDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<std::int64_t> JsonField::Number() const {
  if (kind == Kind::kInteger && integer >= 0) return integer;
  std::int64_t number = 0;
  if (kind != Kind::kText || !IsDigits(Text()) || (text.size() > 1 && text.front() == '0') ||
      !absl::SimpleAtoi(base::ToAbsl(Text()), &number)) {
    return std::nullopt;
  }
  return number;
}

JsonResult ReadJson(std::string_view body, std::span<JsonField> fields, JsonList* list) {
  if (body.starts_with(kByteOrderMark)) body.remove_prefix(kByteOrderMark.size());
  const std::size_t begin = std::min(body.find_first_not_of(kSpace), body.size());
  body.remove_prefix(begin);
  Clear(fields);
  if (body.empty() || (body.front() != '{' && body.front() != '[')) return JsonResult::kForeign;
  if (body.front() == '[') return JsonResult::kBroken;
  json::parse_options options;
  options.max_depth = kDepth;
  json::basic_parser<Picker> parser(options, fields, list);
  json::error_code ec;
  const std::size_t read = parser.write_some(false, body.data(), body.size(), ec);
  const bool all = body.find_first_not_of(kSpace, read) == std::string_view::npos;
  if (ec) parser.handler().Abandon();
  return !ec && all ? JsonResult::kRead : JsonResult::kBroken;
}

std::string_view ValueBehind(std::string_view text, std::string_view key) {
  const auto* const end = text.data() + text.size();
  for (std::size_t at = text.find(key); at < text.size(); at = text.find(key, at + 1)) {
    const std::string_view rest = text.substr(at + key.size());
    if (at == 0 || text[at - 1] != '"' || !rest.starts_with('"')) continue;
    const std::size_t colon = rest.find_first_not_of(kSpace, 1);
    if (colon == std::string_view::npos || rest[colon] != ':') continue;
    const std::size_t value = std::min(rest.find_first_not_of(kSpace, colon + 1), rest.size());
    return {rest.data() + value, static_cast<std::size_t>(end - rest.data()) - value};
  }
  return {};
}

}  // namespace joinpass::zoom
