// The beginning and the end of an output that may be very long.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace facio::serve {

/// Keeps at most `most` bytes: half of them from the beginning, half from the end.
class OutputWindow {
 public:
  explicit OutputWindow(std::size_t most) : half_(most / 2) {}

  void add(std::string_view piece) {
    total_ += piece.size();
    const std::size_t fits = std::min(half_ - head_.size(), piece.size());
    head_.append(piece.substr(0, fits));
    tail_.append(piece.substr(fits));
    if (tail_.size() > 2 * half_) tail_.erase(0, tail_.size() - half_);  // not with every piece
  }
  [[nodiscard]] std::size_t total() const { return total_; }
  [[nodiscard]] bool cut() const { return total_ > head_.size() + std::min(tail_.size(), half_); }
  /// The parts that were kept, with a line that says how much is missing; they are cut between UTF-8 characters.
  [[nodiscard]] std::string text() const {
    if (!cut()) return head_ + tail_;
    std::string_view first = head_;
    std::string_view last = std::string_view(tail_).substr(tail_.size() > half_ ? tail_.size() - half_ : 0);
    while (!last.empty() && continues(last.front())) last.remove_prefix(1);
    first.remove_suffix(unfinished(first));
    return std::string(first) + "\n[… " + std::to_string(total_ - first.size() - last.size()) + " bytes left out …]\n" + std::string(last);
  }

 private:
  static bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }
  /// How many bytes at the end belong to an incomplete character.
  static std::size_t unfinished(std::string_view text) {
    std::size_t bytes = 1;
    while (bytes < std::min<std::size_t>(text.size(), 4) && continues(text[text.size() - bytes])) ++bytes;
    if (text.empty()) return 0;
    const auto lead = static_cast<unsigned char>(text[text.size() - bytes]);
    const std::size_t whole = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : lead >= 0xC0U ? 2 : 1;
    return bytes < whole ? bytes : 0;
  }

  std::size_t half_;
  std::size_t total_ = 0;
  std::string head_, tail_;
};

}  // namespace facio::serve
