// -o template=…
#include <algorithm>
#include <deque>

#include "cli/catalogue/catalogue.hpp"
#include "cli/core/json.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/output/expressions.hpp"
#include "cli/output/filter.hpp"
#include "cli/output/formats.hpp"
#include "cli/output/scanner.hpp"
#include "cli/output/template_functions.hpp"

namespace facio::output {

using namespace json;

namespace {

constexpr int kDeepestTemplate = 32;

struct TemplateCommand;

/// Commands, each of which gets the value of the one before as its last argument.
struct TemplatePipeline {
  std::vector<TemplateCommand> commands;
};

/// A value with members behind it: ".a.b", "$x.a", "(index . 0).name", "12", "\"text\"".
struct TemplateOperand {
  enum class Kind : std::uint8_t { dot, variable, literal, pipeline } kind = Kind::dot;
  std::string text;  ///< name of a variable, or a literal as JSON
  TemplatePipeline pipeline;
  std::vector<std::string> members;
};

/// A function with its arguments, or a value alone.
struct TemplateCommand {
  const TemplateFunction* function = nullptr;
  std::vector<TemplateOperand> operands;
  std::size_t at = 0;
};

struct TemplateNode {
  enum class Kind : std::uint8_t { text, action, choice, range, with } kind = Kind::text;
  std::string text;
  std::vector<std::string> variables;  ///< set by ":=" or "="; of a range: index and element
  TemplatePipeline pipeline;
  std::vector<TemplateNode> body, otherwise;
  std::size_t at = 0;
};

Error template_error(std::size_t at, const std::string& what) {
  return Error(Code::usage, "-o template: at character " + std::to_string(at + 1) + ": " + what)
      .with_field("--output")
      .with_hint("for example -o 'template={{range .}}{{.id}}{{\"\\n\"}}{{end}}'");
}

bool begins_word(char c) { return is_letter(c) || c == '_'; }

/// Text between actions: \n and \t, as they are typed in a shell's single quotes, become what they stand for.
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

class TemplateParser : Scanner {
 public:
  explicit TemplateParser(std::string_view text) : Scanner(text, template_error) {}

  Result<std::vector<TemplateNode>> parse() {
    std::string stop;
    return unless_refused(nodes(0, stop));
  }

 private:
  /// Nodes up to the end of the text (depth 0), or to an {{end}}, {{else}} or "else if", which is then in `stop`.
  std::vector<TemplateNode> nodes(int depth, std::string& stop) {
    std::vector<TemplateNode> found;
    while (true) {
      const auto open = text_.find("{{", at_);
      std::string_view raw = text_.substr(at_, open == std::string_view::npos ? open : open - at_);
      const bool trims =
          open != std::string_view::npos && text_.substr(open + 2, 1) == "-" && open + 3 < text_.size() && is_blank(text_[open + 3]);
      if (std::exchange(trim_, false)) raw.remove_prefix(std::min(raw.find_first_not_of(kBlanks), raw.size()));
      if (trims) raw = raw.substr(0, raw.find_last_not_of(kBlanks) + 1);
      if (!raw.empty()) found.push_back({.text = plain_text(raw)});
      if (open == std::string_view::npos) break;
      open_ = open;
      at_ = open + (trims ? 3 : 2);
      TemplateNode node;
      const bool leaves_node = action(node, depth, stop);
      if (failure_ || !stop.empty()) return found;
      if (leaves_node) found.push_back(std::move(node));
    }
    if (depth > 0) refuse(block_, "this action is not closed by {{end}}");
    at_ = text_.size();
    return found;
  }

  std::string_view name() {
    const std::size_t begin = at_;
    while (begins_word(here()) || (at_ > begin && is_digit(here()))) ++at_;
    return since(begin);
  }

  void close() {
    skip_blanks();
    trim_ = take("-}}");
    if (trim_ || take("}}")) return;
    if (done()) refuse(open_, "'{{' is not closed");
    else refuse(at_, "'}}' was expected, but got '" + printable(text_.substr(at_, 12)) + "'");
  }

  /// False when the action leaves nothing: a comment, or the end of a block.
  bool action(TemplateNode& node, int depth, std::string& stop) {
    node.at = at_;
    skip_blanks();
    if (take("/*")) {
      const auto end = text_.find("*/", at_);
      if (end == std::string_view::npos) refuse(open_, "the comment is not closed");
      else at_ = end + 2;
      close();
      return false;
    }
    const std::size_t begin = at_;
    const std::string word(name());
    if (word == "end" || word == "else") {
      if (depth == 0) refuse(begin, "{{" + word + "}} has no matching if, range or with");
      skip_blanks();
      stop = word;
      // "else if" is an if inside the else, closed by the same end.
      if (word == "else" && follows("if") && at_ + 2 < text_.size() && is_blank(text_[at_ + 2])) stop = "else if";
      else close();
      return false;
    }
    if (word == "if" || word == "range" || word == "with") {
      block(node, word, depth);
      return true;
    }
    at_ = begin;
    node.kind = TemplateNode::Kind::action;
    head(node);
    return true;
  }

