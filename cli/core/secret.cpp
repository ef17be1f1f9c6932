#include "cli/core/secret.hpp"

#include <cstring>

namespace facio {

// All of the capacity: a string that was moved from is empty, but may still hold the bytes of a short secret.
void Secret::wipe() noexcept { explicit_bzero(value_.data(), value_.capacity()); }

Secret& Secret::operator=(const Secret& other) { return *this = Secret(other); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    value_ = std::move(other.value_);
    other.wipe();
  }
  return *this;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const volatile unsigned char other = b.empty() ? 0 : static_cast<unsigned char>(b[i % b.size()]);
    difference |= static_cast<unsigned char>(a[i]) ^ other;
  }
  const volatile unsigned result = difference;
  return result == 0;
}

}  // namespace facio
