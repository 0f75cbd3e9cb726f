// Rows of directory.db, as several of its parts read and write them.

#ifndef JOINPASS_LIB_STORE_SQLITE_DIRECTORY_ROWS_H_
#define JOINPASS_LIB_STORE_SQLITE_DIRECTORY_ROWS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "store/rows.h"
#include "store/sqlite/connection.h"

namespace joinpass::store::sqlite {

// The number of an app, by its id, and back.
#define JOINPASS_SQL_APP "(SELECT seq FROM app WHERE id=?)"
#define JOINPASS_SQL_APP_ID(table) "(SELECT id FROM app WHERE seq=" table ".app)"

// What ReadHostRow() reads.
#define JOINPASS_SQL_HOST                                                             \
  "user_key, account_key, number_key, vanity_key, email_key, account_at, number_at, " \
  "vanity_at, email_at, inactive, inactive_at, meetings_at, webinars_at, sealed"
#define JOINPASS_SQL_SELECT_HOST(more) \
  "SELECT " JOINPASS_SQL_HOST ", " JOINPASS_SQL_APP_ID("host") more " FROM host "
#define JOINPASS_SQL_HOSTS_UNDER "(SELECT seq FROM host WHERE user_key IN " JOINPASS_SQL_KEYS ")"

HostRow ReadHostRow(const Statement& row);

// Within a transaction. Has the app's number, from now on.
absl::Status NumberApp(Connection& db, const std::string& app_id);

// Within a transaction, where a host has two rows, under keys of two rings: his meetings
// go from the row under `from` to that under `to`. Nothing if either is not there.
absl::Status MoveMeetings(Connection& db, std::string_view from, std::string_view to);

}  // namespace joinpass::store::sqlite

#endif  // JOINPASS_LIB_STORE_SQLITE_DIRECTORY_ROWS_H_
