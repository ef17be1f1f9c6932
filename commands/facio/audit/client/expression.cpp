#include "commands/facio/audit/client/expression.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "cli/core/time.hpp"
#include "cli/output/json_scan.hpp"
#include "commands/facio/audit/client/event.hpp"

namespace facio::audit {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// The parts between the separators that stand outside quotes.
std::vector<std::string_view> parts_of(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  char quote = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quote != 0) {
      if (text[i] == quote) quote = 0;
    } else if (text[i] == '"' || text[i] == '\'') {
      quote = text[i];
    } else if (text.substr(i, separator.size()) == separator) {
      parts.push_back(trimmed(text.substr(begin, i - begin)));
      begin = i + separator.size();
      i = begin - 1;
    }
  }
  parts.push_back(trimmed(text.substr(begin)));
  return parts;
}

std::string_view value_at(std::string_view json, std::string_view path) {
  if (path == "type") path = "event";
  if (path == "tool") path = "tool_name";
  while (true) {
    const std::string_view step = path.substr(0, path.find('.'));
    json = output::member(json, step);
    if (step.size() == path.size() || json.empty()) return json;
    path.remove_prefix(step.size() + 1);
  }
}

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<Expression::Term> Expression::read_term(std::string_view text, const std::string& shown) {
  struct Sign {
    std::string_view text;
    Compare compare;
  };
  constexpr Sign kSigns[] = {{"==", Compare::equal}, {"!=", Compare::unequal}, {"<=", Compare::at_most}, {">=", Compare::at_least},
                             {"!~", Compare::unfit}, {"=~", Compare::fits},    {"~", Compare::fits},     {"<", Compare::less},
                             {">", Compare::more},   {"=", Compare::equal}};
  Term term;
  if (text.starts_with('!')) {
    term.negated = true;
    text = trimmed(text.substr(1));
  }
  if (text.starts_with('.')) text.remove_prefix(1);
  const auto end = text.find_first_of("=!<>~ ");
  term.path = text.substr(0, end);
  std::string_view rest = end == std::string_view::npos ? std::string_view{} : trimmed(text.substr(end));
  const auto refuse = [&](std::string why) { return fail_field(Code::usage, shown, shown + ": " + std::move(why)); };
  if (term.path.empty()) return refuse("'" + std::string(text) + "' does not begin with a field");
  if (rest.empty()) return term;
  for (const Sign& sign : kSigns) {
    if (!rest.starts_with(sign.text)) continue;
    term.compare = sign.compare;
    rest = trimmed(rest.substr(sign.text.size()));
    if (rest.size() >= 2 && (rest.front() == '"' || rest.front() == '\'') && rest.back() == rest.front())
      rest = rest.substr(1, rest.size() - 2);
    else if (rest.empty() || rest.find_first_of(" \"'=<>!()") != std::string_view::npos)
      return refuse("'" + std::string(text) + "': the value must be a number, a word, or text in quotes");
    term.value = rest;
    if (sign.compare == Compare::fits || sign.compare == Compare::unfit) {
      auto pattern = Pattern::compile(term.value, false, shown);
      if (!pattern) return fail(std::move(pattern.error()));
      term.pattern = std::move(*pattern);
    }
    return term;
  }
  return refuse("'" + std::string(text) + "': expected one of == != < <= > >= ~ !~ behind the field");
}

Result<Expression> Expression::parse(std::string_view text, const std::string& shown) {
  Expression made;
  for (const std::string_view side : parts_of(text, "||")) {
    std::vector<Term> all;
    for (const std::string_view part : parts_of(side, "&&")) {
      auto term = read_term(part, shown);
      if (!term) return fail(std::move(term.error()));
      all.push_back(std::move(*term));
    }
    made.any_.push_back(std::move(all));
  }
  return made;
}

bool Expression::holds(const Term& term, std::string_view json) {
  const std::string_view value = value_at(json, term.path);
  const bool present = !value.empty() && value != "null" && value != "false";
  if (term.compare == Compare::exists) return present;
  const std::string text = plain(value);
  if (term.compare == Compare::equal) return text == term.value || (value.empty() && term.value == "null");
  if (term.compare == Compare::unequal) return text != term.value;
  if (term.pattern) return term.pattern->find(text).has_value() == (term.compare == Compare::fits);
  if (value.empty()) return false;
  int order = text.compare(term.value);
  const auto left = number_of(text), right = number_of(term.value);
  if (left && right) order = *left < *right ? -1 : *left > *right ? 1 : 0;
  switch (term.compare) {
    case Compare::less: return order < 0;
    case Compare::at_most: return order <= 0;
    case Compare::more: return order > 0;
    default: return order >= 0;
  }
}

bool Expression::holds(std::string_view json) const {
  if (!output::check_json(json)) return false;
  return std::ranges::any_of(any_, [json](const std::vector<Term>& all) {
    return std::ranges::all_of(all, [json](const Term& term) { return holds(term, json) != term.negated; });
  });
}

}  // namespace facio::audit
