#include "refresh_world.h"

#include <algorithm>

namespace joinpass::oauth::model {
namespace {

using S = RefreshState;
using E = RefreshEvent;

std::uint8_t Bit(std::uint8_t token) { return static_cast<std::uint8_t>(1U << token); }

// Zoom's part: the new token, or 0 for a refusal.
std::uint8_t Exchange(const Rules& rules, Server& server, std::uint8_t token) {
  if (!IsHonoured(rules, server, token)) return 0;
  const std::uint8_t fresh = ++server.last;
  if (rules.rotation == Rotation::kStrict) {
    server.base = fresh;
  } else if (token == server.base) {
    server.children = static_cast<std::uint8_t>(server.children | Bit(fresh));
  } else {
    server.base = token;
    server.children = Bit(fresh);
  }
  return fresh;
}

class Stepper {
 public:
  Stepper(const Rules& rules, const World& world) : rules_(rules), world_(world) {}

  std::vector<World> All() {
    for (int i = 0; i < rules_.holders; ++i) {
      const auto& holder = world_.holders[static_cast<std::size_t>(i)];
      me_ = static_cast<std::uint8_t>(i);
      if (holder.running == 0) {
        if (holder.runs_left > 0) Start();
        continue;
      }
      Act(holder);
      if (world_.left.crashes > 0) Crash();
      if (rules_.locking == Locking::kLease && world_.locked_by == me_) Lapse();
    }
    Orphans();
    return std::move(found_);
  }

 private:
  Holder& Me(World& world) const { return world.holders[me_]; }

  // The world after `event` of the holder, prepared by `change`.
  template <typename Change>
  void Reach(E event, const Change& change) {
    World next = world_;
    change(next);
    Holder& me = Me(next);
    me.state = Next(me.state, event);
    const bool needs_lock =
        me.state == S::kReading || me.state == S::kOpening || me.state == S::kSending;
    if (needs_lock && next.locked_by != me_) next.unlocked = 1;
    if (IsEnd(me.state)) Finish(next);
    found_.push_back(next);
  }
  void Reach(E event) {
    Reach(event, [](World&) {});
  }

  void Finish(World& next) {
    Holder& me = Me(next);
    if (me.state == S::kRenewed && next.store.fresh == 0) next.undurable = 1;
    me.running = 0;
    me.wire = Wire::kNothing;
    me.wire_token = 0;
    me.seen_token = 0;
    me.seen_sends = 0;
    me.state = S::kLocking;
    // Whoever keeps an answer keeps everybody from spending the token again.
    if (next.locked_by == me_ && me.kept == Kept::kNothing) next.locked_by = kNobody;
  }

  void Start() {
    World next = world_;
    Holder& me = Me(next);
    --me.runs_left;
    me.running = 1;
    me.state = Begin(me.kept != Kept::kNothing);
    found_.push_back(next);
  }

  void Crash() {
    World next = world_;
    --next.left.crashes;
    Holder& me = Me(next);
    if (me.wire == Wire::kTravelling) {
      next.orphans = static_cast<std::uint8_t>(next.orphans | Bit(me.seen_token));
    }
    if (me.wire == Wire::kNewToken)
      next.lost = static_cast<std::uint8_t>(next.lost | Bit(me.seen_token));
    if (me.kept == Kept::kToken)
      next.lost = static_cast<std::uint8_t>(next.lost | Bit(me.kept_spent));
    const std::uint8_t runs = me.runs_left;
    me = Holder();
    me.runs_left = runs;
    if (next.locked_by == me_ && rules_.locking == Locking::kKernel) next.locked_by = kNobody;
    found_.push_back(next);
  }

  void Lapse() {
    World next = world_;
    next.locked_by = kNobody;
    found_.push_back(next);
  }

