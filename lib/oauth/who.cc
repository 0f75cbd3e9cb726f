#include "oauth/who.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "oauth/delegated_tokens.h"
#include "zoom/access_token_claims.h"
#include "zoom/endpoints.h"

namespace joinpass::oauth {
namespace {

using store::Consenter;
using store::CredentialRecord;

// What the id of an account is called that nothing tells but who owns it.
constexpr char kAccountOfOwner[] = "owner:";

// 300 users a page. A list that never ends is cut here.
constexpr int kMostPages = 1000;

absl::StatusOr<Consenter> Checked(Consenter consenter, AppKind kind) {
  const auto whose = store::Principal::Of(kind, consenter.user_id, consenter.account_id);
  if (!whose.id.empty()) return consenter;
  return base::MakeError(Reason::kAnswerInvalid, "consent: Zoom does not name whose it is");
}

// `refusal`: the token says nothing of use.
absl::StatusOr<Consenter> WhoTheTokenNames(const Secret& access_token, AppKind kind,
                                           const absl::Status& refusal) {
  const auto claims = zoom::ReadAccessTokenClaims(access_token);
  if (!claims) return refusal;
  Consenter consenter;
  consenter.user_id = claims->user_id;
  consenter.account_id = claims->account_id;
  const absl::StatusOr<Consenter> checked = Checked(std::move(consenter), kind);
  return checked.ok() ? checked : refusal;
}

// The account, by its owner: a list of its users is all that may be asked for.
base::Task<absl::StatusOr<Consenter>> AskForOwner(AuthorizedCalls& calls, Caller caller,
                                                  SteadyTime deadline) {
  std::string page_token;
  for (int pages = 0; pages < kMostPages; ++pages) {
    JOINPASS_CO_ASSIGN_OR_RETURN(
        const Called<zoom::UserPage> called,
        co_await calls.Call(zoom::ListUsers(page_token), caller, deadline));
    for (const zoom::UserPage::Entry& user : called.value.users) {
      if (!user.is_owner) continue;
      Consenter consenter;
      consenter.account_id = absl::StrCat(kAccountOfOwner, user.id);
      co_return consenter;
    }
    if (called.value.next_page_token.empty() || called.value.next_page_token == page_token) break;
    page_token = called.value.next_page_token;
  }
  co_return base::MakeError(Reason::kAnswerInvalid, "consent: the account's list has no owner");
}

}  // namespace

base::Task<absl::Status> CheckIsHis(AuthorizedCalls& calls, CredentialRecord credential,
                                    zoom::User found) {
  if (!credential.IsDelegated()) co_return absl::OkStatus();
  const auto whose = store::Principal::Of(credential.app_kind, found.id, found.account_id);
  const std::string& known = credential.principal().id;
  // An account that is known by its owner has no other id to be compared with.
  if (whose.id.empty() || known.starts_with(kAccountOfOwner)) co_return absl::OkStatus();
  if (whose.id != known) {
    const absl::Status wrong = OfSomebodyElse();
    (void)co_await calls.tokens().Hear(credential.id, wrong);
    co_return wrong;
  }
  if (credential.cause == Cause::kWrongUser) {
    (void)co_await calls.tokens().Hear(credential.id, absl::OkStatus());
  }
  co_return absl::OkStatus();
}

base::Task<absl::StatusOr<Consenter>> AskWho(AuthorizedCalls& calls, Caller caller, AppKind kind,
                                             SteadyTime deadline) {
  auto user = co_await calls.Call(zoom::GetUser(zoom::Whom::Me()), caller, deadline);
  if (!user.ok()) {
    if (ReasonOf(user.status()) != Reason::kScopeMissing) co_return user.status();
    JOINPASS_CO_ASSIGN_OR_RETURN(const Grant grant, co_await calls.GrantOf(caller, deadline));
    absl::StatusOr<Consenter> named =
        WhoTheTokenNames(grant.access.access_token, kind, user.status());
    if (named.ok() || kind == AppKind::kUserManaged) co_return named;
    absl::StatusOr<Consenter> owner = co_await AskForOwner(calls, std::move(caller), deadline);
    const bool may = ReasonOf(owner.status()) != Reason::kScopeMissing;
    co_return may ? std::move(owner) : std::move(named);
  }
  Consenter consenter;
  consenter.user_id = std::move(user->value.id);
  consenter.account_id = std::move(user->value.account_id);
  consenter.email = std::move(user->value.email);
  co_return Checked(std::move(consenter), kind);
}

}  // namespace joinpass::oauth
