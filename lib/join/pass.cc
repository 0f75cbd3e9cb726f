#include <utility>

#include "base/undying.h"
#include "joinpass/join.h"

namespace joinpass {
namespace {

const Secret& Nothing() {
  static base::Undying<Secret> nothing;
  return nothing.get();
}

}  // namespace

JoinPass::JoinPass(Content content) : content_(std::move(content)) {}

const Secret& JoinPass::zak() const {
  return content_.identity == Identity::kZak ? content_.identity_token.value : Nothing();
}

const Secret& JoinPass::on_behalf_token() const {
  return content_.identity == Identity::kOnBehalfOf ? content_.identity_token.value : Nothing();
}

}  // namespace joinpass