  // What a killed holder sent reaches Zoom, or does not.
  void Orphans() {
    for (std::uint8_t token = 0; token < 8; ++token) {
      if ((world_.orphans & Bit(token)) == 0) continue;
      World next = world_;
      next.orphans = static_cast<std::uint8_t>(next.orphans & ~Bit(token));
      found_.push_back(next);
      if (Exchange(rules_, next.server, token) != 0) {
        next.lost = static_cast<std::uint8_t>(next.lost | Bit(token));
      }
      found_.push_back(next);
    }
  }

  void Refuse() {
    if (world_.left.refusals == 0) return;
    Reach(E::kStoreFails, [](World& next) { --next.left.refusals; });
  }

  void Act(const Holder& me) {
    switch (me.state) {
      case S::kLocking:
        if (world_.locked_by == kNobody || world_.locked_by == me_) {
          Reach(E::kLocked, [this](World& next) { next.locked_by = me_; });
        } else {
          Reach(E::kTimeUp);
        }
        return Refuse();
      case S::kReading:
        Read();
        return Refuse();
      case S::kOpening:
        Open(me);
        return Refuse();
      case S::kSending:
        return me.wire == Wire::kNothing ? Send(me) : Hear(me);
      case S::kUndoing:
        Reach(E::kWritten, [&me](World& next) {
          if (next.store.token == me.seen_token && next.store.sends > 0) --next.store.sends;
        });
        return Refuse();
      default:
        Save(me);
        return Refuse();
    }
  }

  // Whether an open `pending` may be due: nothing that was sent still travels.
  bool MayBeDue() const {
    return world_.orphans == 0 &&
           std::none_of(world_.holders.begin(), world_.holders.end(),
                        [](const Holder& one) { return one.wire == Wire::kTravelling; });
  }

  void Read() {
    const Store& store = world_.store;
    if (store.fresh != 0) return Reach(E::kNoNeed);
    if (store.verdict != Verdict::kNone) return Reach(E::kCondemned);
    if (store.sends > 0) Reach(E::kNotDue);
    if (store.sends > 0 && !MayBeDue()) return;
    if (world_.locked_by != me_) return Reach(E::kLeaseShort);
    Reach(E::kSpendable, [this](World& next) {
      Me(next).seen_token = next.store.token;
      Me(next).seen_sends = next.store.sends;
    });
  }

  void Open(const Holder& me) {
    if (world_.store.token != me.seen_token || world_.store.sends != me.seen_sends) {
      return Reach(E::kVoid);
    }
    Reach(E::kWritten, [](World& next) { ++next.store.sends; });
    // It is written, and the store says that it is not.
    if (world_.left.refusals == 0) return;
    Reach(E::kStoreFails, [](World& next) {
      ++next.store.sends;
      --next.left.refusals;
    });
  }

  void Send(const Holder& me) {
    if (world_.locked_by != me_) return Reach(E::kLeaseShort);
    if (world_.left.losses > 0) {
      Reach(E::kNotSpent, [](World& next) { --next.left.losses; });
    }
    World next = world_;
    for (const Holder& other : next.holders) {
      const bool same =
          &other != &Me(next) && other.wire != Wire::kNothing && other.seen_token == me.seen_token;
      if (same && (other.wire == Wire::kTravelling || rules_.locking == Locking::kKernel)) {
        next.doubled = 1;
      }
      const bool kept = other.kept != Kept::kNothing && other.kept_spent == me.seen_token;
      if (kept && rules_.locking == Locking::kKernel) next.doubled = 1;
    }
    // Without an open intent of before, nobody has ever sent this token.
    if (me.seen_sends == 0 && (next.orphans & Bit(me.seen_token)) != 0) next.doubled = 1;
    if (me.seen_sends == 0 && (next.lost & Bit(me.seen_token)) != 0) next.doubled = 1;
    Me(next).wire = Wire::kTravelling;
    found_.push_back(next);
  }

