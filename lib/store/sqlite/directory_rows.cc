#include "store/sqlite/directory_rows.h"

#include "base/status.h"

namespace joinpass::store::sqlite {

HostRow ReadHostRow(const Statement& row) {
  return {.app_id = row.TextAt(14),
          .user_key = row.BytesAt(0),
          .account_key = row.BytesAt(1),
          .number_key = row.BytesAt(2),
          .vanity_key = row.BytesAt(3),
          .email_key = row.BytesAt(4),
          .account_at = row.TimeAt(5),
          .number_at = row.TimeAt(6),
          .vanity_at = row.TimeAt(7),
          .email_at = row.TimeAt(8),
          .inactive = row.NumberAt(9) != 0,
          .inactive_at = row.TimeAt(10),
          .meetings_listed_at = row.TimeAt(11),
          .webinars_listed_at = row.TimeAt(12),
          .sealed = row.BytesAt(13)};
}

absl::Status NumberApp(Connection& db, const std::string& app_id) {
  JOINPASS_ASSIGN_OR_RETURN(Statement number, db.Use("INSERT OR IGNORE INTO app(id) VALUES(?)"));
  return number.Text(app_id).Run();
}

absl::Status MoveMeetings(Connection& db, std::string_view from, std::string_view to) {
  JOINPASS_ASSIGN_OR_RETURN(Statement move,
                            db.Use("UPDATE meeting SET host=stays.seq "
                                   "FROM (SELECT seq FROM host WHERE user_key=?) AS stays "
                                   "WHERE host=(SELECT seq FROM host WHERE user_key=?)"));
  return move.Bytes(to).Bytes(from).Run();
}

}  // namespace joinpass::store::sqlite
