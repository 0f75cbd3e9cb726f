// Numbers and texts in a row, as bytes.

#ifndef JOINPASS_LIB_STORE_BYTE_CODEC_H_
#define JOINPASS_LIB_STORE_BYTE_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/wipe.h"
#include "joinpass/secret.h"

namespace joinpass::store {

// Thread-compatible.
class ByteWriter {
 public:
  void Number(std::uint64_t value);
  void Time(absl::Time value);
  void Text(std::string_view value);
  void Texts(const std::vector<std::string>& values);
  void Secrets(const std::vector<Secret>& values);

  base::Buffer Take() && { return std::move(bytes_); }

 private:
  base::Buffer bytes_;
};

// Reads what a ByteWriter wrote, in the same order. After the first thing that
// is not there all that follows is empty and ok() is false. Borrows `bytes`.
// Thread-compatible.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : left_(bytes) {}

  std::uint64_t Number();
  absl::Time Time();
  std::string_view Text();
  std::vector<std::string> Texts();
  std::vector<Secret> Secrets();

  // Whether all was there, and nothing is left.
  bool AtEnd() const { return ok_ && left_.empty(); }

 private:
  std::string_view Bytes(std::size_t size);
  std::size_t Count();

  std::string_view left_;
  bool ok_ = true;
};

}  // namespace joinpass::store

#endif  // JOINPASS_LIB_STORE_BYTE_CODEC_H_
