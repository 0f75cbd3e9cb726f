// Opening many rows, of which some may be damaged.

#ifndef JOINPASS_LIB_STORE_OPENED_ROWS_H_
#define JOINPASS_LIB_STORE_OPENED_ROWS_H_

#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace joinpass::store {

// What `open` makes of each row, in order. A row that does not open is left
// out, so that the others are still served; if none opens, the error is that of
// the first.
template <typename Row, typename Open>
auto OpenRows(const std::vector<Row>& rows, const Open& open)
    -> absl::StatusOr<std::vector<typename decltype(open(rows.front()))::value_type>> {
  std::vector<typename decltype(open(rows.front()))::value_type> opened;
  absl::Status first_error;
  for (const Row& row : rows) {
    auto record = open(row);
    if (record.ok()) {
      opened.push_back(*std::move(record));
    } else {
      first_error.Update(record.status());
    }
  }
  if (opened.empty() && !first_error.ok()) return first_error;
  return opened;
}

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_OPENED_ROWS_H_
