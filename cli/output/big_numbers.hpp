// Integers beyond 2^53 in filters of jq, whose numbers are doubles: stand-ins go in, and what comes out is exact or is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace facio::output {

/// The integers beyond 2^53 of a reply and a filter. Each gets a stand-in in two sets of doubles which have nothing in common but their
/// order: `near` the integers themselves, and `far` from them. What a filter gives for both, after the integers are put back, does not
/// depend on their values but on which of them is where and on their order, and so is exact. Everything else was computed from rounded
/// values.
class BigNumbers {
 public:
  enum class Set : bool { near, far };

  /// `json` is checked JSON.
  BigNumbers(std::string_view json, std::string_view filter);

  [[nodiscard]] bool empty() const { return numbers_.empty(); }
  /// The first of them, for messages.
  [[nodiscard]] const std::string& example() const { return example_; }
  /// Whether the filter takes remainders, which cannot be told from exact ones in this way.
  [[nodiscard]] bool takes_remainders() const { return takes_remainders_; }

  /// The JSON, or the filter, with stand-ins for its numbers.
  [[nodiscard]] std::string with_stand_ins(std::string_view text, Set set) const;
  /// The doubles of a set, in the order of the integers.
  [[nodiscard]] std::vector<double> stand_ins(Set set) const;
  /// Results with the integers put back; `shown` holds what the stand-ins look like in them, in their order.
  [[nodiscard]] std::string restored(std::string_view results, const std::vector<std::string>& shown) const;

 private:
  struct Number {
    std::string digits;  ///< without sign
    double near = 0, far = 0;
  };
  std::vector<Number> numbers_;  ///< in their order
  std::string example_;
  bool takes_remainders_ = false;
};

}  // namespace facio::output
