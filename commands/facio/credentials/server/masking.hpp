// Replaces known secrets in text.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/secret.hpp"

namespace facio::credentials {

/// Built once for a set of secrets, then safe from any thread. Takes one pass over a text, however many secrets there are.
class Mask {
 public:
  /// Shorter values are not masked: they would match in every other word.
  static constexpr std::size_t kShortest = 6;

  /// Replaces `value` with `shown`, also where it is escaped inside a JSON string.
  void add(const Secret& value, std::string_view shown);
  /// Call after the last add().
  void ready();
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::string applied(std::string_view text) const;
  /// How long a prefix of an unfinished text can be masked: it ends before anything that may be the beginning of a value.
  [[nodiscard]] std::size_t settled(std::string_view text) const;

 private:
  static std::uint16_t start_of(std::string_view text) {
    return static_cast<std::uint16_t>(static_cast<unsigned char>(text[0]) | (static_cast<unsigned char>(text[1]) << 8U));
  }
  struct Entry {
    Secret value;
    std::string shown;
    [[nodiscard]] std::uint16_t start() const { return start_of(value.reveal()); }
  };
  [[nodiscard]] const Entry* found_at(std::string_view text) const;

  std::vector<Entry> entries_;  ///< by start, the longest first
  std::size_t longest_ = 0;
  std::bitset<65536> starts_;  ///< first two bytes of any value
};

}  // namespace facio::credentials
