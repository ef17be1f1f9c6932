// A text that a table holds in place: a row with one needs no relocation at start, as one with a pointer does.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace facio {

template <std::size_t most>
class ShortText {
 public:
  template <std::size_t size>
  consteval ShortText(const char (&text)[size]) : size_(size - 1) {  // NOLINT(google-explicit-constructor): written as a literal
    static_assert(size - 1 <= most);
    std::copy_n(text, size - 1, bytes_);
  }
  /// Refers to this object.
  constexpr operator std::string_view() const { return {bytes_, size_}; }  // NOLINT(google-explicit-constructor): what it stands for

 private:
  char bytes_[most] = {};
  std::uint8_t size_;
};

}  // namespace facio
