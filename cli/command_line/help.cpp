#include "cli/command_line/help.hpp"

#include <algorithm>

#include "cli/catalogue/other_words.hpp"
#include "cli/catalogue/words.hpp"
#include "cli/command_line/help_layout.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/core/join.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

constexpr std::size_t kShortLines = 24;
constexpr int kWidestProse = 88;
constexpr std::size_t kMostChoices = 20;  // longer lists are for completion
constexpr double kFar = 1e12;             // milliseconds: 30 years, which nobody needs to be told

std::string number(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

/// Which values a field takes: "one of a, b", "at least 1; default 5". A change has no defaults: what is not given stays.
std::string limits(const Field& field, bool with_default = true) {
  std::vector<std::string> limits;
  const Attr& attr = field.attr;
  if (const auto choices = choices_of(field); !choices.empty() && choices.size() <= kMostChoices)
    limits.push_back("one of " + joined(choices));
  const bool duration = attr.format == Format::milliseconds;
  const auto bound = [&](double value) {
    if (!duration) return number(value);
    return value >= 1000 ? number(value / 1000) + "s" : number(value) + "ms";
  };
  const double most = attr.max >= kFar && (duration || attr.format == Format::epoch_ms) ? kNoLimit : attr.max;
  if (attr.min != -kNoLimit && most != kNoLimit) limits.push_back(bound(attr.min) + " to " + bound(most));
  else if (attr.min != -kNoLimit) limits.push_back("at least " + bound(attr.min));
  else if (most != kNoLimit) limits.push_back("at most " + bound(most));
  if (with_default && !attr.default_text.empty()) limits.push_back("default " + std::string(attr.default_text));
  return joined(limits, "; ");
}

std::string doc_with_limits(const Field& field) {
  const std::string more = limits(field);
  return std::string(field.doc) + (more.empty() ? "" : " (" + more + ")");
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
    rows.push_back({path, doc_with_limits(field)});
  }
}

HelpRow flag_row(const CommandFlag& flag, bool with_limits, bool change) {
  change = change && flag.in_body;
  std::string right(flag.field->doc);
  if (flag.role == FlagRole::text_file) return {left_of(0, flag.name, flag.value_name(), false), "the file with " + right + ", or -"};
  if (flag.is_secret())
    right = "read " + right +
            (flag.role == FlagRole::secret_file  ? " from this file"
             : flag.role == FlagRole::secret_env ? " from this environment variable"
             : flag.role == FlagRole::secret_fd  ? " from this file descriptor"
                                                 : " from standard input");
  if (const std::string more = limits(*flag.field, !change); with_limits && !more.empty()) right += " (" + more + ")";
  if (flag.field->required && !change && !flag.is_secret() && flag.path.find('.') == std::string::npos) right += " (required)";
  if (with_limits && flag.repeatable()) right += " (repeatable)";
  if (flag.may_have_value()) return {left_of(flag.letter, flag.name + flag.value_name(), "", false), std::move(right)};
  return {left_of(flag.letter, flag.name, flag.takes_value() ? flag.value_name() : "", flag.negatable()), std::move(right)};
}

std::string heading(const Endpoint& endpoint, int width) {
  return std::string(endpoint.summary) + "\n\n" + wrapped_help("Usage: facioctl " + command_usage(endpoint) + " [flags]", width, 7);
}

/// Lines of a shell's comment.
std::string comment(std::string_view text, int width) {
  std::string out;
  const std::string wrapped = wrapped_help(text, width - 4);
  for (const std::string_view line : split_terminated(wrapped)) out.append("  # ").append(line).append("\n");
  return out;
}

/// What a field means, as far as one line can say it: the text before the first semicolon.
std::string brief(std::string text) {
  const auto more = text.find("; ");
  if (more == std::string::npos || text.find('(') < more) return text;
  return text.substr(0, more);
}

