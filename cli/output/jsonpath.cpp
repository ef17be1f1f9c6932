// -o jsonpath=…
#include <algorithm>
#include <optional>

#include "cli/core/decimal.hpp"
#include "cli/core/json.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/output/expressions.hpp"
#include "cli/output/formats.hpp"
#include "cli/output/scanner.hpp"

namespace facio::output {

using namespace json;

namespace {

constexpr int kDeepestPath = 32;

struct PathStep;

struct JsonPath {
  bool from_root = false;  ///< "$"
  std::vector<PathStep> steps;
};

/// One side of a comparison in a filter: a path, or a value as JSON text.
struct PathOperand {
  bool is_path = false;
  JsonPath path;
  std::string literal;
};

struct PathCondition {
  PathOperand left, right;
  std::string comparison;  ///< empty: the left side exists
};

/// "3", "1:3", "::2"
struct PathSlice {
  std::optional<long> begin, end;
  long step = 1;
  bool single = false;
};

struct PathStep {
  enum class Kind : std::uint8_t { names, slices, all, everything, filter } kind = Kind::names;
  std::vector<std::string> names;
  std::vector<PathSlice> slices;
  std::vector<std::vector<PathCondition>> filter;  ///< alternatives of conditions that must all hold
  std::size_t at = 0;                              ///< in the text, for messages
};

/// A piece of the text: something to print, a path to fill in, or a range with what is repeated.
struct PathPiece {
  enum class Kind : std::uint8_t { text, path, range } kind = Kind::text;
  std::string text;
  JsonPath path;
  std::vector<PathPiece> body;
};

Error jsonpath_error(std::size_t at, const std::string& what) {
  return Error(Code::usage, "-o jsonpath: at character " + std::to_string(at + 1) + ": " + what)
      .with_field("--output")
      .with_hint("for example -o 'jsonpath={range .items[*]}{.id}{\"\\n\"}{end}'");
}

class PathParser : Scanner {
 public:
  explicit PathParser(std::string_view text) : Scanner(text, jsonpath_error) {}

  Result<std::vector<PathPiece>> parse() { return unless_refused(pieces(0)); }

 private:
  /// Pieces up to the end, or inside a range up to its {end}.
  std::vector<PathPiece> pieces(int depth) {
    std::vector<PathPiece> found;
    while (!done()) {
      if (!in_braces_) {
        if (here() != '{') {
          found.push_back(plain());
          continue;
        }
        open_ = at_++;
        in_braces_ = true;
      }
      skip_blanks();
      if (done()) break;
      if (take("}")) {
        in_braces_ = false;
      } else if (take_word("end")) {
        if (depth == 0) refuse(at_ - 3, "{end} without {range}");
        return found;
      } else {
        found.push_back(piece(depth));
      }
    }
    if (in_braces_) refuse(open_, "'{' is not closed");
    else if (depth > 0) refuse(range_, "{range} without {end}");
    return found;
  }

  /// A keyword that is not the start of a longer name.
  bool take_word(std::string_view keyword) {
    const std::size_t end = at_ + keyword.size();
    if (!follows(keyword) || (end < text_.size() && text_[end] != '}' && !is_blank(text_[end]))) return false;
    at_ = end;
    return true;
  }

  PathPiece plain() {
    const std::size_t begin = at_;
    at_ = std::min(text_.find('{', at_), text_.size());
    return {.text = std::string(since(begin))};
  }

  PathPiece piece(int depth) {
    if (here() == '"' || here() == '\'') return {.text = quoted()};
    if (!take_word("range")) return {.kind = PathPiece::Kind::path, .path = path()};
    if (depth >= kDeepestPath) refuse(at_, "ranges are nested too deeply");
    range_ = at_ - 5;
    skip_blanks();
    PathPiece range{.kind = PathPiece::Kind::range, .path = path()};
    range.body = pieces(depth + 1);
    return range;
  }

  JsonPath path() {
    JsonPath path;
    const std::size_t begin = at_;
    path.from_root = take("$");
    bool started = path.from_root || take("@");
    while (here() == '.' || here() == '[') {
      step(path.steps);
      started = true;
    }
    if (!started && done()) refuse(open_, "'{' is not closed");
    else if (!started) refuse(begin, "a path such as .name was expected, but got '" + printable(text_.substr(begin, 12)) + "'");
    return path;
  }

  /// One step; none for a dot alone, which is the current value.
  void step(std::vector<PathStep>& steps) {
    PathStep step;
    step.at = at_;
    if (here() == '[') {
      bracket(step);
    } else if (take("..")) {
      step.kind = PathStep::Kind::everything;
      if (here() != '[') --at_;  // the second dot begins a name
    } else if (++at_; take("*")) {
      step.kind = PathStep::Kind::all;
    } else {
      std::string name;
      for (; !done(); ++at_) {
        if (here() == '\\' && at_ + 1 < text_.size()) name += text_[++at_];
        else if (std::string_view(" \t\n.[]{}()=!<>,&|'\"").find(here()) != std::string_view::npos) break;
        else name += here();
      }
      if (name.empty()) return;
      step.names.push_back(std::move(name));
    }
    steps.push_back(std::move(step));
  }

