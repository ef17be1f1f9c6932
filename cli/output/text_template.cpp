#include "cli/output/text_template.hpp"

#include <deque>

#include "cli/core/json.hpp"
#include "cli/output/filter.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/output/template_functions.hpp"
#include "cli/output/template_parse.hpp"

namespace facio::output {

using namespace json;

namespace {

class Evaluation {
 public:
  Evaluation(std::string_view root, std::int64_t now) : root_(root), now_(now) { variables_.push_back({"", root}); }

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

  Status write(const TemplateNode& node, std::string_view dot, std::string& out) {
    if (node.kind == TemplateNode::Kind::text) {
      out += node.text;
      return {};
    }
    auto value = value_of(node.pipeline, dot);
    if (!value) return fail(std::move(value.error()));
    if (node.kind == TemplateNode::Kind::range) return repeat(node, *value, dot, out);
    if (node.kind == TemplateNode::Kind::action) {
      if (node.variables.empty()) append_template_value(out, *value);
      else set(node.variables.back(), *value);
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
      return template_error(node.at, "range needs an array or an object");
    const std::size_t known = variables_.size();
    std::size_t count = 0;
    std::string_view name, inner;
    const auto once = [&](const std::string& key) -> Status {
      if (!node.variables.empty()) variables_.push_back({node.variables.back(), inner});
      if (node.variables.size() > 1) variables_.push_back({node.variables.front(), keep(key)});
      auto written = write(node.body, inner, out);
      variables_.resize(known);
      ++count;
      return written;
    };
    for (json::Members members(value); members.next(name, inner);)
      if (auto written = once("\"" + std::string(name) + "\""); !written) return written;
    for (Elements elements(value); elements.next(inner);)
      if (auto written = once(std::to_string(count)); !written) return written;
    return count == 0 ? write(node.otherwise, dot, out) : Status();
  }

  void set(const std::string& name, std::string_view value) {
    for (std::size_t i = variables_.size(); i-- > 0;)
      if (variables_[i].name == name) {
        variables_[i].value = value;
        return;
      }
    variables_.push_back({name, value});
  }

  Result<std::string_view> value_of(const TemplatePipeline& pipeline, std::string_view dot) {
    std::string_view value;
    for (std::size_t i = 0; i < pipeline.commands.size(); ++i) {
      const TemplateCommand& command = pipeline.commands[i];
      std::vector<std::string_view> arguments;
      for (const TemplateOperand& operand : command.operands) {
        auto one = value_of(operand, dot, command.at);
        if (!one) return one;
        arguments.push_back(*one);
      }
      if (i != 0) arguments.push_back(value);
      if (command.function.empty()) {
        value = arguments.front();
        continue;
      }
      auto result = call_template_function(command.function, arguments, now_);
      if (!result) return template_error(command.at, result.error().message());
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
      std::size_t i = variables_.size();
      while (i > 0 && variables_[i - 1].name != operand.text) --i;
      if (i == 0) return template_error(at, "there is no variable $" + operand.text);
      value = variables_[i - 1].value;
    }
    for (const std::string& name : operand.members) {
      // Lists of others have their items below that name; ours are the items.
      if (name == "items" && value.data() == root_.data() && kind_of(value) == Json::array) continue;
      if (kind_of(value) != Json::object && kind_of(value) != Json::null && kind_of(value) != Json::nothing)
        return template_error(at,
                              "." + name + ": this is no object" + (kind_of(value) == Json::array ? "; go through an array by range" : ""));
      value = member(value, name);
    }
    return value.empty() ? std::string_view("null") : value;
  }

  std::string_view root_;
  std::int64_t now_;
  std::vector<Variable> variables_;
  std::deque<std::string> computed_;
};

}  // namespace

Status check_template(std::string_view text) {
  auto nodes = parse_template(text);
  if (!nodes) return fail(std::move(nodes.error()));
  return {};
}

Status run_template(std::string_view text, std::string_view json, std::int64_t now_ms, std::string& out) {
  const auto nodes = parse_template(text);
  if (!nodes) return fail(Error(nodes.error()));
  std::string written;
  if (auto status = Evaluation(trimmed(json), now_ms).write(*nodes, trimmed(json), written); !status) return status;
  out += written;
  return {};
}

}  // namespace facio::output
