#include "oauth/token_memory.h"

#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace joinpass::oauth {
namespace {

constexpr std::size_t kMostHeld = 4096;
constexpr absl::Duration kForgetAfter = absl::Hours(2);

bool IsNoMore(const absl::Status& status) {
  const Reason reason = ReasonOf(status);
  return reason == Reason::kCredentialUnknown || reason == Reason::kCredentialDisconnecting;
}

// What is held, to be stored in the place of its own past.
Unsaved UnsavedOf(const Held& held, const store::CredentialRecord& stored) {
  Unsaved unsaved;
  unsaved.app_id = held.app_id;
  unsaved.spent = stored.tokens.refresh_token;
  unsaved.tokens = held.tokens;
  return unsaved;
}

}  // namespace

// In the place of the one that was not used for longest if there are too many.
TokenMemory::EntryPtr TokenMemory::Of(const std::string& credential_id) {
  EntryPtr entry;
  const auto it = entries_.find(credential_id);
  if (it != entries_.end()) {
    entry = it->second;
  } else {
    if (entries_.size() >= kMostHeld) ForgetLongestUnused();
    entry = std::make_shared<Entry>();
    entries_.emplace(credential_id, entry);
  }
  entry->used_at = context_.clock.SteadyNow();
  return entry;
}

std::vector<std::pair<std::string, TokenMemory::EntryPtr>> TokenMemory::All() const {
  return {entries_.begin(), entries_.end()};
}

// Whether nobody works with it, and nothing is in it that is nowhere else.
bool TokenMemory::IsIdle(const EntryPtr& entry) {
  return entry.use_count() == 1 && !entry->unsaved;
}

void TokenMemory::ForgetLongestUnused() {
  auto oldest = entries_.end();
  for (auto it = entries_.begin(); it != entries_.end(); ++it) {
    if (!IsIdle(it->second)) continue;
    if (oldest == entries_.end() || it->second->used_at < oldest->second->used_at) oldest = it;
  }
  if (oldest == entries_.end()) return;
  cache_.Drop(oldest->first);
  entries_.erase(oldest);
}

void TokenMemory::ForgetUnused() {
  const SteadyTime since = context_.clock.SteadyNow() - kForgetAfter;
  for (auto it = entries_.begin(); it != entries_.end();) {
    const bool unused = IsIdle(it->second) && it->second->used_at < since;
    if (unused) cache_.Drop(it->first);
    it = unused ? entries_.erase(it) : std::next(it);
  }
}

base::Task<absl::Status> TokenMemory::Load(EntryPtr entry, std::string credential_id) {
  auto& records = context_.records;
  absl::StatusOr<Stored> stored = co_await context_.OffLoop(
      service::Lane::kReads, [&] { return ReadStored(records, credential_id); });
  co_return Take(*entry, credential_id, std::move(stored));
}

absl::Status TokenMemory::Take(Entry& entry, const std::string& credential_id,
                               absl::StatusOr<Stored> stored) {
  if (stored.ok() && stored->credential.health == Health::kDisconnecting) {
    stored = base::MakeError(Reason::kCredentialDisconnecting,
                             "access token: the credential is being disconnected");
  }
  if (!stored.ok()) {
    if (IsNoMore(stored.status())) Forget(credential_id);
    return stored.status();
  }
  if (entry.held.HasOutlived(stored->credential)) {
    // What is stored was spent long ago: what is held takes its place.
    if (entry.unsaved) return absl::OkStatus();
    entry.unsaved = UnsavedOf(entry.held.held(), stored->credential);
    context_.listeners.Notify("store_put_back",
                              absl::StrCat("an older file of the store was put in its place: ",
                                           credential_id, " is stored anew from memory"));
    return absl::OkStatus();
  }
  entry.held.Put(std::move(stored->credential), stored->app, context_.Now());
  Publish(entry, credential_id);
  return absl::OkStatus();
}

void TokenMemory::Publish(const Entry& entry, const std::string& credential_id) {
  if (!entry.held.known() || AgeOf(LeftOf(entry)) != TokenAge::kFresh) {
    return cache_.Drop(credential_id);
  }
  const Grant grant = GrantOf(entry);
  cache_.Put(credential_id,
             {.value = grant.access.access_token,
              .expires_at = grant.access_expires_at,
              .api_origin = message::WriteOrigin(grant.access.api_origin)},
             context_.Now());
}

TokenMemory::StatusFlight TokenMemory::Launch(Entry& entry, StatusFlight Entry::*slot,
                                              base::Task<absl::Status> task) {
  auto flight = std::make_shared<base::Flight<absl::Status>>(context_.loop);
  if (context_.closing->begun()) {
    flight->Land(base::MakeError(Reason::kCancelled, "access token: the engine is closing"));
    return flight;
  }
  entry.*slot = flight;
  base::Start<absl::Status>(std::move(task),
                            [kept = entry.shared_from_this(), slot, flight](absl::Status status) {
                              (*kept.*slot).reset();
                              flight->Land(std::move(status));
                            });
  return flight;
}

void TokenMemory::Reject(const std::string& credential_id, const Secret& access_token) {
  Of(credential_id)->held.Reject(access_token);
  cache_.Drop(credential_id);
}

void TokenMemory::Forget(const std::string& credential_id) {
  cache_.Drop(credential_id);
  const auto it = entries_.find(credential_id);
  if (it != entries_.end()) it->second->held.Forget();
}

}  // namespace joinpass::oauth
