#include "cli/output/filter.hpp"

#include <algorithm>
#include <vector>

#include "cli/output/filter_value.hpp"
#include "cli/output/json_scan.hpp"

namespace facio::output {
namespace {

constexpr std::string_view kFlag = "--filter";
constexpr int kDeepest = 100;

struct Node {
  enum class Kind : std::uint8_t { either, both, negation, comparison } kind = Kind::comparison;
  std::size_t left = 0, right = 0;  ///< of other nodes
  std::size_t column = 0;
  Comparison how = Comparison::none;
  Wanted wanted;
};

tl::unexpected<Error> refuse(std::size_t at, const std::string& what) {
  return fail(Error(Code::usage, std::string(kFlag) + ": at character " + std::to_string(at + 1) + ": " + what)
                  .with_field(std::string(kFlag))
                  .with_hint("as in --filter 'enabled==false && name~report'"));
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-' || c == '$' ||
         c == '/' || c == ':' || c == '@' || c == '+' || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

struct Filter::Impl {
  std::vector<TableColumn> columns;
  std::vector<Node> nodes;
  std::size_t root = 0;

  [[nodiscard]] bool holds_for(std::size_t index, const std::string_view* cells) const {
    const Node& node = nodes[index];
    switch (node.kind) {
      case Node::Kind::either: return holds_for(node.left, cells) || holds_for(node.right, cells);
      case Node::Kind::both: return holds_for(node.left, cells) && holds_for(node.right, cells);
      case Node::Kind::negation: return !holds_for(node.left, cells);
      default: break;
    }
    const std::string_view value = cells[node.column];
    if (node.how == Comparison::none) return holds(value);
    return compares(value, columns[node.column].field, node.how, node.wanted);
  }
};

namespace {

/// A recursive-descent reader; every function gives the index of its node.
template <class Impl>
class Reader {
 public:
  Reader(const Endpoint& endpoint, std::string_view text, std::int64_t now, Impl& to)
      : endpoint_(endpoint), text_(text), now_(now), to_(to) {}

  Status read() {
    auto root = either();
    if (!root) return fail(std::move(root.error()));
    to_.root = *root;
    blanks();
    if (at_ == text_.size()) return {};
    if (text_[at_] == ')') return refuse(at_, "')' closes nothing");
    return refuse(at_, "'&&', '||' or the end was expected, but got '" + printable(text_.substr(at_, 12)) + "'");
  }

 private:
  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
  }
  bool take(std::string_view token) {
    blanks();
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }
  std::size_t add(Node node) {
    to_.nodes.push_back(std::move(node));
    return to_.nodes.size() - 1;
  }
  Result<std::size_t> joined(bool is_either) {
    auto left = is_either ? joined(false) : single();
    while (left && take(is_either ? "||" : "&&")) {
      auto right = is_either ? joined(false) : single();
      if (!right) return right;
      Node node;
      node.kind = is_either ? Node::Kind::either : Node::Kind::both;
      node.left = *left;
      node.right = *right;
      left = add(std::move(node));
    }
    return left;
  }
  Result<std::size_t> either() { return joined(true); }
  Result<std::size_t> single() {
    if (++depth_ > kDeepest) return refuse(at_, "nested too deeply");
    auto node = inner();
    --depth_;
    return node;
  }
  Result<std::size_t> inner() {
    blanks();
    if (text_.substr(at_, 2) != "!=" && take("!")) {
      auto what = single();
      if (!what) return what;
      Node node;
      node.kind = Node::Kind::negation;
      node.left = *what;
      return add(std::move(node));
    }
    const std::size_t open = at_;
    if (!take("(")) return comparison();
    auto what = either();
    if (what && !take(")")) return refuse(open, "'(' is not closed");
    return what;
  }
  std::string_view word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  Comparison comparison_sign() {
    struct Sign {
      std::string_view text;
      Comparison how;
    };
    constexpr Sign kSigns[] = {{"==", Comparison::equal}, {"!=", Comparison::different}, {"!~", Comparison::unlike},
                               {"=~", Comparison::like},  {"<=", Comparison::at_most},   {">=", Comparison::at_least},
                               {"=", Comparison::equal},  {"<", Comparison::less},       {">", Comparison::more},
                               {"~", Comparison::like}};
    for (const Sign& sign : kSigns)
      if (take(sign.text)) return sign.how;
    return Comparison::none;
  }
  Result<std::size_t> comparison() {
    blanks();
    const std::size_t begin = at_;
    std::string_view name = word();
    if (name.size() > 1 && name.front() == '.') name.remove_prefix(1);  // as jq writes it
    if (name.empty())
      return refuse(begin, begin == text_.size() ? "a field was expected"
                                                 : "a field was expected, but got '" + printable(text_.substr(begin, 12)) + "'");
    Node node;
    auto column = column_of(name, begin);
    if (!column) return fail(std::move(column.error()));
    node.column = *column;
    node.how = comparison_sign();
    if (node.how == Comparison::none) return add(std::move(node));
    blanks();
    const std::size_t value_at = at_;
    bool quoted = false;
    auto text = value(quoted);
    if (!text) return fail(std::move(text.error()));
    const Field* field = to_.columns[node.column].field;
    if (node.how == Comparison::like || node.how == Comparison::unlike) field = nullptr;
    auto wanted = read_wanted(field, *text, quoted, now_);
    if (!wanted) return refuse(value_at, wanted.error().message());
    node.wanted = std::move(*wanted);
    return add(std::move(node));
  }
  Result<std::size_t> column_of(std::string_view name, std::size_t at) {
    auto column = column_named(endpoint_, name, kFlag);
    if (!column) {
      std::string what = column.error().message();
      if (what.starts_with("--filter: ")) what.erase(0, 10);
      return fail(Error(Code::usage, std::string(kFlag) + ": at character " + std::to_string(at + 1) + ": " + what)
                      .with_field(std::string(kFlag))
                      .with_hint(column.error().hint()));
    }
    for (std::size_t i = 0; i < to_.columns.size(); ++i)
      if (to_.columns[i].path == column->path) return i;
    to_.columns.push_back(std::move(*column));
    return to_.columns.size() - 1;
  }
  /// A word, or a text in quotes with \ before a quote or itself.
  Result<std::string> value(bool& quoted) {
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '"' && quote != '\'') {
      const std::size_t begin = at_;
      while (at_ < text_.size() &&
             (is_word(text_[at_]) || text_[at_] == '*' || text_[at_] == '?' || text_[at_] == '%' || text_[at_] == ','))
        ++at_;
      if (at_ == begin) return refuse(begin, "a value was expected; quote a text that is more than a word");
      return std::string(text_.substr(begin, at_ - begin));
    }
    quoted = true;
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

  const Endpoint& endpoint_;
  std::string_view text_;
  std::int64_t now_;
  Impl& to_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Filter::Filter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Filter::Filter(Filter&&) noexcept = default;
Filter& Filter::operator=(Filter&&) noexcept = default;
Filter::~Filter() = default;

Result<Filter> Filter::parse(const Endpoint& endpoint, std::string_view text, std::int64_t now_ms) {
  auto impl = std::make_unique<Impl>();
  if (auto read = Reader<Impl>(endpoint, text, now_ms, *impl).read(); !read) return fail(std::move(read.error()));
  return Filter(std::move(impl));
}

Status Filter::apply(const Endpoint& endpoint, ReplyView& view) const {
  std::vector<std::string> names;
  const auto cells = cells_of(endpoint, view, impl_->columns, names);
  if (auto present = check_presence(endpoint, impl_->columns, cells, kFlag); !present) return present;
  std::size_t kept = 0;
  for (std::size_t row = 0; row < view.items.size(); ++row)
    if (impl_->holds_for(impl_->root, cells.data() + row * impl_->columns.size())) view.items[kept++] = view.items[row];
  view.items.resize(kept);
  return {};
}

}  // namespace facio::output
