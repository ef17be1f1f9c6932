#include "cli/output/jsonpath_parse.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "cli/core/json.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/output/render.hpp"

namespace facio::output {

using namespace json;

namespace {

constexpr int kDeepestPath = 32;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  /// Pieces up to the end, or inside a range up to its {end}.
  Result<std::vector<PathPiece>> pieces(int depth, bool in_braces) {
    std::vector<PathPiece> found;
    while (true) {
      if (!in_braces) {
        if (done()) break;
        if (text_[at_] != '{') {
          found.push_back(plain());
          continue;
        }
        open_ = at_++;
        in_braces = true;
      }
      blanks();
      if (done()) return jsonpath_error(open_, "'{' is not closed");
      if (take("}")) {
        in_braces = false;
        continue;
      }
      if (word("end")) {
        if (depth == 0) return jsonpath_error(at_ - 3, "{end} without {range}");
        ended_in_braces_ = true;
        return found;
      }
      auto piece = inside(depth);
      if (!piece) return fail(std::move(piece.error()));
      found.push_back(std::move(*piece));
      if (piece_left_braces_) in_braces = std::exchange(piece_left_braces_, false);
    }
    if (depth > 0) return jsonpath_error(range_, "{range} without {end}");
    return found;
  }

 private:
  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  [[nodiscard]] char here() const { return done() ? '\0' : text_[at_]; }
  void blanks() {
    while (here() == ' ' || here() == '\t' || here() == '\n') ++at_;
  }
  bool take(std::string_view token) {
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }
  /// A keyword that is not the start of a longer name.
  bool word(std::string_view keyword) {
    if (text_.substr(at_, keyword.size()) != keyword) return false;
    const char next = at_ + keyword.size() < text_.size() ? text_[at_ + keyword.size()] : '}';
    if (next != ' ' && next != '}' && next != '\t' && next != '\n') return false;
    at_ += keyword.size();
    return true;
  }
  PathPiece plain() {
    const auto end = std::min(text_.find('{', at_), text_.size());
    PathPiece piece;
    piece.text = text_.substr(at_, end - at_);
    at_ = end;
    return piece;
  }
  Result<PathPiece> inside(int depth) {
    PathPiece piece;
    if (here() == '"' || here() == '\'') {
      auto text = quoted();
      if (!text) return fail(std::move(text.error()));
      piece.text = std::move(*text);
      return piece;
    }
    const bool range = word("range");
    if (range) {
      if (depth >= kDeepestPath) return jsonpath_error(at_, "too many ranges in each other");
      range_ = at_ - 5;
      blanks();
    }
    auto path = path_here();
    if (!path) return fail(std::move(path.error()));
    piece.path = std::move(*path);
    piece.kind = range ? PathPiece::Kind::range : PathPiece::Kind::path;
    if (!range) return piece;
    auto body = pieces(depth + 1, true);
    if (!body) return fail(std::move(body.error()));
    piece.body = std::move(*body);
    piece_left_braces_ = std::exchange(ended_in_braces_, false);
    return piece;
  }
  Result<std::string> quoted() {
    const std::size_t begin = at_;
    const char quote = text_[at_++];
    std::string text;
    for (; !done(); ++at_) {
      char c = text_[at_];
      if (c == quote) {
        ++at_;
        return text;
      }
      if (c == '\\' && at_ + 1 < text_.size()) {
        c = text_[++at_];
        c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
      }
      text += c;
    }
    return jsonpath_error(begin, "the quote is not closed");
  }
  Result<JsonPath> path_here() {
    JsonPath path;
    const std::size_t begin = at_;
    bool started = true;
    if (take("$")) path.from_root = true;
    else if (!take("@")) started = false;
    while (here() == '.' || here() == '[') {
      auto step = step_here();
      if (!step) return fail(std::move(step.error()));
      if (*step) path.steps.push_back(std::move(**step));
      started = true;
    }
    if (started) return path;
    if (done()) return jsonpath_error(open_, "'{' is not closed");
    return jsonpath_error(begin, "a path was expected, as .name, but got '" + printable(text_.substr(begin, 12)) + "'");
  }
  /// One step; none for a dot alone, which is where one stands.
  Result<std::optional<PathStep>> step_here() {
    PathStep step;
    step.at = at_;
    if (here() == '[') {
      if (auto read = bracket(step); !read) return fail(std::move(read.error()));
      return std::optional<PathStep>(std::move(step));
    }
    if (take("..")) {
      step.kind = PathStep::Kind::everything;
      if (here() != '[') --at_;  // the second dot begins a name
      return std::optional<PathStep>(std::move(step));
    }
    ++at_;
    if (take("*")) {
      step.kind = PathStep::Kind::all;
      return std::optional<PathStep>(std::move(step));
    }
    std::string name;
    for (; !done(); ++at_) {
      const char c = text_[at_];
      if (c == '\\' && at_ + 1 < text_.size()) name += text_[++at_];
      else if (std::string_view(" \t\n.[]{}()=!<>,&|'\"").find(c) != std::string_view::npos) break;
      else name += c;
    }
    if (name.empty()) return std::optional<PathStep>();
    step.names.push_back(std::move(name));
    return std::optional<PathStep>(std::move(step));
  }
  Status bracket(PathStep& step) {
    const std::size_t begin = at_++;
    blanks();
    if (take("?")) return filter(step, begin);
    do {
      blanks();
      if (here() == '\'' || here() == '"') {
        auto name = quoted();
        if (!name) return fail(std::move(name.error()));
        step.names.push_back(std::move(*name));
        step.kind = PathStep::Kind::names;
      } else if (take("*")) {
        step.kind = PathStep::Kind::all;
      } else {
        step.kind = PathStep::Kind::slices;
        if (auto read = slice(step); !read) return read;
      }
      blanks();
    } while (take(","));
    if (step.kind != PathStep::Kind::names && !step.names.empty()) return jsonpath_error(begin, "names and indices do not go together");
    if (!take("]")) return jsonpath_error(begin, "'[' is not closed");
    return {};
  }
  Status slice(PathStep& step) {
    PathSlice slice;
    const std::size_t begin = at_;
    std::optional<long> parts[3];
    int part = 0;
    for (; part < 3; ++part) {
      blanks();
      long number = 0;
      const auto [stop, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
      if (error == std::errc{}) {
        parts[part] = number;
        at_ = static_cast<std::size_t>(stop - text_.data());
      }
      blanks();
      if (part == 2 || !take(":")) break;
    }
    if (part == 0 && !parts[0])
      return jsonpath_error(begin, "an index was expected, but got '" +
                                       printable(text_.substr(begin, text_.find_first_of("],}", begin) - begin)) +
                                       "'; a name stands in quotes");
    slice.single = part == 0;
    slice.begin = parts[0];
    slice.end = parts[1];
    slice.step = parts[2].value_or(1);
    if (slice.step <= 0) return jsonpath_error(begin, "the step of a slice must be at least 1");
    step.slices.push_back(slice);
    return {};
  }
  Status filter(PathStep& step, std::size_t begin) {
    step.kind = PathStep::Kind::filter;
    blanks();
    if (!take("(")) return jsonpath_error(at_, "'(' was expected behind '?'");
    step.filter.emplace_back();
    while (true) {
      PathCondition condition;
      if (auto read = side(condition.left); !read) return read;
      blanks();
      for (const std::string_view sign : {"==", "!=", "<=", ">=", "<", ">"})
        if (condition.comparison.empty() && take(sign)) condition.comparison = sign;
      if (!condition.comparison.empty())
        if (auto read = side(condition.right); !read) return read;
      if (condition.comparison.empty() && !condition.left.is_path) return jsonpath_error(begin, "a filter is about a path, as @.name");
      step.filter.back().push_back(std::move(condition));
      blanks();
      if (take("&&")) continue;
      if (!take("||")) break;
      step.filter.emplace_back();
    }
    if (!take(")")) return jsonpath_error(at_, "a comparison, && , || or ')' was expected; for more use --query, the language of jq");
    blanks();
    if (!take("]")) return jsonpath_error(begin, "'[' is not closed");
    return {};
  }
  Status side(PathOperand& operand) {
    blanks();
    const char c = here();
    if (c == '@' || c == '$' || c == '.') {
      operand.is_path = true;
      auto path = path_here();
      if (!path) return fail(std::move(path.error()));
      operand.path = std::move(*path);
      return {};
    }
    if (c == '"' || c == '\'') {
      auto text = quoted();
      if (!text) return fail(std::move(text.error()));
      append_json_string(operand.literal, *text);
      return {};
    }
    const std::size_t begin = at_;
    while (!done() && std::string_view(" \t\n)]}=!<>&|").find(text_[at_]) == std::string_view::npos) ++at_;
    operand.literal = text_.substr(begin, at_ - begin);
    if (operand.literal.empty() || !check_json(operand.literal))
      return jsonpath_error(begin,
                            "a number, true, false, null or a text in quotes was expected, but got '" + printable(operand.literal) + "'");
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0, open_ = 0, range_ = 0;
  bool ended_in_braces_ = false, piece_left_braces_ = false;
};

}  // namespace

tl::unexpected<Error> jsonpath_error(std::size_t at, const std::string& what) {
  return fail(Error(Code::usage, "-o jsonpath: at character " + std::to_string(at + 1) + ": " + what)
                  .with_field("--output")
                  .with_hint("as in -o 'jsonpath={range .items[*]}{.id}{\"\\n\"}{end}'"));
}

Result<std::vector<PathPiece>> parse_jsonpath(std::string_view text) {
  if (text.empty()) return jsonpath_error(0, "a path is missing behind jsonpath=");
  if (text.find('{') != std::string_view::npos) return Parser(text).pieces(0, false);
  // A path by itself, with or without its first dot.
  const bool rooted = text.front() == '.' || text.front() == '$' || text.front() == '@' || text.front() == '[';
  return Parser("{" + std::string(rooted ? "" : ".") + std::string(text) + "}").pieces(0, false);
}

}  // namespace facio::output
