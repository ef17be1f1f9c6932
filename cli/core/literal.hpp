// A text as a template argument: ListOf<Peer, "PeerList", …>.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace facio {

template <std::size_t size>
struct Literal {
  char bytes[size];

  constexpr Literal(const char (&text)[size]) { std::copy_n(text, size, bytes); }
  /// Of a template argument: valid for ever.
  [[nodiscard]] constexpr std::string_view view() const { return {bytes, size - 1}; }
};

}  // namespace facio
