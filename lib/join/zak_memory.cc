#include "join/zak_memory.h"

namespace joinpass::join {
namespace {

constexpr std::size_t kMostKept = 1024;

}  // namespace

bool ZakMemory::IsOver(const Flight& flight, SteadyTime now) {
  if (!flight.landed()) return false;
  const absl::StatusOr<JoinPass::Token>& token = *flight.value();
  return !token.ok() || token->expires_at - now < kLeastLeft;
}

std::shared_ptr<ZakMemory::Flight> ZakMemory::Find(const Owner& owner, SteadyTime now) {
  const auto found = flights_.find({owner.credential_id, owner.user_id});
  if (found == flights_.end() || IsOver(*found->second, now)) return nullptr;
  return found->second;
}

void ZakMemory::Begin(const Owner& owner, std::shared_ptr<Flight> asked, SteadyTime now) {
  std::erase_if(flights_, [now](const auto& entry) { return IsOver(*entry.second, now); });
  if (flights_.size() >= kMostKept) flights_.erase(flights_.begin());
  flights_.insert_or_assign({owner.credential_id, owner.user_id}, std::move(asked));
}

bool ZakMemory::Knows(const std::string& credential_id, const std::string& user_id,
                      SteadyTime expires_at) const {
  const auto found = flights_.find({credential_id, user_id});
  if (found == flights_.end() || !found->second->landed()) return false;
  const absl::StatusOr<JoinPass::Token>& token = *found->second->value();
  return token.ok() && token->expires_at == expires_at;
}

void ZakMemory::Forget(const std::string& credential_id, const std::string& user_id,
                       SteadyTime expires_at) {
  if (Knows(credential_id, user_id, expires_at)) flights_.erase({credential_id, user_id});
}

}  // namespace joinpass::join