  void bracket(PathStep& step) {
    const std::size_t begin = at_++;
    skip_blanks();
    if (take("?")) return filter(step, begin);
    do {
      skip_blanks();
      if (here() == '\'' || here() == '"') {
        step.kind = PathStep::Kind::names;
        step.names.push_back(quoted());
      } else if (take("*")) {
        step.kind = PathStep::Kind::all;
      } else {
        step.kind = PathStep::Kind::slices;
        slice(step);
      }
      skip_blanks();
    } while (take(","));
    if (step.kind != PathStep::Kind::names && !step.names.empty()) refuse(begin, "names and indices cannot be combined");
    if (!take("]")) refuse(begin, "'[' is not closed");
  }

  void slice(PathStep& step) {
    const std::size_t begin = at_;
    std::optional<long> parts[3];
    int part = 0;
    for (; part < 3; ++part) {
      skip_blanks();
      long number = 0;
      const auto [stop, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
      if (error == std::errc{}) {
        parts[part] = number;
        at_ = static_cast<std::size_t>(stop - text_.data());
      }
      skip_blanks();
      if (part == 2 || !take(":")) break;
    }
    if (part == 0 && !parts[0])
      return refuse(begin, "an index was expected, but got '" + printable(text_.substr(begin, text_.find_first_of("],}", begin) - begin)) +
                               "'; names must be quoted");
    step.slices.push_back({parts[0], parts[1], parts[2].value_or(1), part == 0});
    if (step.slices.back().step <= 0) refuse(begin, "the step of a slice must be at least 1");
  }

  void filter(PathStep& step, std::size_t begin) {
    step.kind = PathStep::Kind::filter;
    skip_blanks();
    if (!take("(")) return refuse(at_, "'(' was expected after '?'");
    do {
      step.filter.emplace_back();
      do {
        step.filter.back().push_back(condition(begin));
        skip_blanks();
      } while (take("&&"));
    } while (take("||"));
    if (!take(")")) refuse(at_, "a comparison, && , || or ')' was expected; for more use --query, the language of jq");
    skip_blanks();
    if (!take("]")) refuse(begin, "'[' is not closed");
  }

  PathCondition condition(std::size_t begin) {
    PathCondition condition;
    condition.left = operand();
    skip_blanks();
    for (const std::string_view sign : {"==", "!=", "<=", ">=", "<", ">"})
      if (condition.comparison.empty() && take(sign)) condition.comparison = sign;
    if (!condition.comparison.empty()) condition.right = operand();
    else if (!condition.left.is_path) refuse(begin, "a filter needs a path such as @.name");
    return condition;
  }

  PathOperand operand() {
    skip_blanks();
    PathOperand operand;
    const char c = here();
    operand.is_path = c == '@' || c == '$' || c == '.';
    if (operand.is_path) {
      operand.path = path();
    } else if (c == '"' || c == '\'') {
      append_json_string(operand.literal, quoted());
    } else {
      const std::size_t begin = at_;
      while (!done() && std::string_view(" \t\n)]}=!<>&|").find(here()) == std::string_view::npos) ++at_;
      operand.literal = since(begin);
      if (operand.literal.empty() || !check_json(operand.literal))
        refuse(begin, "a number, true, false, null or a text in quotes was expected, but got '" + printable(operand.literal) + "'");
    }
    return operand;
  }

  std::size_t open_ = 0, range_ = 0;
  bool in_braces_ = false;
};

Result<std::vector<PathPiece>> parse_jsonpath(std::string_view text) {
  if (text.empty()) return fail(jsonpath_error(0, "a path is missing after jsonpath="));
  if (text.find('{') != std::string_view::npos) return PathParser(text).parse();
  // A path by itself, with or without its first dot.
  const bool rooted = std::string_view(".$@[").find(text.front()) != std::string_view::npos;
  return PathParser("{" + std::string(rooted ? "" : ".") + std::string(text) + "}").parse();
}

using Values = std::vector<std::string_view>;

/// The member with this name; a name with dots is tried as a path, too.
std::string_view named(std::string_view value, std::string_view name) {
  if (const auto found = member(value, name); !found.empty()) return found;
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) return {};
  const auto inner = member(value, name.substr(0, dot));
  return inner.empty() ? inner : named(inner, name.substr(dot + 1));
}

void add_children(std::string_view value, Values& to) {
  for (const auto& [name, inner] : json::Members(value)) to.push_back(inner);
  for (const std::string_view inner : Elements(value)) to.push_back(inner);
}

void add_everything(std::string_view value, Values& to) {
  to.push_back(value);
  Values children;
  add_children(value, children);
  for (const std::string_view child : children) add_everything(child, to);
}

/// The first failure is kept, and nothing more is found after it.
class PathEvaluation {
 public:
  explicit PathEvaluation(std::string_view root) : root_(root) {}

