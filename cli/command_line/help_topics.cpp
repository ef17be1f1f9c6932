#include <algorithm>
#include <array>

#include "cli/catalogue/json_writer.hpp"
#include "cli/command_line/help.hpp"
#include "cli/command_line/help_texts.hpp"

namespace facio {
namespace {

constexpr std::array<std::string_view, 10> kTopics = {"exit-codes", "environment", "contexts",   "tokens",  "output",
                                                      "filters",    "audit",       "completion", "plugins", "scripting"};
constexpr std::array<std::string_view, 10> kTitles = {"what the exit codes mean",
                                                      "environment variables that are read",
                                                      "named targets, and which one is meant",
                                                      "where a token comes from, and where it never goes",
                                                      "formats, columns, times, colours",
                                                      "expressions: which items of a list are shown",
                                                      "what the agent did: events, runs, usage",
                                                      "TAB in bash, zsh and fish",
                                                      "commands of your own",
                                                      "for scripts and other programs"};

/// The rows of the code table that stand for an exit code, each once.
std::vector<const CodeInfo*> exit_rows() {
  std::vector<const CodeInfo*> rows;
  for (const CodeInfo& row : code_table())
    if (std::ranges::none_of(rows, [&](const CodeInfo* before) { return before->exit == row.exit; })) rows.push_back(&row);
  return rows;
}

std::string exit_codes() {
  std::string text = "Exit codes; they never change their meaning\n\n";
  for (const CodeInfo* row : exit_rows()) {
    const std::string number = std::to_string(row->exit);
    text += "  " + std::string(number.size() < 2 ? 1 : 0, ' ') + number + "  " + std::string(row->name) +
            std::string(row->name.size() < 17 ? 17 - row->name.size() : 1, ' ') + std::string(row->when) +
            (row->retryable ? " (trying again can help)" : "") + "\n";
  }
  return text + "  130, 143, 141      ended by SIGINT, SIGTERM, SIGPIPE\n";
}

std::string environment() {
  std::string text = "Environment variables; an empty one counts as unset\n\n";
  for (const HelpRow& row : environment_rows())
    text += "  " + row.left + std::string(row.left.size() < 25 ? 25 - row.left.size() : 1, ' ') + row.right + "\n";
  return text + "\nA flag beats the environment, the environment beats the context.\n";
}

}  // namespace

std::vector<HelpRow> environment_rows() {
  std::vector<HelpRow> rows;
  const auto add = [&rows](std::string_view rest) {
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(line.size() + 1);
      const auto blank = line.find(' ');
      rows.push_back({std::string(line.substr(0, blank)), std::string(line.substr(blank + 1))});
    }
  };
  add(kEnvironmentVariables);
  for (const System* system : systems()) add(system->environment);
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

std::span<const std::string_view> help_topics() { return kTopics; }

std::string_view topic_title(std::string_view topic) {
  for (std::size_t i = 0; i < kTopics.size(); ++i)
    if (kTopics[i] == topic) return kTitles[i];
  return {};
}

std::string topic_help(std::string_view topic) {
  if (topic == "exit-codes") return exit_codes();
  if (topic == "environment") return environment();
  if (topic == "contexts") return std::string(kContextsText);
  if (topic == "tokens") return std::string(kTokensText);
  if (topic == "output") return std::string(kOutputText);
  if (topic == "filters") return std::string(kFiltersText);
  if (topic == "audit") return std::string(kAuditText);
  if (topic == "completion") return std::string(kCompletionText);
  if (topic == "plugins") return std::string(kPluginsText);
  if (topic == "scripting") return std::string(kScriptingText);
  return {};
}

}  // namespace facio