  /// Variables, the pipeline, and the closing braces.
  void head(TemplateNode& node) {
    skip_blanks();
    const std::size_t begin = at_;
    while (take("$")) {
      node.variables.emplace_back(name());
      skip_blanks();
      if (!take(",")) break;
      skip_blanks();
    }
    if (!node.variables.empty() && !take(":=") && (follows("==") || !take("="))) {
      node.variables.clear();
      at_ = begin;
    }
    node.pipeline = pipeline();
    close();
  }

  void block(TemplateNode& node, const std::string& word, int depth) {
    if (depth >= kDeepestTemplate) return refuse(node.at, "actions are nested too deeply");
    node.kind = word == "if" ? TemplateNode::Kind::choice : word == "range" ? TemplateNode::Kind::range : TemplateNode::Kind::with;
    const std::size_t begin = open_;
    head(node);
    block_ = begin;
    std::string stop;
    node.body = nodes(depth + 1, stop);
    if (stop == "else if") {
      TemplateNode inner;
      inner.at = at_;
      (void)name();
      block(inner, "if", depth + 1);
      node.otherwise.push_back(std::move(inner));
    } else if (stop == "else") {
      stop.clear();
      block_ = begin;
      node.otherwise = nodes(depth + 1, stop);
      if (stop != "end") refuse(begin, "an action can have only one {{else}}");
    }
  }

  TemplatePipeline pipeline() {
    TemplatePipeline pipeline;
    if (++depth_ > kDeepestTemplate) refuse(at_, "nested too deeply");
    do {
      pipeline.commands.push_back(command(pipeline.commands.empty()));
      skip_blanks();
    } while (take("|"));
    --depth_;
    return pipeline;
  }

  TemplateCommand command(bool first) {
    TemplateCommand command;
    skip_blanks();
    command.at = at_;
    if (const std::string_view word = name(); word == "true" || word == "false" || word == "nil") at_ = command.at;
    else if (!word.empty()) command.function = function(word, command.at);
    while (true) {
      skip_blanks();
      if (done() || here() == '|' || here() == ')' || follows("}}") || follows("-}}")) break;
      command.operands.push_back(operand());
    }
    if (command.function == nullptr && command.operands.size() != 1)
      refuse(command.at, command.operands.empty() ? "a value was expected" : "a value takes no arguments");
    if (command.function == nullptr && !first) refuse(command.at, "a function must follow '|'");
    return command;
  }

  const TemplateFunction* function(std::string_view word, std::size_t at) {
    const auto known = template_functions();
    if (const auto found = std::ranges::find(known, word, &TemplateFunction::name); found != known.end()) return &*found;
    std::vector<std::string_view> names;
    for (const TemplateFunction& one : known) names.push_back(one.name);
    const std::string_view near = nearest(word, names);
    refuse(at, "there is no function '" + std::string(word) + "'" +
                   (near.empty() ? "; fields begin with a dot: ." + std::string(word) : "; the nearest is '" + std::string(near) + "'"));
    return nullptr;
  }

  TemplateOperand operand() {
    TemplateOperand operand;
    const std::size_t begin = at_;
    const char c = here();
    if (take("(")) {
      operand.kind = TemplateOperand::Kind::pipeline;
      operand.pipeline = pipeline();
      skip_blanks();
      if (!take(")")) refuse(begin, "'(' is not closed");
    } else if (take("$")) {
      operand.kind = TemplateOperand::Kind::variable;
      operand.text = name();
    } else if (c != '.') {
      operand.kind = TemplateOperand::Kind::literal;
      if (c == '"' || c == '`') append_json_string(operand.text, quoted());
      else operand.text = literal();
      return operand;
    }
    while (take(".")) {
      const std::size_t start = at_;
      while (begins_word(here()) || here() == '-' || is_digit(here())) ++at_;
      if (at_ > start) operand.members.emplace_back(since(start));
      else if (c != '.' || !operand.members.empty()) refuse(start, "a name was expected after the dot");
    }
    return operand;
  }

  std::string literal() {
    const std::size_t begin = at_;
    while (!done() && !is_blank(here()) && std::string_view(")}|").find(here()) == std::string_view::npos) ++at_;
    std::string text(since(begin));
    if (text == "nil") text = "null";
    if (!check_json(text)) refuse(begin, "'" + printable(text) + "' is not a value; fields begin with a dot");
    return text;
  }

  std::size_t open_ = 0, block_ = 0;
  bool trim_ = false;
  int depth_ = 0;
};

Result<std::vector<TemplateNode>> parse_template(std::string_view text) {
  if (text.empty()) return fail(template_error(0, "text is missing after template="));
  return TemplateParser(text).parse();
}

class TemplateEvaluation {
 public:
  TemplateEvaluation(std::string_view root, std::int64_t now) : root_(root), now_(now) { variables_.push_back({"", root}); }

  Status write(const std::vector<TemplateNode>& nodes, std::string_view dot, std::string& out) {
    for (const TemplateNode& node : nodes)
      if (auto written = write(node, dot, out); !written) return written;
    return {};
  }

