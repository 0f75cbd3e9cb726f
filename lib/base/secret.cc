#include "joinpass/secret.h"

#include <cstring>
#include <utility>

#include "base/wipe.h"

namespace joinpass {
namespace base {

void Wipe(void* bytes, std::size_t size) {
  if (size == 0) return;
  std::memset(bytes, 0, size);
  // The memory "may be read" here, so the store above stays.
  asm volatile("" : : "r"(bytes) : "memory");
}

void Wipe(std::string& text) {
  text.resize(text.capacity());
  Wipe(text.data(), text.size());
  text.clear();
}

}  // namespace base

Secret::Secret(std::string_view value)
    : bytes_(value.empty() ? nullptr : new char[value.size()]), size_(value.size()) {
  if (size_ > 0) std::memcpy(bytes_.get(), value.data(), size_);
}

Secret Secret::Take(std::string&& value) {
  Secret secret{std::string_view(value)};
  base::Wipe(value);
  return secret;
}

Secret::Secret(const Secret& other) : Secret(other.Reveal()) {}

Secret::Secret(Secret&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) *this = Secret(other);
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    Wipe();
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

Secret::~Secret() { Wipe(); }

void Secret::Wipe() {
  if (bytes_) base::Wipe(bytes_.get(), size_);
  bytes_.reset();
  size_ = 0;
}

bool operator==(const Secret& a, const Secret& b) {
  if (a.size_ != b.size_) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size_; ++i) {
    difference |= static_cast<unsigned char>(a.bytes_[i]) ^ static_cast<unsigned char>(b.bytes_[i]);
  }
  return difference == 0;
}

}  // namespace joinpass
