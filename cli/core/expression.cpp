#include "cli/core/expression.hpp"

#include <algorithm>

#include "cli/core/utf8.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

constexpr int kDeepest = 100;
constexpr std::size_t kLongest = 65'536, kMostPatterns = 20;

bool is_word(char c) {
  return is_alphanumeric(c) || std::string_view("_.-$/:@+").find(c) != std::string_view::npos || static_cast<unsigned char>(c) >= 0x80;
}
bool is_value(char c) { return is_word(c) || c == '*' || c == '?' || c == '%' || c == ','; }
struct Sign {
  std::string_view text;
  Comparison how;
};
constexpr Sign kSigns[] = {{"!=~", Comparison::mismatch}, {"=~", Comparison::match},  {"==", Comparison::equal},
                           {"!=", Comparison::different}, {"!~", Comparison::unlike}, {"<=", Comparison::at_most},
                           {">=", Comparison::at_least},  {"=", Comparison::equal},   {"<", Comparison::less},
                           {">", Comparison::more},       {"~", Comparison::like}};

bool is_regular(Comparison how) { return how == Comparison::match || how == Comparison::mismatch; }
bool is_denied(Comparison how) { return how == Comparison::unlike || how == Comparison::mismatch; }
/// Whether it means something else as a regular expression than as a literal text.
bool is_special(std::string_view text) { return text.find_first_of(".[]()*+?{}|^$\\") != std::string_view::npos; }
bool is_part(Comparison how) { return how == Comparison::like || how == Comparison::unlike; }

/// A text quoted as in an expression.
std::string in_quotes(std::string_view text) {
  const char quote = text.find('\'') == std::string_view::npos ? '\'' : '"';
  std::string quoted(1, quote);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '\\' && (i + 1 == text.size() || text[i + 1] == '\\' || text[i + 1] == quote);
    if (text[i] == quote || is_escape) quoted += '\\';
    quoted += text[i];
  }
  return quoted + quote;
}

}  // namespace

/// A recursive-descent parser, which emits the tests in the order of the text.
class Expression::Reader {
 public:
  Reader(std::string_view text, const ExpressionPlace& place, const Resolve& resolve) : text_(text), place_(place), resolve_(resolve) {}

  Result<Expression> read() {
    if (text_.size() > kLongest) return refuse(kLongest, "the expression is longer than 64 KiB");
    auto whole = joined(true);
    if (!whole) return fail(std::move(whole.error()));
    blanks();
    if (at_ != text_.size())
      return refuse(at_, text_[at_] == ')' ? "')' has no matching '('" : "'&&', '||' or the end was expected, but got " + here(at_));
    lead(whole->so, kHolds);
    lead(whole->not_so, kFails);
    return std::move(made_);
  }

 private:
  /// A part of the expression: its first test, and the tests whose outcome decides it.
  struct Part {
    std::size_t first = 0;
    struct Exit {
      std::size_t test;
      std::size_t Test::*branch;
    };
    std::vector<Exit> so = {}, not_so = {};
  };

  [[nodiscard]] tl::unexpected<Error> refuse(std::size_t at, const std::string& what, std::string hint = {}) const {
    if (hint.empty()) hint = place_.example;
    return fail(Error(Code::usage,
                      std::string(place_.flag) + (place_.flag.empty() ? "" : ": ") + "at character " + std::to_string(at + 1) + ": " + what)
                    .with_field(std::string(place_.flag))
                    .with_hint(std::move(hint)));
  }
  [[nodiscard]] std::string here(std::size_t at) const { return "'" + printable(text_.substr(at, 12)) + "'"; }