 private:
  struct Variable {
    std::string name;
    std::string_view value;
  };

  std::string_view keep(std::string text) { return computed_.emplace_back(std::move(text)); }
  auto variable(std::string_view name) { return std::ranges::find(variables_.rbegin(), variables_.rend(), name, &Variable::name); }

  Status write(const TemplateNode& node, std::string_view dot, std::string& out) {
    if (node.kind == TemplateNode::Kind::text) {
      out += node.text;
      return {};
    }
    const auto value = value_of(node.pipeline, dot);
    if (!value) return fail(value.error());
    if (node.kind == TemplateNode::Kind::range) return repeat(node, *value, dot, out);
    if (node.kind == TemplateNode::Kind::action) {
      if (node.variables.empty()) out += text_of(*value);
      else if (const auto known = variable(node.variables.back()); known != variables_.rend()) known->value = *value;
      else variables_.push_back({node.variables.back(), *value});
      return {};
    }
    const std::size_t known = variables_.size();
    if (!node.variables.empty()) variables_.push_back({node.variables.back(), *value});
    const bool good = holds(*value);
    auto written = write(good ? node.body : node.otherwise, good && node.kind == TemplateNode::Kind::with ? *value : dot, out);
    variables_.resize(known);
    return written;
  }

  Status repeat(const TemplateNode& node, std::string_view value, std::string_view dot, std::string& out) {
    const Json kind = kind_of(value);
    if (kind != Json::array && kind != Json::object && kind != Json::null && kind != Json::nothing)
      return fail(template_error(node.at, "range needs an array or an object"));
    const std::size_t known = variables_.size();
    std::size_t count = 0;
    const auto once = [&](std::string key, std::string_view inner) -> Status {
      if (!node.variables.empty()) variables_.push_back({node.variables.back(), inner});
      if (node.variables.size() > 1) variables_.push_back({node.variables.front(), keep(std::move(key))});
      auto written = write(node.body, inner, out);
      variables_.resize(known);
      ++count;
      return written;
    };
    for (const auto& [name, inner] : json::Members(value))
      if (auto written = once("\"" + std::string(name) + "\"", inner); !written) return written;
    for (const std::string_view inner : Elements(value))
      if (auto written = once(std::to_string(count), inner); !written) return written;
    return count == 0 ? write(node.otherwise, dot, out) : Status();
  }

  Result<std::string_view> value_of(const TemplatePipeline& pipeline, std::string_view dot) {
    std::string_view value;
    for (const TemplateCommand& command : pipeline.commands) {
      std::vector<std::string_view> arguments;
      for (const TemplateOperand& operand : command.operands) {
        auto one = value_of(operand, dot, command.at);
        if (!one) return one;
        arguments.push_back(*one);
      }
      if (&command != &pipeline.commands.front()) arguments.push_back(value);
      if (command.function == nullptr) {
        value = arguments.front();
        continue;
      }
      const auto& [name, least, call] = *command.function;
      if (arguments.size() < least)
        return fail(template_error(command.at, std::string(name) + " needs " + (least == 1 ? "a value" : "two values")));
      auto result = call({arguments, now_});
      if (!result) return fail(template_error(command.at, result.error().message()));
      value = keep(std::move(*result));
    }
    return value;
  }

  Result<std::string_view> value_of(const TemplateOperand& operand, std::string_view dot, std::size_t at) {
    std::string_view value = dot;
    if (operand.kind == TemplateOperand::Kind::literal) {
      value = operand.text;
    } else if (operand.kind == TemplateOperand::Kind::pipeline) {
      auto inner = value_of(operand.pipeline, dot);
      if (!inner) return inner;
      value = *inner;
    } else if (operand.kind == TemplateOperand::Kind::variable) {
      const auto known = variable(operand.text);
      if (known == variables_.rend()) return fail(template_error(at, "there is no variable $" + operand.text));
      value = known->value;
    }
    for (const std::string& name : operand.members) {
      // kubectl's lists have their items below that name; ours are the items.
      if (name == "items" && value.data() == root_.data() && kind_of(value) == Json::array) continue;
      if (kind_of(value) != Json::object && kind_of(value) != Json::null && kind_of(value) != Json::nothing)
        return fail(
            template_error(at, "." + name + ": this is not an object" + (kind_of(value) == Json::array ? "; use range for arrays" : "")));
      value = member(value, name);
    }
    return value.empty() ? std::string_view("null") : value;
  }

  std::string_view root_;
  std::int64_t now_;
  std::vector<Variable> variables_;   ///< the innermost last
  std::deque<std::string> computed_;  ///< what values point into besides the reply
};

}  // namespace

Status check_template(std::string_view text) {
  return parse_template(text).map([](const auto&) {});
}

Status run_template(std::string_view text, std::string_view json, std::int64_t now_ms, std::string& out) {
  const auto nodes = parse_template(text);
  if (!nodes) return fail(nodes.error());
  std::string written;
  auto status = TemplateEvaluation(trimmed(json), now_ms).write(*nodes, trimmed(json), written);
  if (status) out += written;
  return status;
}

}  // namespace facio::output
