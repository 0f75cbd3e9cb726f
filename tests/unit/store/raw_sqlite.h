// SQL against a store's file, past everything that guards it.

#ifndef JOINPASS_TESTS_UNIT_STORE_RAW_SQLITE_H_
#define JOINPASS_TESTS_UNIT_STORE_RAW_SQLITE_H_

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <string>

namespace joinpass::store {

// Thread-compatible.
class RawSqlite {
 public:
  explicit RawSqlite(const std::string& path) {
    REQUIRE(sqlite3_open(path.c_str(), &handle_) == SQLITE_OK);
  }
  ~RawSqlite() { sqlite3_close(handle_); }
  RawSqlite(const RawSqlite&) = delete;
  RawSqlite& operator=(const RawSqlite&) = delete;

  // Runs `sql` and gives the first column of its last row, if there is one.
  std::string Run(const std::string& sql) {
    std::string last;
    const auto keep = [](void* to, int columns, char** values, char**) {
      if (columns > 0 && values[0] != nullptr) *static_cast<std::string*>(to) = values[0];
      return 0;
    };
    char* why = nullptr;
    const int code = sqlite3_exec(handle_, sql.c_str(), keep, &last, &why);
    const std::string error = why == nullptr ? "" : why;
    sqlite3_free(why);
    INFO(error);
    REQUIRE(code == SQLITE_OK);
    return last;
  }

 private:
  sqlite3* handle_ = nullptr;
};

}  // namespace joinpass::store

#endif  // JOINPASS_TESTS_UNIT_STORE_RAW_SQLITE_H_
