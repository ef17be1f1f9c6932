#include "cli/output/big_numbers.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>

#include "cli/core/text.hpp"

namespace facio::output {
namespace {

constexpr std::string_view kLargestExact = "9007199254740992";  // 2^53
constexpr double kExact = 9007199254740992;
constexpr std::size_t kMostDigits = 300;                             // of a finite double
constexpr double kFirstFar = 137'438'953'481, kFarStep = 1'000'003;  // small enough to show that a fraction was added

bool is_word(char c) { return is_alphanumeric(c) || c == '_'; }
bool is_number_part(char c) { return is_digit(c) || c == '.' || c == 'e' || c == 'E'; }

bool is_big(std::string_view digits) {
  return digits.size() >= kLargestExact.size() && digits.size() <= kMostDigits && digits.front() != '0' &&
         digits.find_first_not_of("0123456789") == std::string_view::npos &&
         (digits.size() > kLargestExact.size() || digits > kLargestExact);
}

/// Whether there may be one, at a glance.
bool has_long_number(std::string_view text) {
  std::size_t run = 0;
  return std::ranges::any_of(text, [&run](char c) {
    run = is_digit(c) ? run + 1 : 0;
    return run >= kLargestExact.size();
  });
}

using Use = std::function<void(std::string_view)>;
using Rest = std::function<void(std::string_view text, bool in_string)>;

/// The number at the start of a text: "12", "1.5e+3".
std::string_view leading_number(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && (is_number_part(text[end]) || ((text[end] == '+' || text[end] == '-') && lower(text[end - 1]) == 'e'))) ++end;
  return text.substr(0, end);
}

/// Calls `number` with every number and `rest` with what is between them, in JSON or a filter; strings are passed over, but for what is
/// computed inside those of a filter.
class Scan {
 public:
  Scan(std::string_view text, Use number, Rest rest) : text_(text), number_(std::move(number)), rest_(std::move(rest)) {}

  void expression(bool inside_string) {
    int depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        string();
      } else if (c == '#') {
        pass(std::min(text_.find('\n', at_), text_.size()) - at_);
      } else if (is_digit(c)) {
        const std::string_view number = leading_number(text_.substr(at_));
        at_ += number.size();
        number_(number);
      } else if (is_word(c) || c == '$' || c == '@') {
        std::size_t length = 1;
        while (at_ + length < text_.size() && is_word(text_[at_ + length])) ++length;
        pass(length);
      } else {
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        if (inside_string && depth < 0) return;
        pass(1);
      }
    }
  }

 private:
  void pass(std::size_t length, bool in_string = false) {
    rest_(text_.substr(at_, length), in_string);
    at_ += length;
  }
  void string() {
    pass(1);
    while (at_ < text_.size()) {
      const std::size_t plain = std::min(text_.find_first_of("\"\\", at_), text_.size()) - at_;
      pass(plain, true);
      if (at_ >= text_.size()) return;
      if (text_[at_] == '"') return pass(1);
      const bool computed = text_.substr(at_, 2) == "\\(";
      pass(std::min<std::size_t>(2, text_.size() - at_));
      if (computed) expression(true);
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Use number_;
  Rest rest_;
};

void scan(std::string_view text, Use number, Rest rest) { Scan(text, std::move(number), std::move(rest)).expression(false); }

/// By value, of digits without leading zeros.
bool comes_before(std::string_view a, std::string_view b) { return a.size() != b.size() ? a.size() < b.size() : a < b; }

bool is_remainder(std::string_view word) { return word == "%" || word == "fmod" || word == "drem"; }

std::string digits_of(double number) {
  char text[400];
  const auto [end, error] = std::to_chars(text, text + sizeof text, number, std::chars_format::fixed, 0);
  return {text, end};
}

}  // namespace

BigNumbers::BigNumbers(std::string_view json, std::string_view filter) {
  if (!has_long_number(json) && !has_long_number(filter)) return;
  double largest = 0;  // of the others: those of the far set are above them, too
  const auto note = [&](std::string_view number) {
    if (is_big(number)) return numbers_.push_back({std::string(number)});
    if (const double other = std::strtod(std::string(number).c_str(), nullptr); other < kExact) largest = std::max(largest, other);
  };
  scan(json, note, [](std::string_view, bool) {});
  scan(filter, note,
       [this](std::string_view word, bool in_string) { takes_remainders_ = takes_remainders_ || (!in_string && is_remainder(word)); });
  if (numbers_.empty()) return;
  example_ = numbers_.front().digits;
  std::ranges::sort(numbers_, comes_before, &Number::digits);
  const auto twice = std::ranges::unique(numbers_, {}, &Number::digits);
  numbers_.erase(twice.begin(), twice.end());
  double last = 0, far = std::max(kFirstFar, std::floor(largest) + 1);
  for (Number& number : numbers_) {
    number.near = std::strtod(number.digits.c_str(), nullptr);
    if (number.near <= last) number.near = std::nextafter(last, HUGE_VAL);
    last = number.near;
    number.far = far;
    far += kFarStep;
  }
}

std::string BigNumbers::with_stand_ins(std::string_view text, Set set) const {
  std::string out;
  const auto number = [&](std::string_view digits) {
    const auto found = std::ranges::lower_bound(numbers_, digits, comes_before, &Number::digits);
    const bool known = found != numbers_.end() && found->digits == digits;
    out += known ? digits_of(set == Set::near ? found->near : found->far) : std::string(digits);
  };
  scan(text, number, [&](std::string_view rest, bool) { out += rest; });
  return out;
}

std::vector<double> BigNumbers::stand_ins(Set set) const {
  std::vector<double> all;
  for (const Number& number : numbers_) all.push_back(set == Set::near ? number.near : number.far);
  return all;
}

std::string BigNumbers::restored(std::string_view results, const std::vector<std::string>& shown) const {
  std::map<std::string_view, std::string_view> digits;
  for (std::size_t i = 0; i < shown.size(); ++i) digits.emplace(shown[i], numbers_[i].digits);
  std::string out;
  while (!results.empty()) {
    const auto* const digit = std::ranges::find_if(results, is_digit);
    out.append(results.begin(), digit);
    results.remove_prefix(static_cast<std::size_t>(digit - results.begin()));
    if (results.empty()) break;
    std::string_view number = leading_number(results);
    while (!is_digit(number.back())) number.remove_suffix(1);
    const auto found = digits.find(number);
    out += found == digits.end() ? number : found->second;
    results.remove_prefix(number.size());
  }
  return out;
}

}  // namespace facio::output
