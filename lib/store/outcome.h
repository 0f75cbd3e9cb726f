// How a write ended.

#ifndef JOINPASS_LIB_STORE_OUTCOME_H_
#define JOINPASS_LIB_STORE_OUTCOME_H_

namespace joinpass::store {

// How a write ended that depends on what is stored.
enum class Outcome {
  kDone,
  kUnknown,  // there is no such row
  kTaken,    // another row has this value
  kInUse,    // others refer to it
  kMoved,    // the row is not any more as it was seen
  kSame,     // it was so already: nothing was written, no event either
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_OUTCOME_H_
