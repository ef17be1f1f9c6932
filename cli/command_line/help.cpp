#include "cli/command_line/help.hpp"

#include <algorithm>

#include "cli/catalogue/catalogue.hpp"
#include "cli/command_line/command_flags.hpp"
#include "cli/command_line/parse.hpp"

namespace facio {
namespace {

constexpr std::size_t kShortLines = 24;

struct Row {
  std::string left, right;
};

/// Two columns; the right one begins behind the longest left one that is not over 34 cells.
std::string table(const std::vector<Row>& rows) {
  std::size_t width = 0;
  for (const Row& row : rows)
    if (row.left.size() <= 34) width = std::max(width, row.left.size());
  std::string text;
  for (const Row& row : rows) {
    text += "  " + row.left;
    if (!row.right.empty()) text += std::string(row.left.size() > width ? 2 : width - row.left.size() + 2, ' ') + row.right;
    text += '\n';
  }
  return text;
}

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
  if (!attr.choices.empty()) {
    std::string words = "one of ";
    for (const std::string_view choice : attr.choices) words.append(choice).append(", ");
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

Row flag_row(const CommandFlag& flag, bool with_limits) {
  Row row{left_of(flag.letter, flag.name, flag.takes_value() ? flag.value_name() : "", flag.negatable()), std::string(flag.field->doc)};
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

Row global_row(const GlobalFlag& flag, bool with_choices) {
  Row row{left_of(flag.letter, flag.name, std::string(flag.value_name), false), std::string(flag.doc)};
  if (flag.may_have_value) row.left = left_of(flag.letter, std::string(flag.name) + "[=" + std::string(flag.value_name) + "]", "", false);
  if (with_choices && !flag.choices.empty()) {
    row.right += " (";
    for (const std::string_view choice : flag.choices) row.right.append(choice).append(", ");
    row.right.resize(row.right.size() - 2);
    row.right += ")";
  }
  return row;
}

std::vector<Row> flag_rows(const Endpoint& endpoint, bool with_limits) {
  std::vector<Row> rows;
  if (takes_file(endpoint)) rows.push_back(global_row(*find_global_flag("file"), false));
  for (const CommandFlag& flag : command_flags(endpoint))
    if (flag.role != FlagRole::secret_literal) rows.push_back(flag_row(flag, with_limits));
  return rows;
}

void collect_keys(const Shape& shape, const std::string& prefix, std::vector<Row>& rows) {
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

std::vector<Row> argument_rows(const Endpoint& endpoint) {
  std::vector<Row> rows;
  for (const Param& param : endpoint.params) {
    if (!param.is_positional()) continue;
    std::string name(param.field.attr.value_name.empty() ? param.field.name : param.field.attr.value_name);
    const std::string more = limits(param.field);
    rows.push_back({std::move(name), std::string(param.field.doc) + (more.empty() ? "" : " (" + more + ")")});
  }
  return rows;
}

std::string heading(const Endpoint& endpoint) {
  return std::string(endpoint.summary) + "\n\nUsage: facioctl " + command_usage(endpoint) + " [flags]\n";
}

/// Lines of at most 88 bytes, broken at blanks; a line feed in the text stays one.
std::string wrapped(std::string_view text) {
  constexpr std::size_t kMost = 88;
  std::string out;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    while (line.size() > kMost) {
      const auto blank = line.rfind(' ', kMost);
      const std::size_t cut = blank == std::string_view::npos ? kMost : blank;
      out.append(line.substr(0, cut)).append("\n");
      line.remove_prefix(std::min(line.size(), cut + (blank == std::string_view::npos ? 0 : 1)));
    }
    out.append(line).append("\n");
  }
  return out;
}

std::string places(const Endpoint& endpoint) {
  std::string text;
  if (endpoint.method != Method::none)
    text += "\nSends " + std::string(method_name(endpoint.method)) + " " + std::string(endpoint.path) +
            (endpoint.extension ? " (an extension of facioctl serve)" : "") + "\n";
  if (!endpoint.synonyms.empty()) {
    text += "Also spelled:";
    for (const std::string_view synonym : endpoint.synonyms) text += " `" + std::string(synonym) + "`";
    text += "\n";
  }
  if (!endpoint.errors.empty()) {
    text += "Fails with:";
    for (const Code code : endpoint.errors)
      text += " " + std::to_string(info(code).exit) + " " + std::string(info(code).name) + (code == endpoint.errors.back() ? "" : ",");
    text += "; all codes: facioctl help exit-codes\n";
  }
  return text;
}

}  // namespace

std::string short_help(const Endpoint& endpoint) {
  std::string text = heading(endpoint);
  std::size_t lines = 3;
  if (!endpoint.examples.empty()) {
    text += "\nExamples:\n";
    lines += 2;
    for (const Example& example : endpoint.examples.first(std::min<std::size_t>(endpoint.examples.size(), 4))) {
      text += "  facioctl " + std::string(example.command) + "\n";
      ++lines;
    }
  }
  std::vector<Row> rows = flag_rows(endpoint, false);
  if (endpoint.assignments) collect_keys(*endpoint.body, {}, rows);
  if (!rows.empty()) {
    const std::size_t room = kShortLines - lines - 2 - 2;
    std::size_t left_out = 0;
    if (rows.size() > room) {
      left_out = rows.size() - (room - 1);
      rows.resize(room - 1);
    }
    if (left_out != 0) rows.push_back({"… and " + std::to_string(left_out) + " more", ""});
    text += (endpoint.assignments ? "\nFlags and keys:\n" : "\nFlags:\n") + table(rows);
  }
  return text + "\nMore, with the flags of every command: facioctl " + command_words(endpoint) + " --help\n";
}

std::string full_help(const Endpoint& endpoint) {
  std::string text = heading(endpoint);
  if (!endpoint.description.empty()) text += "\n" + wrapped(endpoint.description);
  if (!endpoint.examples.empty()) {
    text += "\nExamples:\n";
    for (const Example& example : endpoint.examples)
      text += "  # " + std::string(example.says) + "\n  facioctl " + std::string(example.command) + "\n";
  }
  if (const auto rows = argument_rows(endpoint); !rows.empty()) text += "\nArguments:\n" + table(rows);
  if (const auto rows = flag_rows(endpoint, true); !rows.empty()) text += "\nFlags:\n" + table(rows);
  if (endpoint.assignments) {
    std::vector<Row> rows;
    collect_keys(*endpoint.body, {}, rows);
    text += "\nKeys:\n" + table(rows);
  }
  std::vector<Row> rows;
  for (const GlobalFlag& flag : kGlobalFlags)
    if (flag.who != FlagFor::bodies && has_global(endpoint, flag)) rows.push_back(global_row(flag, true));
  text += "\nFlags of every command:\n" + table(rows);
  if (!endpoint.columns.empty()) {
    text += "\nColumns:";
    for (const Column& column : endpoint.columns)
      text += " " + std::string(column.path) + (column.wide ? " (wide)" : "") + (&column == &endpoint.columns.back() ? "" : ",");
    text += "\n";
  }
  return text + places(endpoint);
}

std::string area_help(std::string_view area) {
  std::string text;
  for (const Area& known : areas())
    if (known.name == area) text = std::string(known.title) + "\n";
  text += "\nUsage: facioctl " + std::string(area) + " COMMAND [flags]\n\nCommands:\n";
  std::vector<Row> rows;
  for (const Endpoint* endpoint : endpoints_of(area)) rows.push_back({command_usage(*endpoint), std::string(endpoint->summary)});
  return text + table(rows) + "\nOne command: facioctl " + std::string(area) + " COMMAND -h\n";
}

std::string overview_help() {
  std::string text =
      "facioctl: every endpoint of a Facio agent as a command, and such an agent to run yourself\n\nUsage: facioctl AREA COMMAND "
      "[flags]\n\nAreas:\n";
  std::vector<Row> rows;
  for (const Area& area : areas()) rows.push_back({std::string(area.name), std::string(area.title)});
  text += table(rows) + "\nCommands:\n";
  rows.clear();
  for (const Endpoint& endpoint : catalogue())
    if (endpoint.verb().empty()) rows.push_back({std::string(endpoint.id), std::string(endpoint.summary)});
  text += table(rows) + "\nTopics:\n";
  rows.clear();
  for (const std::string_view topic : help_topics()) rows.push_back({"help " + std::string(topic), ""});
  return text + table(rows) +
         "\nStart here: facioctl serve, then facioctl health in another shell.\nEvery area, command and flag: facioctl AREA, facioctl AREA "
         "COMMAND -h\n";
}

Error unknown_command(std::string_view first, std::string_view second) {
  const Words words = find_command(first, second);
  std::string typed(first);
  if (!words.area.empty() && !second.empty()) typed += " " + std::string(second);
  std::string message = "unknown command '" + typed + "'";
  const auto near = suggest_command(first, second);
  for (std::size_t i = 0; i < near.size(); ++i) message += (i == 0 ? "; did you mean: " : ", ") + near[i];
  Error error(Code::usage, std::move(message));
  return std::move(error).with_hint(words.area.empty() ? "facioctl help" : "facioctl " + std::string(words.area));
}

Result<std::string> help_about(std::span<const std::string_view> words) {
  if (words.empty()) return overview_help();
  if (std::string topic = topic_help(words[0]); !topic.empty()) return topic;
  const Words found = find_command(words[0], words.size() > 1 ? words[1] : std::string_view{});
  const bool whole_area = words.size() == 1 && !found.area.empty();
  if (whole_area) return area_help(found.area);
  if (found.endpoint != nullptr && found.used == static_cast<int>(words.size())) return full_help(*found.endpoint);
  return fail(unknown_command(words[0], words.size() > 1 ? words[1] : std::string_view{}));
}

}  // namespace facio
