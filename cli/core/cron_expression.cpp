#include "cli/core/cron_expression.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "cli/core/text.hpp"

namespace facio {
namespace {

constexpr std::string_view kMonthNames[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view kWeekdayNames[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

/// One of the five fields: its name in messages, its range and its names.
struct FieldRule {
  std::string_view name;
  int least;
  int greatest;
  std::span<const std::string_view> names = {};
  int first_name = 0;  ///< the value that the first name stands for
};
constexpr FieldRule kRules[] = {
    {"minute", 0, 59}, {"hour", 0, 23}, {"day-of-month", 1, 31}, {"month", 1, 12, kMonthNames, 1}, {"day-of-week", 0, 7, kWeekdayNames, 0},
};
constexpr std::size_t kFields = std::size(kRules);

constexpr std::pair<std::string_view, std::string_view> kMacros[] = {
    {"@hourly", "0 * * * *"},  {"@daily", "0 0 * * *"},  {"@midnight", "0 0 * * *"}, {"@weekly", "0 0 * * 0"},
    {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"},
};

/// What one field allows and how it was written.
struct FieldSet {
  std::uint64_t values = 0;
  bool star = false;      ///< begins with * or ?
  bool interval = false;  ///< holds a * or a step
};

tl::unexpected<Error> bad(const FieldRule& rule, std::string_view part, const std::string& problem) {
  std::string message = "the " + std::string(rule.name) + " field";
  if (!part.empty()) message += " has \"" + std::string(part) + "\"";
  return fail(Code::rejected, message + ": " + problem);
}

std::string range_of(const FieldRule& rule) {
  std::string text = std::to_string(rule.least) + " to " + std::to_string(rule.greatest);
  if (!rule.names.empty()) text += " or " + std::string(rule.names.front()) + " to " + std::string(rule.names.back());
  return text;
}

/// At most four digits, without a sign.
std::optional<int> number(std::string_view text) {
  unsigned value = 0;
  return text.size() <= 4 && read_number(text, value) ? std::optional(static_cast<int>(value)) : std::nullopt;
}

Result<int> read_value(const FieldRule& rule, std::string_view text, std::string_view part) {
  for (std::size_t i = 0; i < rule.names.size(); ++i)
    if (equals_ignoring_case(text, rule.names[i])) return rule.first_name + static_cast<int>(i);
  const auto value = number(text);
  if (!value || *value < rule.least || *value > rule.greatest) return bad(rule, part, "must be " + range_of(rule));
  return *value;
}

/// One element of a list: "*", "5", "1-5", "mon-fri", any of them with "/step".
Status read_part(const FieldRule& rule, std::string_view part, FieldSet& set) {
  if (part.empty()) return bad(rule, {}, "has an empty element in its list");
  const auto slash = part.find('/');
  const std::string_view range = part.substr(0, slash);
  const bool star = range == "*" || range == "?";
  int low = rule.least;
  int high = rule.greatest;
  if (!star) {
    const auto dash = range.find('-');
    auto first = read_value(rule, range.substr(0, dash), part);
    if (!first) return fail(std::move(first.error()));
    low = *first;
    if (dash != std::string_view::npos) {
      auto last = read_value(rule, range.substr(dash + 1), part);
      if (!last) return fail(std::move(last.error()));
      high = *last;
      // A week may end with Sunday: fri-sun.
      if (rule.greatest == 7 && high == 0 && low > 0 && equals_ignoring_case(range.substr(dash + 1), "sun")) high = 7;
      if (high < low) return bad(rule, part, "the range ends before it starts; write it as two ranges with a comma");
    } else if (slash == std::string_view::npos) {
      high = low;
    } else if (rule.greatest == 7 && low < 7) {
      high = 6;  // 7 is Sunday again
    }
  } else if (rule.greatest == 7) {
    high = 6;
  }
  int step = 1;
  if (slash != std::string_view::npos) {
    const auto given = number(part.substr(slash + 1));
    if (!given || *given < 1 || *given > rule.greatest) return bad(rule, part, "the step must be 1 to " + std::to_string(rule.greatest));
    step = *given;
  }
  for (int value = low; value <= high; value += step) set.values |= std::uint64_t{1} << (rule.greatest == 7 && value == 7 ? 0 : value);
  set.interval = set.interval || star || slash != std::string_view::npos;
  return {};
}

Result<FieldSet> read_field(const FieldRule& rule, std::string_view text) {
  FieldSet set;
  set.star = text.front() == '*' || text.front() == '?';
  for (bool more = true; more;) {
    more = text.find(',') != std::string_view::npos;
    if (auto status = read_part(rule, split_off(text, ','), set); !status) return fail(std::move(status.error()));
  }
  return set;
}

/// False when no allowed day exists in any allowed month.
bool can_fire(const CronExpression& expression) {
  if (expression.either_day) return true;
  constexpr int kDays[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (int month = 1; month <= 12; ++month) {
    const std::uint32_t existing = static_cast<std::uint32_t>((std::uint64_t{2} << kDays[month - 1]) - 2);
    if (expression.allows_month(month) && (expression.days & existing) != 0) return true;
  }
  return false;
}

}  // namespace

Result<CronExpression> parse_cron_expression(std::string_view text) {
  constexpr std::string_view kSpaces = " \t";
  const auto begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return fail(Code::rejected, "the expression is empty; it needs five fields, such as 0 7 * * 1-5");
  text = text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
  if (text.front() == '@') {
    const auto* const macro = std::ranges::find_if(kMacros, [&](const auto& known) { return equals_ignoring_case(text, known.first); });
    if (macro == std::end(kMacros))
      return fail(Code::rejected,
                  "\"" + std::string(text) + "\" is not known; use @hourly, @daily, @weekly, @monthly, @yearly or five fields");
    text = macro->second;
  }
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at != std::string_view::npos; at = text.find_first_not_of(kSpaces, at + words.back().size()))
    words.push_back(text.substr(at, text.substr(at).find_first_of(kSpaces)));
  if (words.size() != kFields)
    return fail(Code::rejected, "needs five fields (minute hour day-of-month month day-of-week), not " + std::to_string(words.size()));
  std::array<FieldSet, kFields> sets;
  for (std::size_t i = 0; i < kFields; ++i) {
    auto set = read_field(kRules[i], words[i]);
    if (!set) return fail(std::move(set.error()));
    sets[i] = *set;
  }
  CronExpression expression;
  expression.minutes = sets[0].values;
  expression.hours = static_cast<std::uint32_t>(sets[1].values);
  expression.days = static_cast<std::uint32_t>(sets[2].values);
  expression.months = static_cast<std::uint32_t>(sets[3].values);
  expression.weekdays = static_cast<std::uint32_t>(sets[4].values);
  expression.either_day = !sets[2].star && !sets[4].star;
  expression.interval = sets[0].interval || sets[1].interval;
  if (!can_fire(expression)) return fail(Code::rejected, "never runs: no allowed month has such a day");
  return expression;
}

}  // namespace facio
