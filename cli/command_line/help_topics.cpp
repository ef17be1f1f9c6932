#include <algorithm>

#include "cli/catalogue/json_writer.hpp"
#include "cli/command_line/help_layout.hpp"
#include "cli/core/text.hpp"
#include "help_topics.hpp"

namespace facio {

std::vector<const CodeInfo*> exit_rows() {
  std::vector<const CodeInfo*> rows;
  for (const CodeInfo& row : code_table())
    if (std::ranges::none_of(rows, [&](const CodeInfo* before) { return before->exit == row.exit; })) rows.push_back(&row);
  return rows;
}

namespace {

std::string exit_codes(int width) {
  std::vector<HelpRow> rows;
  for (const CodeInfo* row : exit_rows()) {
    const std::string number = std::to_string(row->exit);
    rows.push_back({std::string(number.size() < 2 ? 1 : 0, ' ') + number + "  " + std::string(row->name),
                    std::string(row->when) + (row->retryable ? " (retrying can help)" : "")});
  }
  rows.push_back({"130, 143, 141", "ended by SIGINT, SIGTERM, SIGPIPE"});
  return "Exit codes; they never change their meaning\n\n" + help_table(rows, width);
}

std::string environment(int width) {
  std::string text = "Environment variables that facioctl reads\n";
  const auto add = [&](std::string_view title, auto&& belongs) {
    std::vector<HelpRow> rows;
    for (const VariableInfo& row : variable_table())
      if (belongs(row)) rows.push_back({std::string(row.name), std::string(row.meaning)});
    text.append("\n").append(title).append(":\n").append(help_table(rows, width));
  };
  add("Read by all commands that need them", [](const VariableInfo& row) { return row.is_read_by("*"); });
  add("Read by some commands",
      [](const VariableInfo& row) { return !row.readers.empty() && !row.is_read_by("*") && row.readers != "serve"; });
  add("Read only by facioctl serve", [](const VariableInfo& row) { return row.readers == "serve"; });
  add("Set by facioctl itself", [](const VariableInfo& row) { return row.readers.empty(); });
  return text + "\n" +
         wrapped_help(std::string(kEnvironmentRule) +
                          "\nFlags override the environment; the environment overrides the context and the file of serve --config.",
                      width);
}

}  // namespace

std::vector<Topic> help_topics() {
  constexpr std::string_view kMark = "\n## ";
  std::vector<Topic> topics;
  std::string_view rest = embedded::kTopics;
  for (auto at = rest.find(kMark); at != std::string_view::npos; at = rest.find(kMark)) {
    rest.remove_prefix(at + kMark.size());
    const auto colon = rest.find(": "), feed = rest.find('\n');
    const std::string_view text = rest.substr(feed + 1, rest.find(kMark) - feed);
    topics.push_back({rest.substr(0, colon), rest.substr(colon + 2, feed - colon - 2), text});
    rest.remove_prefix(feed);
  }
  return topics;
}

std::vector<HelpRow> environment_rows() {
  std::vector<HelpRow> rows;
  for (const VariableInfo& row : variable_table()) rows.push_back({std::string(row.name), std::string(row.meaning)});
  return rows;
}

std::vector<HelpRow> environment_rows(std::string_view reader) {
  std::vector<HelpRow> rows;
  for (const VariableInfo& row : variable_table())
    if (row.is_read_by(reader)) rows.push_back({std::string(row.name), std::string(row.meaning)});
  return rows;
}

std::string exit_codes_json() {
  JsonWriter json;
  json.begin_array();
  for (const CodeInfo* row : exit_rows())
    json.begin_object()
        .member("exit", row->exit)
        .member("name", row->name)
        .member("retryable", row->retryable)
        .member("when", row->when)
        .end_object();
  json.end_array();
  return json.take();
}

std::string topic_help(std::string_view name, int width) {
  if (name == "exit-codes") return exit_codes(width);
  if (name == "environment") return environment(width);
  const auto topics = help_topics();
  const auto topic = std::ranges::find(topics, name, &Topic::name);
  return topic == topics.end() ? std::string() : std::string(topic->text);
}

}  // namespace facio
