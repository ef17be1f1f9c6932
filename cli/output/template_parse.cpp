#include "cli/output/template_parse.hpp"

#include <algorithm>
#include <utility>

#include "cli/catalogue/catalogue.hpp"
#include "cli/core/json.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/output/render.hpp"

namespace facio::output {

using namespace json;

namespace {

constexpr int kDeepestTemplate = 32;
constexpr std::string_view kFunctions[] = {"and",   "contains", "default", "eq",      "first", "ge",      "gt",       "index", "join",
                                           "json",  "last",     "le",      "len",     "lower", "lt",      "ne",       "not",   "or",
                                           "pluck", "print",    "printf",  "println", "time",  "timeago", "truncate", "upper"};

bool begins_name(char c) { return is_letter(c) || c == '_'; }

/// Text between actions: \n and \t typed by a shell's single quotes are meant as such.
std::string plain_text(std::string_view raw) {
  std::string text;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const char next = raw[i] == '\\' && i + 1 < raw.size() ? raw[i + 1] : '\0';
    if (next == 'n' || next == 't' || next == '\\') {
      text += next == 'n' ? '\n' : next == 't' ? '\t' : '\\';
      ++i;
    } else {
      text += raw[i];
    }
  }
  return text;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  /// Nodes up to the end of the text (depth 0) or to an {{end}} or {{else}}, which is then in `stop`.
  Result<std::vector<TemplateNode>> nodes(int depth, std::string& stop) {
    std::vector<TemplateNode> found;
    while (true) {
      const auto open = text_.find("{{", at_);
      std::string_view raw = text_.substr(at_, open == std::string_view::npos ? open : open - at_);
      const bool trims =
          open != std::string_view::npos && text_.substr(open + 2, 1) == "-" && open + 3 < text_.size() && is_blank(text_[open + 3]);
      if (std::exchange(trim_, false))
        while (!raw.empty() && is_blank(raw.front())) raw.remove_prefix(1);
      if (trims)
        while (!raw.empty() && is_blank(raw.back())) raw.remove_suffix(1);
      if (!raw.empty()) {
        TemplateNode node;
        node.text = plain_text(raw);
        found.push_back(std::move(node));
      }
      if (open == std::string_view::npos) break;
      open_ = open;
      at_ = open + (trims ? 3 : 2);
      TemplateNode node;
      auto kind = action(node, depth, stop);
      if (!kind) return fail(std::move(kind.error()));
      if (!stop.empty()) return found;
      if (*kind) found.push_back(std::move(node));
    }
    at_ = text_.size();
    if (depth > 0) return template_error(block_, "this action is not closed by {{end}}");
    return found;
  }

