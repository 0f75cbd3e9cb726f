// How joinpass makes and passes on errors.

#ifndef JOINPASS_LIB_BASE_STATUS_H_
#define JOINPASS_LIB_BASE_STATUS_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "joinpass/reason.h"

namespace joinpass::base {

// The Status code that goes with `reason` (the table of reason.h).
absl::StatusCode CodeOf(Reason reason);

// The reason whose ReasonName() is `name`.
std::optional<Reason> ReasonNamed(std::string_view name);

// kNone: nobody has this name.
Cause CauseNamed(std::string_view name);

// An error that carries `info`. Message form: "where: what", lower case, no
// full stop, our words only.
absl::Status MakeError(const ErrorInfo& info, std::string_view message);
absl::Status MakeError(Reason reason, std::string_view message);

// The same error with another ErrorInfo (the code follows the reason).
absl::Status WithInfo(const absl::Status& status, const ErrorInfo& info);

// `text` fit for ErrorInfo::server_text: at most 256 bytes, printable.
std::string BoundServerText(std::string_view text);

}  // namespace joinpass::base

// Names as in newer Abseil, which has these macros; ours can go then.
#define JOINPASS_CONCAT_(a, b) a##b
#define JOINPASS_CONCAT(a, b) JOINPASS_CONCAT_(a, b)

#define JOINPASS_RETURN_IF_ERROR(expr)                  \
  do {                                                  \
    if (absl::Status status_ = (expr); !status_.ok()) { \
      return status_;                                   \
    }                                                   \
  } while (false)

#define JOINPASS_ASSIGN_OR_RETURN(lhs, expr) \
  JOINPASS_ASSIGN_OR_RETURN_(JOINPASS_CONCAT(or_, __LINE__), lhs, expr, return )

// The same two inside a coroutine.
#define JOINPASS_CO_RETURN_IF_ERROR(expr)               \
  do {                                                  \
    if (absl::Status status_ = (expr); !status_.ok()) { \
      co_return status_;                                \
    }                                                   \
  } while (false)

#define JOINPASS_CO_ASSIGN_OR_RETURN(lhs, expr) \
  JOINPASS_ASSIGN_OR_RETURN_(JOINPASS_CONCAT(or_, __LINE__), lhs, expr, co_return )

#define JOINPASS_ASSIGN_OR_RETURN_(temp, lhs, expr, give_back) \
  auto temp = (expr);                                          \
  if (!temp.ok()) {                                            \
    give_back std::move(temp).status();                        \
  }                                                            \
  lhs = *std::move(temp)

#endif  // JOINPASS_LIB_BASE_STATUS_H_
