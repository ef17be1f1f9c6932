#include "cli/core/decimal.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include "cli/core/text.hpp"

namespace facio {
namespace {

constexpr std::int64_t kLargest = 1'000'000'000'000'000'000;

/// 0.DIGITS * 10^scale, without zeros at either end of the digits; zero has none.
struct Decimal {
  bool negative = false;
  std::string digits = {};
  std::int64_t scale = 0;
};

std::int64_t exponent_of(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t exponent = 0;
  if (text.empty()) return 0;
  if (!read_number(text, exponent)) return text.starts_with('-') ? -kLargest : kLargest;
  return std::clamp(exponent, -kLargest, kLargest);
}

Decimal read(std::string_view text) {
  Decimal number;
  if (text.starts_with('-') || text.starts_with('+')) {
    number.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const auto mark = std::min(text.find_first_of("eE"), text.size());
  const std::string_view mantissa = text.substr(0, mark);
  const auto point = std::min(mantissa.find('.'), mantissa.size());
  number.digits = mantissa.substr(0, point);
  if (point < mantissa.size()) number.digits += mantissa.substr(point + 1);
  const auto first = std::min(number.digits.find_first_not_of('0'), number.digits.size());
  number.scale =
      static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first) + exponent_of(text.substr(std::min(mark + 1, text.size())));
  number.digits.erase(0, first);
  number.digits.erase(number.digits.find_last_not_of('0') + 1);
  if (number.digits.empty()) number = {};
  return number;
}

/// Without their signs.
int compare_sizes(const Decimal& a, const Decimal& b) {
  if (a.digits.empty() || b.digits.empty()) return int{b.digits.empty()} - int{a.digits.empty()};
  if (a.scale != b.scale) return a.scale < b.scale ? -1 : 1;
  const int order = a.digits.compare(b.digits);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

}  // namespace

int compare_decimals(std::string_view a, std::string_view b) {
  const Decimal x = read(a), y = read(b);
  if (x.negative != y.negative) return x.negative ? -1 : 1;
  return x.negative ? compare_sizes(y, x) : compare_sizes(x, y);
}

}  // namespace facio
