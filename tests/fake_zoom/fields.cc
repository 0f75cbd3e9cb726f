#include "fake_zoom/fields.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "base/text.h"

namespace joinpass::fake_zoom {

namespace json = boost::json;

Fields::Fields(const json::value& value, std::string where, absl::Status& status)
    : object_(value.if_object()), where_(std::move(where)), status_(status) {
  if (object_ == nullptr) Fail("", "must be an object");
}

void Fields::Fail(std::string_view name, std::string_view what) {
  if (!status_.ok()) return;
  const std::string place = name.empty() ? where_ : absl::StrCat(where_, ".", base::ToAbsl(name));
  status_ =
      base::MakeError(Reason::kInvalidArgument, absl::StrCat(place, ": ", base::ToAbsl(what)));
}

bool Fields::Has(std::string_view name) const {
  return object_ != nullptr && object_->contains(name);
}

const json::value* Fields::Take(std::string_view name) {
  taken_.emplace(name);
  return object_ == nullptr ? nullptr : object_->if_contains(name);
}

std::string Fields::Text(std::string_view name, std::string_view otherwise) {
  const json::value* value = Take(name);
  if (value == nullptr) return std::string(otherwise);
  const json::string* text = value->if_string();
  if (text == nullptr || text->size() > kMaxText) {
    Fail(name, absl::StrCat("must be a text of at most ", kMaxText, " bytes"));
    return std::string(otherwise);
  }
  return std::string(text->data(), text->size());
}

std::string Fields::RequiredText(std::string_view name) {
  std::string text = Text(name, "");
  if (text.empty()) Fail(name, "must not be missing or empty");
  return text;
}

std::int64_t Fields::Number(std::string_view name, std::int64_t otherwise, std::int64_t min,
                            std::int64_t max) {
  const json::value* value = Take(name);
  if (value == nullptr) return otherwise;
  if (!value->is_int64() || value->get_int64() < min || value->get_int64() > max) {
    Fail(name, absl::StrCat("must be a whole number from ", min, " to ", max));
    return otherwise;
  }
  return value->get_int64();
}

double Fields::Real(std::string_view name, double otherwise, double min, double max) {
  const json::value* value = Take(name);
  if (value == nullptr) return otherwise;
  json::error_code error;
  const double number = value->to_number<double>(error);
  if (error || number < min || number > max) {
    Fail(name, absl::StrCat("must be a number from ", min, " to ", max));
    return otherwise;
  }
  return number;
}

bool Fields::Flag(std::string_view name, bool otherwise) {
  const json::value* value = Take(name);
  if (value == nullptr) return otherwise;
  if (!value->is_bool()) Fail(name, "must be true or false");
  return value->is_bool() ? value->get_bool() : otherwise;
}

std::vector<std::string> Fields::Texts(std::string_view name) {
  std::vector<std::string> texts;
  const json::value* value = Take(name);
  if (value == nullptr) return texts;
  if (!value->is_array()) {
    Fail(name, "must be a list of texts");
    return texts;
  }
  for (const json::value& element : value->get_array()) {
    if (!element.is_string() || element.get_string().size() > kMaxText) {
      Fail(name, "must be a list of texts");
      return texts;
    }
    texts.emplace_back(element.get_string().data(), element.get_string().size());
  }
  return texts;
}

std::size_t Fields::Choice(std::string_view name, const std::vector<std::string_view>& names) {
  const std::string text = Text(name, names.front());
  const auto found = std::ranges::find(names, std::string_view(text));
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  std::vector<std::string> known(names.begin(), names.end());
  Fail(name, absl::StrCat("must be one of: ", absl::StrJoin(known, ", ")));
  return 0;
}

const json::array& Fields::Array(std::string_view name) {
  static const json::array kNone;
  const json::value* value = Take(name);
  if (value == nullptr) return kNone;
  if (!value->is_array()) Fail(name, "must be a list");
  return value->is_array() ? value->get_array() : kNone;
}

void Fields::Done() {
  if (object_ == nullptr) return;
  for (const auto& [key, value] : *object_) {
    if (!taken_.contains(std::string_view(key))) Fail(key, "is not a field that is known");
  }
}

}  // namespace joinpass::fake_zoom
