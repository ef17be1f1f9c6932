// --query where the filter is nothing but a path, without libjq.

#include <span>

#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/output/expressions.hpp"

namespace facio::output {

using namespace json;

namespace {

struct Step {
  enum class Kind : std::uint8_t { member, index, all } kind = Kind::all;
  std::string_view name;
  int index = 0;
};

bool begins_member(char c) { return is_letter(c) || c == '_'; }

bool is_skipped(char c) { return c == ' ' || c == '\n' || c == '\t'; }

void skip_blanks(std::string_view& text) {
  while (!text.empty() && is_skipped(text.front())) text.remove_prefix(1);
}

/// "[]", "[3]", "[-1]" or "[\"name\"]".
bool take_bracket(std::string_view& text, Step& step) {
  text.remove_prefix(1);
  const auto end = text.find(']');
  if (end == std::string_view::npos) return false;
  const std::string_view inside = text.substr(0, end);
  text.remove_prefix(end + 1);
  if (inside.empty()) {
    step.kind = Step::Kind::all;
    return true;
  }
  if (inside.size() >= 2 && inside.front() == '"' && inside.back() == '"') {
    step.kind = Step::Kind::member;
    step.name = inside.substr(1, inside.size() - 2);
    return step.name.find_first_of("\"\\") == std::string_view::npos;
  }
  step.kind = Step::Kind::index;
  return read_number(inside, step.index);
}

/// Reads one path, up to a pipe or the end.
bool take_path(std::string_view& text, std::vector<Step>& steps) {
  skip_blanks(text);
  if (text.empty() || text.front() != '.') return false;
  bool dotted = true;  // behind a dot that names nothing yet
  text.remove_prefix(1);
  bool first = true;
  while (true) {
    Step step;
    if (!text.empty() && text.front() == '[' && (first || !dotted)) {
      if (!take_bracket(text, step)) return false;
    } else if (dotted && !text.empty() && begins_member(text.front())) {
      std::size_t length = 1;
      while (length < text.size() && (begins_member(text[length]) || is_digit(text[length]))) ++length;
      step.kind = Step::Kind::member;
      step.name = text.substr(0, length);
      text.remove_prefix(length);
    } else {
      break;
    }
    steps.push_back(step);
    first = false;
    dotted = !text.empty() && text.front() == '.';
    if (dotted) text.remove_prefix(1);
  }
  if (dotted && !first) return false;  // ".a." is not a path
  skip_blanks(text);
  return text.empty() || text.front() == '|';
}

struct Path {
  std::vector<Step> steps;
  bool collected = false;  ///< the results become the elements of one array
};

/// Leaves what is inside "map(…)" or "[…]".
bool take_collector(std::string_view& filter, Path& path) {
  std::string_view all = filter;
  skip_blanks(all);
  while (!all.empty() && is_skipped(all.back())) all.remove_suffix(1);
  const bool map = all.starts_with("map(") && all.ends_with(')');
  if (!map && !(all.starts_with('[') && all.ends_with(']') && all.size() > 2)) return false;
  if (map) path.steps.push_back({.kind = Step::Kind::all});
  filter = all.substr(map ? 4 : 1);
  filter.remove_suffix(1);
  return true;
}

bool parse(std::string_view filter, Path& path) {
  path.collected = take_collector(filter, path);
  while (take_path(filter, path.steps)) {
    if (filter.empty()) return true;
    filter.remove_prefix(1);
  }
  return false;
}

/// It is written as it was sent: no fraction, no exponent. One that a double cannot hold stays exact here.
bool is_exact_integer(std::string_view number) {
  std::string_view digits = number;
  if (digits.starts_with('-')) digits.remove_prefix(1);
  if (digits.empty() || (digits.front() == '0' && number.size() > 1)) return false;
  return digits.find_first_not_of("0123456789") == std::string_view::npos;
}

/// jq writes it as it was sent: only escapes that jq uses itself.
bool is_plain_string(std::string_view string) {
  for (std::size_t i = 0; i < string.size(); ++i) {
    if (string[i] == '\x7f') return false;
    if (string[i] != '\\') continue;
    if (std::string_view("\"\\nrtbf").find(string[++i]) == std::string_view::npos) return false;
  }
  return true;
}

class Walk {
 public:
  Walk(QueryForm form, std::string& out) : compact_(form == QueryForm::compact), out_(out) {}

  /// Prints the results, one a line or all in one array; false when only the library can.
  bool results(std::string_view value, const Path& path) {
    collected_ = path.collected;
    if (!go(value, path.steps)) return false;
    if (!collected_) return true;
    out_ += none_ ? "[]\n" : compact_ ? "]\n" : "\n]\n";
    return true;
  }

 private:
  /// Prints the results; false when only the library can.
  bool go(std::string_view value, std::span<const Step> steps) {
    if (steps.empty()) return print(value);
    const Step& step = steps.front();
    const auto rest = steps.subspan(1);
    const Json kind = kind_of(value);
    if (step.kind == Step::Kind::all) {
      if (kind != Json::array) return false;
      for (const std::string_view element : Elements(value))
        if (!go(element, rest)) return false;
      return true;
    }
    if (kind == Json::null) return go("null", rest);
    if (step.kind == Step::Kind::member) {
      if (kind != Json::object) return false;
      const std::string_view found = member(value, step.name);
      return go(found.empty() ? std::string_view("null") : found, rest);
    }
    if (kind != Json::array) return false;
    return go(element_at(value, step.index), rest);
  }
  static std::string_view element_at(std::string_view array, int index) {
    if (index < 0)
      for ([[maybe_unused]] const auto& element : Elements(array)) ++index;
    int at = 0;
    for (const std::string_view element : Elements(array))
      if (at++ == index) return element;
    return "null";
  }

  bool print(std::string_view value) {
    switch (kind_of(value)) {
      case Json::null:
      case Json::boolean: break;
      case Json::number:
        if (!is_exact_integer(value)) return false;
        break;
      case Json::string:
        if (!is_plain_string(value)) return false;
        break;
      default: return false;
    }
    if (collected_) out_ += compact_ ? (none_ ? "[" : ",") : (none_ ? "[\n  " : ",\n  ");
    none_ = false;
    out_ += value;
    if (!collected_) out_ += '\n';
    return true;
  }

  bool compact_, collected_ = false;
  bool none_ = true;  ///< no result yet
  std::string& out_;
};

}  // namespace

bool is_path_query(std::string_view filter) {
  Path path;
  return parse(filter, path);
}

bool run_path_query(std::string_view filter, std::string_view json, QueryForm form, std::string& out) {
  Path path;
  if (!parse(filter, path)) return false;
  const std::size_t before = out.size();
  if (Walk(form, out).results(trimmed(json), path)) return true;
  out.resize(before);
  return false;
}

}  // namespace facio::output
