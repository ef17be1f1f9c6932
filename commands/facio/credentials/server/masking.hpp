// Takes known secrets out of texts that are kept or sent.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/secret.hpp"

namespace facio::credentials {

/// Built once for a set of secrets; then safe from any thread. One pass over a text, however many there are.
class Mask {
 public:
  /// Shorter values are left alone: they would be found in every other word.
  static constexpr std::size_t kShortest = 6;

  /// `shown` takes the place of `value` wherever that occurs, as it is or as it stands inside a JSON string.
  void add(const Secret& value, std::string_view shown);
  /// To be called after the last add().
  void ready();
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::string applied(std::string_view text) const;
  /// How many bytes at the beginning of a text that goes on cannot be part of a value that ends in what is still to come.
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