std::string places(const Endpoint& endpoint, int width) {
  std::string text;
  if (endpoint.method != Method::none)
    text += "Sends " + std::string(method_name(endpoint.method)) + " " + std::string(endpoint.path) +
            (endpoint.extension ? " (an extension of facioctl serve)" : "") + "\n";
  if (!endpoint.synonyms.empty()) {
    text += "Also spelled:";
    for (const std::string_view synonym : endpoint.synonyms) text += " `" + std::string(synonym) + "`";
    text += "\n";
  }
  if (!endpoint.errors.empty()) {
    std::vector<std::string> errors;
    for (const Code code : endpoint.errors) errors.push_back(std::to_string(info(code).exit) + " " + std::string(info(code).name));
    text += "Fails with: " + joined(errors) + "; all codes: facioctl help exit-codes\n";
  }
  return (endpoint.method == Method::none ? "" : "\n") + wrapped_help(text, width, 2);
}

}  // namespace

HelpRow global_row(const GlobalFlag& flag, bool with_choices) {
  const std::string value(flag.value_name);
  std::string left = flag.may_have_value ? left_of(flag.letter, std::string(flag.name) + "[=" + value + "]", "", false)
                                         : left_of(flag.letter, flag.name, value, false);
  const bool choices = with_choices && !flag.choices.empty();
  return {std::move(left), std::string(flag.doc) + (choices ? " (" + joined(flag.choices) + ")" : "")};
}

namespace {

HelpRow file_row(const Endpoint& endpoint) {
  HelpRow row = global_row(*find_global_flag("file"), false);
  for (const Field& field : endpoint.body->fields)
    if (field.attr.format == Format::document && field.type->kind == Kind::string)
      row.right = "body of the request as YAML or JSON, or a TOML file: " + std::string(field.doc) + "; - is standard input";
  return row;
}

}  // namespace

std::vector<HelpRow> flag_rows(const Endpoint& endpoint, bool with_limits) {
  std::vector<HelpRow> rows;
  if (takes_file(endpoint)) rows.push_back(file_row(endpoint));
  if (takes_file(endpoint) && with_limits) rows.push_back(global_row(*find_global_flag("allow-unknown"), false));
  for (const CommandFlag& flag : command_flags(endpoint))
    if (flag.role != FlagRole::secret_literal) rows.push_back(flag_row(flag, with_limits, endpoint.method == Method::patch));
  return rows;
}

std::vector<HelpRow> argument_rows(const Endpoint& endpoint) {
  std::vector<HelpRow> rows;
  for (const Param& param : endpoint.params) {
    if (!param.is_positional()) continue;
    std::string name(param.field.attr.value_name.empty() ? param.field.name : param.field.attr.value_name);
    rows.push_back({std::move(name), doc_with_limits(param.field)});
  }
  return rows;
}

std::vector<HelpRow> key_rows(const Shape& shape) {
  std::vector<HelpRow> rows;
  collect_keys(shape, {}, rows);
  return rows;
}

namespace {

/// As much of the table as fits into so many lines.
std::string first_rows(std::vector<HelpRow> rows, std::size_t most, int width) {
  const auto height = [](const std::string& text) { return static_cast<std::size_t>(std::ranges::count(text, '\n')); };
  std::string text = help_table(rows, width);
  for (std::size_t left_out = 1; height(text) > most && !rows.empty(); ++left_out) {
    rows.pop_back();
    std::vector<HelpRow> shown = rows;
    shown.push_back({"… and " + std::to_string(left_out) + " more", ""});
    text = help_table(shown, width);
  }
  return text;
}

}  // namespace

std::string short_help(const Endpoint& endpoint, int width) {
  std::string text = heading(endpoint, width);
  if (!endpoint.examples.empty()) {
    text += "\nExamples:\n";
    for (const Example& example : endpoint.examples.first(std::min<std::size_t>(endpoint.examples.size(), 4)))
      text += typed_lines(example.command, width);
  }
  std::vector<HelpRow> rows = flag_rows(endpoint, false);
  if (endpoint.assignments)
    for (HelpRow& row : key_rows(*endpoint.body)) rows.push_back(std::move(row));
  for (HelpRow& row : rows) row.right = brief(std::move(row.right));
  const std::string more =
      "\n" + wrapped_help("More, with the flags of every command: facioctl " + command_words(endpoint) + " --help", width, 2);
  if (!rows.empty()) {
    text += endpoint.assignments ? "\nFlags and keys:\n" : "\nFlags:\n";
    text += first_rows(std::move(rows), kShortLines - static_cast<std::size_t>(std::ranges::count(text + more, '\n')), width);
  }
  return text + more;
}

