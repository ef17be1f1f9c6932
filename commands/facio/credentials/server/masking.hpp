// Replaces known secrets in text.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/secret.hpp"

namespace facio::credentials {

/// A stretch of a text that holds a secret, and what is shown instead.
struct MaskedPart {
  std::size_t begin = 0, end = 0;
  std::string_view shown;  ///< lives as long as the mask
};

/// Built once for a set of secrets, then safe from any thread. Takes linear time, however many secrets there are. A secret is found as it
/// is, escaped inside a JSON string, reversed, in percent form, and in base64 (at any alignment, also its URL form) and hex, also where
/// these are spread over lines or set apart by blanks, %, \\x and colons. Other forms are not: see README.
class Mask {
 public:
  /// Shorter values are not masked: they would match in every other word.
  static constexpr std::size_t kShortest = 6;

  /// Replaces `value` with `shown` in each of its forms.
  void add(const Secret& value, std::string_view shown);
  /// Call after the last add().
  void ready();
  [[nodiscard]] bool empty() const { return plain_.empty(); }
  /// In order and apart from each other.
  [[nodiscard]] std::vector<MaskedPart> parts(std::string_view text) const;
  [[nodiscard]] std::string applied(std::string_view text) const;
  /// How long a prefix of an unfinished text can be masked: it ends before anything that may be the beginning of a value.
  [[nodiscard]] std::size_t settled(std::string_view text) const;

 private:
  /// Values that are looked for in one reading of a text.
  class Forms {
   public:
    void add(std::string value, const std::string& shown);
    void ready();
    [[nodiscard]] bool empty() const { return entries_.empty(); }
    /// The length of what the text begins with; 0 when that is no value.
    [[nodiscard]] std::size_t found_at(std::string_view text, std::string_view& shown) const;
    [[nodiscard]] bool may_become_one(std::string_view rest) const;
    [[nodiscard]] std::size_t longest() const { return longest_; }

   private:
    struct Entry {
      Secret value;
      std::string shown;
      [[nodiscard]] std::uint64_t start() const { return start_of(value.reveal()); }
    };
    /// The first kShortest bytes of a text that has so many.
    static std::uint64_t start_of(std::string_view text) {
      std::uint64_t start = 0;
      for (std::size_t i = kShortest; i-- > 0;) start = (start << 8U) | static_cast<unsigned char>(text[i]);
      return start;
    }
    std::vector<Entry> entries_;  ///< by start
    std::size_t longest_ = 0;
    std::bitset<65536> starts_;  ///< first two bytes of any value
  };

  static void find(const Forms& forms, std::string_view text, const std::vector<std::uint32_t>& places, std::vector<MaskedPart>& out);

  Forms plain_, base64_, hex_;
};

}  // namespace facio::credentials
