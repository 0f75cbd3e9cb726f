// The fields of a JSON object, taken one by one; the first thing that is wrong
// is kept, with the place where it stands.

#ifndef JOINPASS_TESTS_FAKE_ZOOM_FIELDS_H_
#define JOINPASS_TESTS_FAKE_ZOOM_FIELDS_H_

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace joinpass::fake_zoom {

inline constexpr std::size_t kMaxText = 1024;

// Thread-compatible. Borrows both: they must outlive it.
class Fields {
 public:
  Fields(const boost::json::value& value, std::string where, absl::Status& status);

  bool Has(std::string_view name) const;

  // The field, or `otherwise` where it is absent (or wrong, which `status` then says).
  std::string Text(std::string_view name, std::string_view otherwise);
  std::int64_t Number(std::string_view name, std::int64_t otherwise, std::int64_t min,
                      std::int64_t max);
  double Real(std::string_view name, double otherwise, double min, double max);
  bool Flag(std::string_view name, bool otherwise);
  std::vector<std::string> Texts(std::string_view name);

  // The same, and it is wrong to leave it out.
  std::string RequiredText(std::string_view name);

  // The position of the field's text in `names`; 0 where it is absent.
  std::size_t Choice(std::string_view name, const std::vector<std::string_view>& names);

  // The elements of an array of objects.
  const boost::json::array& Array(std::string_view name);

  // Says so unless every field was asked for.
  void Done();

  void Fail(std::string_view name, std::string_view what);
  const std::string& where() const { return where_; }

 private:
  const boost::json::value* Take(std::string_view name);

  const boost::json::object* object_ = nullptr;
  std::string where_;
  absl::Status& status_;
  std::set<std::string, std::less<>> taken_ = {};
};

}  // namespace joinpass::fake_zoom

#endif  // JOINPASS_TESTS_FAKE_ZOOM_FIELDS_H_