std::string full_help(const Endpoint& endpoint, int width) {
  std::string text = heading(endpoint, width);
  if (const std::string prose = all_prose(endpoint); !prose.empty()) text += "\n" + wrapped_help(prose, std::min(width, kWidestProse));
  if (!endpoint.examples.empty()) {
    text += "\nExamples:\n";
    for (const Example& example : endpoint.examples) text += comment(example.says, width) + typed_lines(example.command, width);
  }
  const auto add = [&](const char* title, const std::vector<HelpRow>& rows) {
    if (!rows.empty()) text.append("\n").append(title).append(":\n").append(help_table(rows, width));
  };
  add("Arguments", argument_rows(endpoint));
  add("Flags", flag_rows(endpoint, true));
  if (endpoint.assignments) add("Keys", key_rows(*endpoint.body));
  std::vector<HelpRow> rows;
  for (const GlobalFlag& flag : kGlobalFlags)
    if (flag.who != FlagFor::bodies && has_global(endpoint, flag)) rows.push_back(global_row(flag, true));
  add("Flags of every command", rows);
  add("Environment", environment_rows(endpoint.id));
  if (!endpoint.columns.empty()) {
    std::vector<std::string> columns;
    for (const Column& column : endpoint.columns) columns.push_back(std::string(column.path) + (column.wide ? " (wide)" : ""));
    text += "\n" + wrapped_help("Columns: " + joined(columns), width, 2);
  }
  return text + places(endpoint, width);
}

namespace {

/// "cron", "third things": what is typed for an area.
std::string words_of_area(const Catalogue& catalogue, std::string_view area) {
  if (catalogue.prefixed() && area != catalogue.system()) return std::string(catalogue.system()) + " " + std::string(area);
  return std::string(area);
}

std::string command_table(const std::vector<const Endpoint*>& endpoints, int width) {
  std::vector<HelpRow> rows;
  rows.reserve(endpoints.size());
  for (const Endpoint* endpoint : endpoints) rows.push_back({command_usage(*endpoint), std::string(endpoint->summary)});
  return help_table(rows, width);
}

/// A catalogue's areas, each with what is typed for it.
void add_areas(const Catalogue& catalogue, std::vector<HelpRow>& rows) {
  for (const Area& area : catalogue.areas()) rows.push_back({words_of_area(catalogue, area.name), std::string(area.title)});
}

}  // namespace

std::string area_help(const System* system, std::string_view area, int width) {
  if (system == nullptr && !local_commands().has_area(area)) system = &default_system();
  const Catalogue& known = system == nullptr ? local_commands() : system->catalogue();
  std::string text;
  for (const Area& one : known.areas())
    if (one.name == area) text = std::string(one.title) + "\n";
  const std::string words = words_of_area(known, area);
  text += "\nUsage: facioctl " + words + " COMMAND [flags]\n\nCommands:\n";
  auto endpoints = known.of_area(area);
  if (system == &default_system())  // a command of this program may have the name of an area
    for (const Endpoint* own : local_commands().of_area(area)) endpoints.push_back(own);
  return text + command_table(endpoints, width) + "\nOne command: facioctl " + words + " COMMAND -h\n";
}

std::string system_help(const System& system, int width) {
  const Catalogue& known = system.catalogue();
  std::string text = std::string(system.title) + "\n";
  const std::string name(system.name);
  const auto commands = known.prefixed() ? known.of_area({}) : std::vector<const Endpoint*>{};
  if (known.areas().empty()) {
    text += "\nUsage: facioctl " + name + " COMMAND [flags]\n\nCommands:\n" + command_table(commands, width);
    return text + "\nOne command: facioctl " + name + " COMMAND -h\n";
  }
  std::vector<HelpRow> rows;
  add_areas(known, rows);
  text += "\nUsage: facioctl " + name + " AREA COMMAND [flags]\n\nAreas:\n" + help_table(rows, width);
  if (!commands.empty()) text += "\nCommands:\n" + command_table(commands, width);
  return text + "\nIn a context of kind " + name + " the word " + name + " may be left out.\n";
}