 private:
  [[nodiscard]] char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void blanks() {
    while (is_blank(here())) ++at_;
  }
  bool take(std::string_view token) {
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }
  std::string_view name() {
    const std::size_t begin = at_;
    while (begins_name(here()) || (at_ > begin && here() >= '0' && here() <= '9')) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  Status close() {
    blanks();
    if (take("-}}")) {
      trim_ = true;
      return {};
    }
    if (take("}}")) return {};
    if (at_ >= text_.size()) return template_error(open_, "'{{' is not closed");
    return template_error(at_, "'}}' was expected, but got '" + printable(text_.substr(at_, 12)) + "'");
  }
  /// False when the action leaves nothing: a comment.
  Result<bool> action(TemplateNode& node, int depth, std::string& stop) {
    node.at = at_;
    blanks();
    if (take("/*")) {
      const auto end = text_.find("*/", at_);
      if (end == std::string_view::npos) return template_error(open_, "the comment is not closed");
      at_ = end + 2;
      if (auto closed = close(); !closed) return fail(std::move(closed.error()));
      return false;
    }
    const std::size_t begin = at_;
    const std::string word(name());
    if (word == "end" || word == "else") {
      if (depth == 0) return template_error(begin, "{{" + word + "}} belongs to no if, range or with");
      blanks();
      stop = word;
      // "else if" is an if inside the else, closed by the same end.
      if (word == "else" && text_.substr(at_, 2) == "if" && at_ + 2 < text_.size() && is_blank(text_[at_ + 2])) {
        stop = "else if";
        return false;
      }
      if (auto closed = close(); !closed) return fail(std::move(closed.error()));
      return false;
    }
    if (word == "if" || word == "range" || word == "with") {
      if (auto read = block(node, word, depth); !read) return fail(std::move(read.error()));
      return true;
    }
    at_ = begin;
    node.kind = TemplateNode::Kind::action;
    if (auto read = head(node); !read) return fail(std::move(read.error()));
    return true;
  }
  /// Variables, the pipeline, and the closing braces.
  Status head(TemplateNode& node) {
    blanks();
    const std::size_t begin = at_;
    while (here() == '$') {
      ++at_;
      node.variables.emplace_back(name());
      blanks();
      if (!take(",")) break;
      blanks();
    }
    if (!node.variables.empty() && !take(":=") && !(text_.substr(at_, 2) != "==" && take("="))) {
      node.variables.clear();
      at_ = begin;
    }
    auto pipeline = pipeline_here();
    if (!pipeline) return fail(std::move(pipeline.error()));
    node.pipeline = std::move(*pipeline);
    return close();
  }
  Status block(TemplateNode& node, const std::string& word, int depth) {
    if (depth >= kDeepestTemplate) return template_error(node.at, "too many actions in each other");
    node.kind = word == "if" ? TemplateNode::Kind::choice : word == "range" ? TemplateNode::Kind::range : TemplateNode::Kind::with;
    const std::size_t begin = open_;
    if (auto read = head(node); !read) return read;
    block_ = begin;
    std::string stop;
    auto body = nodes(depth + 1, stop);
    if (!body) return fail(std::move(body.error()));
    node.body = std::move(*body);
    if (stop == "else if") {
      TemplateNode inner;
      inner.at = at_;
      (void)name();
      if (auto read = block(inner, "if", depth + 1); !read) return read;
      node.otherwise.push_back(std::move(inner));
      return {};
    }
    if (stop != "else") return {};
    stop.clear();
    block_ = begin;
    auto otherwise = nodes(depth + 1, stop);
    if (!otherwise) return fail(std::move(otherwise.error()));
    if (stop != "end") return template_error(begin, "an action has one {{else}}");
    node.otherwise = std::move(*otherwise);
    return {};
  }
  Result<TemplatePipeline> pipeline_here() {
    TemplatePipeline pipeline;
    if (++depth_ > kDeepestTemplate) return template_error(at_, "nested too deeply");
    do {
      auto command = command_here(pipeline.commands.empty());
      if (!command) return fail(std::move(command.error()));
      pipeline.commands.push_back(std::move(*command));
      blanks();
    } while (take("|"));
    --depth_;
    return pipeline;
  }
  Result<TemplateCommand> command_here(bool first) {
    TemplateCommand command;
    blanks();
    command.at = at_;
    if (begins_name(here())) {
      const std::size_t begin = at_;
      const std::string_view word = name();
      if (word == "true" || word == "false" || word == "nil") {
        at_ = begin;
      } else if (!is_template_function(word)) {
        const std::string_view near = nearest(word, kFunctions);
        return template_error(begin, "there is no function '" + std::string(word) + "'" +
                                         (near.empty() ? "; a field begins with a dot: ." + std::string(word)
                                                       : "; the nearest is '" + std::string(near) + "'"));
      } else {
        command.function = word;
      }
    }
    while (true) {
      blanks();
      const char c = here();
      if (c == '\0' || c == '|' || c == ')' || text_.substr(at_, 2) == "}}" || text_.substr(at_, 3) == "-}}") break;
      auto operand = operand_here();
      if (!operand) return fail(std::move(operand.error()));
      command.operands.push_back(std::move(*operand));
    }
    if (command.function.empty() && command.operands.size() != 1)
      return template_error(command.at, command.operands.empty() ? "a value was expected" : "a value takes no arguments");
    if (command.function.empty() && !first) return template_error(command.at, "behind '|' stands a function");
    return command;
  }
  Result<TemplateOperand> operand_here() {
    TemplateOperand operand;
    const std::size_t begin = at_;
    const char c = here();
    if (c == '(') {
      ++at_;
      operand.kind = TemplateOperand::Kind::pipeline;
      auto pipeline = pipeline_here();
      if (!pipeline) return fail(std::move(pipeline.error()));
      operand.pipeline = std::move(*pipeline);
      blanks();
      if (!take(")")) return template_error(begin, "'(' is not closed");
    } else if (c == '$') {
      ++at_;
      operand.kind = TemplateOperand::Kind::variable;
      operand.text = name();
    } else if (c == '"' || c == '`') {
      operand.kind = TemplateOperand::Kind::literal;
      if (auto read = quoted(operand.text); !read) return fail(std::move(read.error()));
      return operand;
    } else if (c != '.') {
      operand.kind = TemplateOperand::Kind::literal;
      while (at_ < text_.size() && !is_blank(here()) && std::string_view(")}|").find(here()) == std::string_view::npos) ++at_;
      operand.text = text_.substr(begin, at_ - begin);
      if (operand.text == "nil") operand.text = "null";
      if (!check_json(operand.text))
        return template_error(begin, "'" + printable(operand.text) + "' is no value; a field begins with a dot");
      return operand;
    }
    while (here() == '.') {
      ++at_;
      const std::size_t start = at_;
      while (begins_name(here()) || here() == '-' || (here() >= '0' && here() <= '9')) ++at_;
      if (at_ > start) operand.members.emplace_back(text_.substr(start, at_ - start));
      else if (c != '.' || !operand.members.empty()) return template_error(start, "a name was expected behind the dot");
    }
    return operand;
  }
  Status quoted(std::string& literal) {
    const std::size_t begin = at_;
    const char quote = text_[at_++];
    std::string text;
    for (; at_ < text_.size() && here() != quote; ++at_) {
      char c = here();
      if (quote == '"' && c == '\\' && at_ + 1 < text_.size()) {
        c = text_[++at_];
        c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
      }
      text += c;
    }
    if (at_ >= text_.size()) return template_error(begin, "the quote is not closed");
    ++at_;
    append_json_string(literal, text);
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0, open_ = 0, block_ = 0;
  bool trim_ = false;
  int depth_ = 0;
};

}  // namespace

bool is_template_function(std::string_view name) {
  return std::find(std::begin(kFunctions), std::end(kFunctions), name) != std::end(kFunctions);
}

tl::unexpected<Error> template_error(std::size_t at, const std::string& what) {
  return fail(Error(Code::usage, "-o template: at character " + std::to_string(at + 1) + ": " + what)
                  .with_field("--output")
                  .with_hint("as in -o 'template={{range .}}{{.id}}{{\"\\n\"}}{{end}}'"));
}

Result<std::vector<TemplateNode>> parse_template(std::string_view text) {
  if (text.empty()) return template_error(0, "a text is missing behind template=");
  std::string stop;
  return Parser(text).nodes(0, stop);
}

}  // namespace facio::output