  Status write(const std::vector<PathPiece>& pieces, std::string& out) {
    write(pieces, root_, out);
    if (failure_) return fail(std::move(*failure_));
    return {};
  }

 private:
  void write(const std::vector<PathPiece>& pieces, std::string_view current, std::string& out) {
    for (const PathPiece& piece : pieces) {
      out += piece.text;
      if (piece.kind == PathPiece::Kind::text) continue;
      bool first = true;
      for (const std::string_view value : find(piece.path, current)) {
        if (piece.kind == PathPiece::Kind::range) {
          write(piece.body, value, out);
          continue;
        }
        if (!std::exchange(first, false)) out += ' ';
        out += kind_of(value) == Json::null ? std::string(value) : text_of(value);
      }
    }
  }

  Values find(const JsonPath& path, std::string_view current) {
    Values values{path.from_root ? root_ : current};
    for (const PathStep& step : path.steps) {
      Values next;
      take_step(step, values, next);
      values = std::move(next);
    }
    return failure_ ? Values() : values;
  }

  void take_step(const PathStep& step, const Values& values, Values& found) {
    if (step.kind == PathStep::Kind::names) {
      for (const std::string& name : step.names)
        for (const std::string_view value : values) {
          // kubectl's lists have their items below that name; ours are the items.
          if (value.data() == root_.data() && name == "items" && kind_of(value) == Json::array) found.push_back(value);
          else if (const auto inner = named(value, name); !inner.empty()) found.push_back(inner);
        }
      return;
    }
    for (const std::string_view value : values) {
      switch (step.kind) {
        case PathStep::Kind::everything: add_everything(value, found); break;
        case PathStep::Kind::all: add_children(value, found); break;
        case PathStep::Kind::slices: add_slices(step, value, found); break;
        default: add_filtered(step, value, found);
      }
    }
  }

  void add_slices(const PathStep& step, std::string_view value, Values& found) {
    if (kind_of(value) == Json::null) return;
    if (kind_of(value) != Json::array) return refuse(step.at, "an index needs an array, which this is not");
    Values elements;
    add_children(value, elements);
    const auto count = static_cast<long>(elements.size());
    for (const PathSlice& slice : step.slices) {
      long begin = slice.begin.value_or(0), end = slice.end.value_or(count);
      if (begin < 0) begin += count;
      if (end < 0) end += count;
      if (slice.single) {
        if (begin < 0 || begin >= count)
          return refuse(step.at, "index " + std::to_string(*slice.begin) + " is out of range: there are " + std::to_string(count));
        found.push_back(elements[static_cast<std::size_t>(begin)]);
        continue;
      }
      for (long i = std::max(begin, 0L); i < std::min(end, count); i += slice.step) found.push_back(elements[static_cast<std::size_t>(i)]);
    }
  }

  void add_filtered(const PathStep& step, std::string_view value, Values& found) {
    for (const std::string_view element : Elements(value)) {
      bool any = false;
      for (const auto& together : step.filter) {
        bool all = true;  // every condition is looked at: a comparison that makes no sense is told in any case
        for (const PathCondition& condition : together) all = holds(condition, element, step.at) && all;
        any = any || all;
      }
      if (any) found.push_back(element);
    }
  }

  bool holds(const PathCondition& condition, std::string_view element, std::size_t at) {
    const Values left = values_of(condition.left, element);
    if (condition.comparison.empty()) return !left.empty();
    const Values right = values_of(condition.right, element);
    return !left.empty() && !right.empty() && compares(left.front(), condition.comparison, right.front(), at);
  }
  Values values_of(const PathOperand& operand, std::string_view element) {
    return operand.is_path ? find(operand.path, element) : Values{operand.literal};
  }

  bool compares(std::string_view a, std::string_view sign, std::string_view b, std::size_t at) {
    const auto decide = [&](const auto& x, const auto& y) {
      return sign == "==" ? x == y : sign == "!=" ? x != y : sign == "<" ? x < y : sign == "<=" ? x <= y : sign == ">" ? x > y : x >= y;
    };
    const Json left = kind_of(a), right = kind_of(b);
    if (left == Json::number && right == Json::number) return decide(compare_decimals(a, b), 0);
    if (left == Json::string && right == Json::string) return decide(unescaped(a), unescaped(b));
    if (sign == "==") return a == b;
    if (sign == "!=") return a != b;
    if (left != Json::null && right != Json::null) refuse(at, "values of different types cannot be compared");
    return false;
  }

  void refuse(std::size_t at, const std::string& what) {
    if (!failure_) failure_ = jsonpath_error(at, what);
  }

  std::string_view root_;
  std::optional<Error> failure_;
};

}  // namespace

Status check_jsonpath(std::string_view text) {
  return parse_jsonpath(text).map([](const auto&) {});
}

Status run_jsonpath(std::string_view text, std::string_view json, std::string& out) {
  const auto pieces = parse_jsonpath(text);
  if (!pieces) return fail(pieces.error());
  std::string written;
  auto status = PathEvaluation(trimmed(json)).write(*pieces, written);
  if (status) out += written;
  return status;
}

}  // namespace facio::output
