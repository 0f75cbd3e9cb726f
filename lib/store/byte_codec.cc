#include "store/byte_codec.h"

#include "crypto/fields.h"
#include "store/millis.h"

namespace joinpass::store {

void ByteWriter::Number(std::uint64_t value) {
  crypto::AppendBigEndian(bytes_, value, sizeof(value));
}

void ByteWriter::Time(absl::Time value) { Number(static_cast<std::uint64_t>(ToMillis(value))); }

void ByteWriter::Text(std::string_view value) {
  Number(value.size());
  base::Append(bytes_, value);
}

void ByteWriter::Texts(const std::vector<std::string>& values) {
  Number(values.size());
  for (const std::string& value : values) Text(value);
}

void ByteWriter::Secrets(const std::vector<Secret>& values) {
  Number(values.size());
  for (const Secret& value : values) Text(value.Reveal());
}

std::string_view ByteReader::Bytes(std::size_t size) {
  if (!ok_ || size > left_.size()) {
    ok_ = false;
    return {};
  }
  const std::string_view bytes = left_.substr(0, size);
  left_.remove_prefix(size);
  return bytes;
}

std::uint64_t ByteReader::Number() {
  std::uint64_t value = 0;
  for (const char byte : Bytes(sizeof(value))) {
    value = (value << 8) | static_cast<unsigned char>(byte);
  }
  return value;
}

absl::Time ByteReader::Time() { return FromMillis(static_cast<std::int64_t>(Number())); }

std::string_view ByteReader::Text() { return Bytes(Number()); }

std::size_t ByteReader::Count() {
  const std::uint64_t count = Number();
  // Each element has at least its length, so a count beyond that is a lie.
  if (count > left_.size() / sizeof(std::uint64_t)) ok_ = false;
  return ok_ ? count : 0;
}

std::vector<std::string> ByteReader::Texts() {
  std::vector<std::string> values(Count());
  for (std::string& value : values) value = Text();
  return values;
}

std::vector<Secret> ByteReader::Secrets() {
  std::vector<Secret> values(Count());
  for (Secret& value : values) value = Secret(Text());
  return values;
}

}  // namespace joinpass::store
