// Breaks at a word that nobody gives it: whether faults are found at all.

#include "fuzz/require.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = joinpass::fuzz::TextOf(data, size);
  if (size < 4 || text[0] != 'z' || text[1] != 'o' || text[2] != 'o') return 0;
  joinpass::fuzz::Require(text[3] != 'm', "the word was not found");
  return 0;
}