std::string overview_help(int width) {
  std::string text =
      "facioctl: administer Facio agents, one command per endpoint, or run one\n\nUsage: facioctl AREA COMMAND [flags]\n\nAreas:\n";
  std::vector<HelpRow> rows;
  add_areas(default_system().catalogue(), rows);
  add_areas(local_commands(), rows);
  text += help_table(rows, width) + "\nOther systems:\n";
  rows.clear();
  for (const System* system : systems().subspan(1)) rows.push_back({std::string(system->name), std::string(system->title)});
  text += help_table(rows, width) + "\nCommands:\n";
  rows.clear();
  const Catalogue& local = local_commands();
  for (std::size_t at = 0; at < local.size(); ++at)
    if (const std::string_view id = local.id_at(at); id.find('.') == std::string_view::npos)
      rows.push_back({std::string(id), std::string(local.summary_at(at))});
  text += help_table(rows, width) + "\nTopics:\n";
  rows.clear();
  for (const Topic& topic : help_topics()) rows.push_back({"help " + std::string(topic.name), std::string(topic.title)});
  text += help_table(rows, width) + "\nFirst steps:\n";
  const std::vector<HelpRow> steps = {
      {"facioctl serve", "run an agent on this machine, ready for commands in another shell"},
      {"facioctl context add NAME --url URL --token-file FILE", "add an agent elsewhere; the command then says how to go on"},
      {"facioctl audit -f", "follow what the agent does"},
      {"facioctl top", "the same as a full-screen view"},
  };
  return text + help_table(steps, width) + "\nEvery area, command and flag: facioctl AREA, facioctl AREA COMMAND -h\n";
}

Error unknown_command(std::string_view first, std::string_view second, std::string_view third, const System* here) {
  const Words words = find_command(first, second, third, here);
  std::string typed(first), known;
  if (words.prefixed && !second.empty()) typed += " " + std::string(second);
  if (!words.area.empty() && !(words.prefixed ? third : second).empty()) typed += " " + std::string(words.prefixed ? third : second);
  if (words.prefixed) known = words.system->name;
  if (!words.area.empty()) known += (known.empty() ? "" : " ") + std::string(words.area);
  std::string message = "unknown command '" + typed + "'";
  if (const auto ours = words.prefixed ? std::string_view{} : meaning_of_other_words(first, second); !ours.empty())
    return Error(Code::usage, std::move(message)).with_hint("facioctl " + std::string(ours));
  const auto near = suggest_command(first, second, third, here);
  for (std::size_t i = 0; i < near.size(); ++i) message += (i == 0 ? "; did you mean: " : ", ") + near[i];
  Error error(Code::usage, std::move(message));
  return std::move(error).with_hint(known.empty() ? "facioctl help" : "facioctl " + known);
}

Result<std::string> help_about(std::span<const std::string_view> words, const System* here, int width) {
  if (words.empty()) return overview_help(width);
  const auto word = [&](std::size_t at) { return at < words.size() ? words[at] : std::string_view{}; };
  std::string topic = words.size() == 1 ? topic_help(words[0], width) : std::string();
  const Words found = find_command(word(0), word(1), word(2), here);
  const bool named_alike = found.prefixed || found.area == words[0] || (found.endpoint != nullptr && found.endpoint->own_id() == words[0]);
  if (!topic.empty() && !named_alike) return topic;
  if (!topic.empty()) topic += "\n";
  if (found.prefixed && words.size() == 1) return topic + system_help(*found.system, width);
  const bool whole_area = words.size() == (found.prefixed ? 2U : 1U) && !found.area.empty();
  if (whole_area) return topic + area_help(found.system, found.area, width);
  if (found.endpoint != nullptr && found.used == static_cast<int>(words.size())) return topic + full_help(*found.endpoint, width);
  return fail(unknown_command(word(0), word(1), word(2), here));
}

}  // namespace facio
