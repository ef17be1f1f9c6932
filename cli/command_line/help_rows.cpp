#include "cli/command_line/help_rows.hpp"

#include "cli/catalogue/system.hpp"

namespace facio {
namespace {

std::string number(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

/// "one of a, b", "at least 1", "default 5": what a value may be.
std::string limits(const Field& field) {
  std::string text;
  const auto add = [&text](const std::string& piece) { text += (text.empty() ? "" : "; ") + piece; };
  const Attr& attr = field.attr;
  if (const auto choices = choices_of(field); !choices.empty()) {
    std::string words = "one of ";
    for (const std::string_view choice : choices) words.append(choice).append(", ");
    words.resize(words.size() - 2);
    add(words);
  }
  const bool duration = attr.format == Format::milliseconds;
  const auto bound = [&](double value) { return duration && value >= 1000 ? number(value / 1000) + "s" : number(value); };
  if (attr.min != -kNoLimit && attr.max != kNoLimit) add(bound(attr.min) + " to " + bound(attr.max));
  else if (attr.min != -kNoLimit) add("at least " + bound(attr.min));
  else if (attr.max != kNoLimit) add("at most " + bound(attr.max));
  if (!attr.default_text.empty()) add("default " + std::string(attr.default_text));
  return text;
}

std::string left_of(char letter, std::string_view name, const std::string& value, bool negatable) {
  std::string left = letter != 0 ? std::string("-") + letter + ", " : "    ";
  left += negatable ? "--[no-]" : "--";
  left += name;
  if (!value.empty()) left += " " + value;
  return left;
}

void collect_keys(const Shape& shape, const std::string& prefix, std::vector<HelpRow>& rows) {
  for (const Field& field : shape.fields) {
    const std::string path = prefix + std::string(field.name);
    if (field.type->kind == Kind::object && field.type->shape != nullptr) {
      collect_keys(*field.type->shape, path + ".", rows);
      continue;
    }
    const std::string more = limits(field);
    rows.push_back({path, std::string(field.doc) + (more.empty() ? "" : " (" + more + ")")});
  }
}

}  // namespace

HelpRow flag_row(const CommandFlag& flag, bool with_limits) {
  HelpRow row{left_of(flag.letter, flag.name, flag.takes_value() ? flag.value_name() : "", flag.negatable()), std::string(flag.field->doc)};
  if (flag.is_secret())
    row.right += flag.role == FlagRole::secret_file  ? ", from a file"
                 : flag.role == FlagRole::secret_env ? ", from a variable"
                 : flag.role == FlagRole::secret_fd  ? ", from a descriptor"
                                                     : ", from standard input";
  if (const std::string more = limits(*flag.field); with_limits && !more.empty()) row.right += " (" + more + ")";
  if (flag.field->required && !flag.is_secret() && flag.path.find('.') == std::string::npos) row.right += " (required)";
  if (with_limits && flag.repeatable()) row.right += " (repeatable)";
  return row;
}

HelpRow global_row(const GlobalFlag& flag, bool with_choices) {
  HelpRow row{left_of(flag.letter, flag.name, std::string(flag.value_name), false), std::string(flag.doc)};
  if (flag.may_have_value) row.left = left_of(flag.letter, std::string(flag.name) + "[=" + std::string(flag.value_name) + "]", "", false);
  if (with_choices && !flag.choices.empty()) {
    row.right += " (";
    for (const std::string_view choice : flag.choices) row.right.append(choice).append(", ");
    row.right.resize(row.right.size() - 2);
    row.right += ")";
  }
  return row;
}

std::vector<HelpRow> flag_rows(const Endpoint& endpoint, bool with_limits) {
  std::vector<HelpRow> rows;
  if (takes_file(endpoint)) rows.push_back(global_row(*find_global_flag("file"), false));
  for (const CommandFlag& flag : command_flags(endpoint))
    if (flag.role != FlagRole::secret_literal) rows.push_back(flag_row(flag, with_limits));
  return rows;
}

std::vector<HelpRow> argument_rows(const Endpoint& endpoint) {
  std::vector<HelpRow> rows;
  for (const Param& param : endpoint.params) {
    if (!param.is_positional()) continue;
    std::string name(param.field.attr.value_name.empty() ? param.field.name : param.field.attr.value_name);
    const std::string more = limits(param.field);
    rows.push_back({std::move(name), std::string(param.field.doc) + (more.empty() ? "" : " (" + more + ")")});
  }
  return rows;
}

std::vector<HelpRow> key_rows(const Shape& shape) {
  std::vector<HelpRow> rows;
  collect_keys(shape, {}, rows);
  return rows;
}

}  // namespace facio