  void blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  bool take(std::string_view token) {
    blanks();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  void lead(const std::vector<Part::Exit>& exits, std::size_t to) {
    for (const Part::Exit& exit : exits) made_.tests_[exit.test].*exit.branch = to;
  }

  Result<Part> joined(bool is_either) {
    auto left = is_either ? joined(false) : single();
    while (left && take(is_either ? "||" : "&&")) {
      auto right = is_either ? joined(false) : single();
      if (!right) return right;
      // What the left part leaves undecided, the right one decides.
      auto& open = is_either ? left->not_so : left->so;
      auto& decided = is_either ? left->so : left->not_so;
      const auto& also = is_either ? right->so : right->not_so;
      lead(open, right->first);
      open = std::move(is_either ? right->not_so : right->so);
      decided.insert(decided.end(), also.begin(), also.end());
    }
    return left;
  }
  Result<Part> single() {
    if (++depth_ > kDeepest) return refuse(at_, "nested too deeply");
    auto part = inner();
    --depth_;
    return part;
  }
  Result<Part> inner() {
    blanks();
    if (text_.substr(at_, 2) != "!=" && take("!")) {
      auto part = single();
      if (part) std::swap(part->so, part->not_so);
      return part;
    }
    const std::size_t open = at_;
    if (!take("(")) return test();
    auto part = joined(true);
    if (part && !take(")")) return refuse(open, "'(' is not closed");
    return part;
  }

  Result<Part> test() {
    blanks();
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    std::string_view name = text_.substr(begin, at_ - begin);
    if (name.size() > 1 && name.front() == '.') name.remove_prefix(1);  // as jq writes it
    if (name.empty()) return refuse(begin, begin == text_.size() ? "a field was expected" : "a field was expected, but got " + here(begin));
    auto known = resolve_(name);
    if (!known) return refuse(begin, known.error().message(), known.error().hint());
    Test one{.known = *known};
    blanks();
    const auto* const sign = std::ranges::find_if(kSigns, [&](const Sign& each) { return text_.substr(at_).starts_with(each.text); });
    if (sign != std::end(kSigns)) {
      at_ += sign->text.size();
      one.how = sign->how;
      if (auto read = value(name, one); !read) return fail(std::move(read.error()));
    }
    const std::size_t index = made_.tests_.size();
    made_.tests_.push_back(std::move(one));
    return Part{.first = index, .so = {{index, &Test::if_so}}, .not_so = {{index, &Test::if_not}}};
  }

  Status value(std::string_view name, Test& one) {
    blanks();
    const std::size_t begin = at_;
    const bool quoted = at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'');
    auto text = quoted ? in_quotes_here() : word(name, one.how);
    if (!text) return fail(std::move(text.error()));
    if (auto why = meant_otherwise(name, one.how, *text, quoted); !why.empty()) return refuse(begin, why);
    if (is_regular(one.how) && ++patterns_ > kMostPatterns) return refuse(begin, "there are more than 20 regular expressions");
    auto wanted = read_wanted(one.known.field, one.how, *text, quoted, place_.times);
    if (!wanted) return refuse(begin, wanted.error().message());
    one.wanted = std::move(*wanted);
    return {};
  }

  /// A quoted text; \ escapes a quote and itself.
  Result<std::string> in_quotes_here() {
    const char quote = text_[at_];
    std::string text;
    for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
      if (text_[i] == quote) {
        at_ = i + 1;
        return text;
      }
      if (text_[i] == '\\' && i + 1 < text_.size() && (text_[i + 1] == quote || text_[i + 1] == '\\')) ++i;
      text += text_[i];
    }
    return refuse(at_, "the quote is not closed");
  }

  Result<std::string> word(std::string_view name, Comparison how) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_value(text_[at_])) ++at_;
    const std::string_view found = text_.substr(begin, at_ - begin);
    if (is_part(how) || is_regular(how)) {
      const std::string_view meant = pattern_from(begin);
      const bool one_word = meant.size() == found.size();
      if (!meant.empty() && (is_regular(how) || !one_word)) return refuse(begin, unquoted(name, how, meant, one_word));
    }
    if (found.empty()) return refuse(begin, "a value was expected; quote text of more than one word");
    return std::string(found);
  }

  [[nodiscard]] std::string unquoted(std::string_view name, Comparison how, std::string_view pattern, bool one_word) const {
    std::string why = "a regular expression must be quoted, as in " + regular(name, how, pattern);
    if (place_.before == ExpressionPlace::Before::same || !is_special(pattern))
      why += "; to match part of the text, write " + std::string(name) + (is_denied(how) ? "!~" : "~") +
             printable(one_word ? std::string(pattern) : in_quotes(pattern));
    return why;
  }

  /// The extent of what somebody may have meant as an unquoted regular expression.
  [[nodiscard]] std::string_view pattern_from(std::size_t begin) const {
    std::size_t end = begin;
    for (int open = 0; end < text_.size() && !is_blank(text_[end]); ++end) {
      if (const auto two = text_.substr(end, 2); two == "&&" || two == "||") break;
      open += text_[end] == '(' ? 1 : text_[end] == ')' ? -1 : 0;
      if (open < 0) break;
    }
    return text_.substr(begin, end - begin);
  }
  [[nodiscard]] static std::string regular(std::string_view name, Comparison how, std::string_view pattern) {
    return std::string(name) + (is_denied(how) ? "!=~" : "=~") + printable(in_quotes(pattern));
  }

  /// Why this no longer means what it did up to 0.1.0; empty when it does.
  [[nodiscard]] std::string meant_otherwise(std::string_view name, Comparison how, const std::string& text, bool quoted) const {
    using Before = ExpressionPlace::Before;
    if (place_.before == Before::same) return {};
    if (is_part(how) && (text.empty() || is_special(text))) return "a regular expression is written " + regular(name, how, text);
    const bool is_null = !quoted && text == "null";
    if (place_.before == Before::groups && is_null) return "there is no null here; write the text as 'null'";
    const bool equal = how == Comparison::equal, different = how == Comparison::different;
    if (place_.before == Before::events && ((quoted && text.empty() && (equal || different)) || (is_null && !equal)))
      return "events that have it are found with " + std::string(name) + ", events that do not with !" + std::string(name);
    return {};
  }

  std::string_view text_;
  const ExpressionPlace& place_;
  const Resolve& resolve_;
  Expression made_;
  std::size_t at_ = 0, patterns_ = 0;
  int depth_ = 0;
};

Result<Expression> Expression::parse(std::string_view text, const ExpressionPlace& place, const Resolve& resolve) {
  return Reader(text, place, resolve).read();
}

}  // namespace facio