  void Hear(const Holder& me) {
    switch (me.wire) {
      case Wire::kTravelling: {
        World next = world_;
        const std::uint8_t fresh = Exchange(rules_, next.server, me.seen_token);
        Me(next).wire = fresh != 0 ? Wire::kNewToken : Wire::kRefused;
        Me(next).wire_token = fresh;
        found_.push_back(next);
        if (world_.left.losses == 0) return;
        World never = world_;
        --never.left.losses;
        Me(never).wire = Wire::kLost;
        found_.push_back(never);
        return;
      }
      case Wire::kLost:
        return Reach(E::kNoAnswer);
      default:
        break;
    }
    const bool answered = me.wire == Wire::kNewToken;
    Reach(answered ? E::kAnswered : E::kTokenRefused, [&, this](World& next) {
      Holder& it = Me(next);
      it.kept = answered ? Kept::kToken : Kept::kVerdict;
      it.kept_spent = me.seen_token;
      it.kept_token = me.wire_token;
      it.kept_verdict = answered            ? Verdict::kNone
                        : me.seen_sends > 0 ? Verdict::kAnswerLost
                                            : Verdict::kRevoked;
      it.wire = Wire::kNothing;
      it.wire_token = 0;
    });
    if (world_.left.losses == 0) return;
    Reach(E::kNoAnswer, [&, this](World& next) {
      --next.left.losses;
      if (answered) next.lost = static_cast<std::uint8_t>(next.lost | Bit(me.seen_token));
      Me(next).wire = Wire::kNothing;
      Me(next).wire_token = 0;
    });
  }

  void Save(const Holder& me) {
    const auto forget = [this](World& next) {
      Holder& it = Me(next);
      it.kept = Kept::kNothing;
      it.kept_spent = 0;
      it.kept_token = 0;
      it.kept_verdict = Verdict::kNone;
    };
    if (world_.store.token != me.kept_spent) return Reach(E::kVoid, forget);
    Reach(E::kWritten, [&](World& next) {
      if (me.kept == Kept::kToken) {
        next.store = {.token = me.kept_token, .fresh = 1, .sends = 0, .verdict = Verdict::kNone};
      } else {
        if (next.store.verdict == Verdict::kNone) next.store.verdict = me.kept_verdict;
        if (next.store.sends > 0) --next.store.sends;
      }
      forget(next);
    });
  }

  const Rules& rules_;
  const World& world_;
  std::uint8_t me_ = 0;
  std::vector<World> found_;
};

}  // namespace

bool IsHonoured(const Rules& rules, const Server& server, std::uint8_t token) {
  if (token == server.base) return true;
  return rules.rotation == Rotation::kLenient && (server.children & Bit(token)) != 0;
}

World FirstWorld(const Rules& rules, const Budget& budget) {
  World world;
  world.left = budget;
  world.left.runs = 0;
  for (int i = 0; i < rules.holders; ++i) {
    world.holders[static_cast<std::size_t>(i)].runs_left = budget.runs;
  }
  return world;
}

std::vector<World> StepsFrom(const Rules& rules, const World& world) {
  return Stepper(rules, world).All();
}

bool IsEndState(const World& world) {
  return world.orphans == 0 && std::all_of(world.holders.begin(), world.holders.end(),
                                           [](const Holder& one) { return one.running == 0; });
}

namespace {

World RunAlone(const Rules& rules, World world, std::size_t holder) {
  world.holders[holder].runs_left = 1;
  while (true) {
    const std::vector<World> next = StepsFrom(rules, world);
    if (next.empty()) return world;
    // The last one is the due send where a wait is possible, too.
    world = next.back();
  }
}

}  // namespace

World RunInPeace(const Rules& rules, World world) {
  const Rules peace = {rules.rotation, Locking::kKernel, rules.holders};
  world.left = {.runs = 0, .crashes = 0, .losses = 0, .refusals = 0};
  for (Holder& holder : world.holders) holder.runs_left = 0;
  if (rules.locking == Locking::kLease) world.locked_by = kNobody;
  // First those that still have something to write.
  for (std::size_t i = 0; i < world.holders.size(); ++i) {
    if (world.holders[i].kept != Kept::kNothing) world = RunAlone(peace, world, i);
  }
  return RunAlone(peace, world, 0);
}

}  // namespace joinpass::oauth::model
