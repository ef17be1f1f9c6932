// How the tool policy decides on a call; used by client and server.
//
// In this order: switched off, everything runs; a deny rule that matches denies; an allow rule that matches allows; a call from a cron job
// runs when skipCron is on; what is on the ask list asks; what only reads or asks a person itself runs; everything else asks.
//
// A `*` in a rule stands for any run of characters. A tool of an MCP server has two spellings, mcp:<server>:<tool> and
// mcp_<server>_<tool>: a rule in one of them also matches calls in the other. Two names in the same spelling are compared as they are, so
// that a rule for the server `a` does not match a server `a_b` as long as calls are spelt with colons.
//
// What forbids to read a file forbids to give it away with answer, too.
//
// The path of a file tool is compared as the tool uses it: without "./", "//" and "..". Where links lead elsewhere, a deny rule matches
// either path and an allow rule must match both.
//
// `programs=git,ls` in a rule for exec lists the programs that may be run: it matches a command that is one program with literal words and
// nothing for the shell to interpret. With such an allow rule, commands that no rule allows are denied, not asked about.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cli/core/glob.hpp"
#include "cli/core/json.hpp"
#include "cli/core/text.hpp"
#include "commands/facio/policy/shapes.hpp"

namespace facio::policy {

enum class Decision : std::uint8_t { allow, deny, ask };
constexpr std::string_view name_of(Decision decision) {
  constexpr std::string_view names[] = {"allow", "deny", "ask"};
  return names[static_cast<int>(decision)];
}

/// Tools that always ask a person unless a rule decides.
inline constexpr std::array<std::string_view, 6> kAsk = {"manage_mcp", "mcp_*", "exec", "write_*", "edit_*", "delete_*"};
/// Tools that run without a rule: they only read the agent's own data, ask a person themselves, or answer who asked.
inline constexpr std::array<std::string_view, 12> kRun = {"read_file",    "list_dir",      "list_files",     "find_files",
                                                          "search_files", "cron_list",     "list_peers",     "ask_approval",
                                                          "ask_form",     "ask_selection", "ask_text_input", "answer"};

struct Switches {
  bool enabled = true;
  bool skip_cron = false;
};

/// One call of a tool.
struct ToolCall {
  std::string tool;
  std::map<std::string, std::string> arguments;  ///< each as text
  std::string origin;                            ///< what started the turn, e.g. "cron"
  bool arguments_known = true;                   ///< false: rules with arguments cannot be matched
  std::string real_path = {};                    ///< of a file tool: where links lead; empty: the same, or not known
  bool any_case = false;                         ///< the workspace does not tell capitals and small letters apart
};

struct Verdict {
  Decision decision = Decision::ask;
  const PolicyRule* rule = nullptr;  ///< the one that decided; null when none did
  std::string why;                   ///< one sentence
  bool certain = true;               ///< false: it depends on unknown arguments
};

/// A rule in one line: deny exec command=rm *
inline std::string describe(const PolicyRule& rule) {
  std::string text = rule.action + " " + rule.tool;
  for (const auto& [name, value] : rule.params) text += " " + name + "=" + value;
  return text;
}

/// An argument as rules match it: a text itself, everything else as JSON.
inline std::string argument_text(JsonRef value) { return value.is(JsonKind::string) ? value.string() : value.dump(); }

inline constexpr std::string_view kPrograms = "programs", kPath = "path", kExec = "exec", kReadFile = "read_file", kAnswer = "answer";

/// Tools whose argument `path` is a path of the workspace.
inline bool is_file_tool(std::string_view tool) {
  constexpr std::string_view kTools[] = {"read_file",   "list_dir",     "write_file", "edit_file",
                                         "delete_file", "search_files", "find_files", "answer"};
  return std::ranges::find(kTools, tool) != std::end(kTools);
}

/// Whether the call hands the contents of a file to somebody else.
inline bool gives_file_away(const ToolCall& call) {
  return call.tool == kAnswer && (!call.arguments_known || call.arguments.contains(std::string(kPath)));
}

/// A path without "//", "./" and steps up, as the file system reads it.
inline std::string plain_path(std::string_view path) {
  std::vector<std::string_view> names;
  for (const std::string_view name : split(path, '/')) {
    if (name == ".." && !names.empty() && names.back() != "..") names.pop_back();
    else if (!name.empty() && name != ".") names.push_back(name);
  }
  std::string plain = path.starts_with('/') ? "/" : "";
  for (std::size_t i = 0; i < names.size(); ++i) plain.append(i == 0 ? "" : "/").append(names[i]);
  return plain.empty() ? "." : plain;
}

/// The program of a command for sh that is nothing but a program's name and literal words; empty for every other, such as one with a
/// second command, a variable, a redirection, a pattern, or a program that is named by its path.
inline std::string only_program(std::string_view command) {
  constexpr std::string_view kPlain = "_./:=@%+,-", kNotQuoted = "$`\"\\!";
  std::string first;
  bool in_first = false, past_first = false;
  char quote = '\0';
  for (const char c : command) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t') return {};
    if (quote != '\0') {
      if (c == quote) quote = '\0';
      else if (quote == '"' && kNotQuoted.find(c) != std::string_view::npos) return {};
      continue;
    }
    if (c == ' ' || c == '\t') {
      past_first = past_first || in_first;
    } else if (c == '\'' || c == '"') {
      if (!past_first) return {};
      quote = c;
    } else if (!is_letter(c) && !is_digit(c) && kPlain.find(c) == std::string_view::npos) {
      return {};
    } else if (!past_first) {
      if (c == '/' || c == '=') return {};
      in_first = true;
      first += c;
    }
  }
  return quote == '\0' ? first : std::string();
}

/// Whether a list "git,ls" has this program.
inline bool lists_program(std::string_view list, std::string_view program) {
  const auto all = split(list, ',');
  return !program.empty() && std::ranges::any_of(all, [program](std::string_view one) { return trimmed(one) == program; });
}

/// Why a rule holds less than it seems to; empty when it does not. For whoever writes it.
inline std::string weakness(std::string_view action, std::string_view tool, const std::map<std::string, std::string>& params) {
  const auto command = params.find("command");
  if (tool != "exec" || command == params.end() || command->second == "*") return {};
  if (action == "deny")
    return "a rule about the command text does not stop a program: \"true; rm x\" and \"\\rm x\" differ from \"rm x\"; to limit "
           "what may run, use: policy allow exec --param programs=git,ls";
  if (command->second.find('*') == std::string::npos) return {};
  return "the * also matches \"; rm -rf .\" and anything else a shell understands; to limit what may run: policy allow exec "
         "--param programs=git,ls";
}

/// A compiled text with wildcards. Most have none, or one at the end.
class Pattern {
 public:
  explicit Pattern(std::string_view text) : text_(text), star_(text.find('*')) {}

  [[nodiscard]] bool exact() const { return star_ == std::string::npos; }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool matches(std::string_view value) const {
    if (exact()) return value == text_;
    if (!value.starts_with(std::string_view(text_).substr(0, star_))) return false;
    return star_ + 1 == text_.size() || fits_glob(value.substr(star_), std::string_view(text_).substr(star_), {.question = false});
  }

 private:
  std::string text_;
  std::size_t star_;
};

inline bool is_mcp(std::string_view tool) { return tool.starts_with("mcp:") || tool.starts_with("mcp_"); }
/// The spelling of an MCP tool with underscores; other names as they are.
inline std::string underscored(std::string_view tool) {
  std::string text(tool);
  if (is_mcp(tool)) std::ranges::replace(text, ':', '_');
  return text;
}

/// A tool's name or a pattern of names, which also matches the other spelling.
class ToolPattern {
 public:
  explicit ToolPattern(std::string_view text)
      : as_written_(text), underscored_(policy::underscored(text)), colons_(text.starts_with("mcp:")) {}

  [[nodiscard]] bool exact() const { return as_written_.exact(); }
  /// Key of an index of exact names.
  [[nodiscard]] const std::string& key() const { return underscored_.text(); }
  /// `other`: the tool in underscores.
  [[nodiscard]] bool matches(std::string_view tool, std::string_view other) const {
    if (as_written_.matches(tool)) return true;
    return is_mcp(tool) && colons_ != tool.starts_with("mcp:") && underscored_.matches(other);
  }

 private:
  Pattern as_written_, underscored_;
  bool colons_;
};

/// Rules compiled for many decisions: those for one tool are found by its name, those with wildcards are tried in turn.
class RuleSet {
 public:
  explicit RuleSet(std::vector<PolicyRule> rules) : rules_(std::move(rules)) {
    compiled_.reserve(rules_.size());
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      Compiled one{ToolPattern(rules_[i].tool), {}, rules_[i].action == "deny"};
      for (const auto& [name, value] : rules_[i].params)
        one.params.push_back({name, Pattern(value), name == kPath ? plain_path(value) : std::string()});
      one.programs = !one.deny && rules_[i].params.contains(std::string(kPrograms));
      if (one.tool.exact()) by_name_[one.tool.key()].push_back(i);
      else with_wildcards_.push_back(i);
      compiled_.push_back(std::move(one));
    }
  }
  RuleSet(const RuleSet&) = delete;
  RuleSet& operator=(const RuleSet&) = delete;

  [[nodiscard]] const std::vector<PolicyRule>& rules() const { return rules_; }

  /// The verdict on a call. Of several matching rules with the winning action, the first decides.
  [[nodiscard]] Verdict decide(const Switches& switches, const ToolCall& call) const {
    if (!switches.enabled) return {Decision::allow, nullptr, "the policy is disabled: every tool runs", true};
    const std::string other = underscored(call.tool);
    Found found = find(call, other);
    if (gives_file_away(call)) {
      // Who may not read a file cannot give it away either.
      ToolCall reading = call;
      reading.tool = kReadFile;
      const Found of_reading = find(reading, reading.tool);
      found.deny = std::min(found.deny, of_reading.deny);
      found.maybe_deny = found.maybe_deny || of_reading.maybe_deny;
    }
    if (found.deny < rules_.size()) return by_rule(Decision::deny, found.deny, true);
    if (found.allow < rules_.size()) return by_rule(Decision::allow, found.allow, !found.maybe_deny);
    if (found.programs < rules_.size())
      return {Decision::deny, &rules_[found.programs],
              "the rule \"" + describe(rules_[found.programs]) + "\" lists what may run, and this is not one of these programs alone",
              true};
    Verdict verdict = without_rule(switches, call, other);
    verdict.certain = !found.maybe_deny && !(found.maybe_allow && verdict.decision != Decision::allow);
    return verdict;
  }

 private:
  struct Param {
    std::string name;
    Pattern pattern;
    std::string path;  ///< the pattern of a path in plain form
  };
  struct Compiled {
    ToolPattern tool;
    std::vector<Param> params;
    bool deny;
    bool programs = false;  ///< allows the programs of a list
  };
  /// The first matching rules; "maybe": one would match with the right arguments.
  struct Found {
    std::size_t deny = SIZE_MAX, allow = SIZE_MAX, programs = SIZE_MAX;
    bool maybe_deny = false, maybe_allow = false;
  };

  [[nodiscard]] Found find(const ToolCall& call, const std::string& other) const {
    Found found;
    if (const auto named = by_name_.find(other); named != by_name_.end())
      for (const std::size_t i : named->second) consider(i, call, other, found);
    for (const std::size_t i : with_wildcards_) consider(i, call, other, found);
    return found;
  }

  void consider(std::size_t i, const ToolCall& call, std::string_view other, Found& found) const {
    const Compiled& rule = compiled_[i];
    if (!rule.tool.matches(call.tool, other)) return;
    if (!rule.params.empty() && !call.arguments_known) {
      (rule.deny ? found.maybe_deny : found.maybe_allow) = true;
      return;
    }
    if (rule.programs && call.tool == kExec && i < found.programs) found.programs = i;
    const bool fits = std::ranges::all_of(rule.params, [&](const Param& param) { return param_fits(param, call, rule.deny); });
    std::size_t& first = rule.deny ? found.deny : found.allow;
    if (fits && i < first) first = i;
  }

  static bool param_fits(const Param& param, const ToolCall& call, bool deny) {
    if (param.name == kPrograms && call.tool == kExec) {
      const auto command = call.arguments.find("command");
      const std::string program = command == call.arguments.end() ? std::string() : only_program(command->second);
      return (deny && program.empty()) || lists_program(param.pattern.text(), program);
    }
    const auto argument = call.arguments.find(param.name);
    if (argument == call.arguments.end()) return false;
    if (param.name != kPath || !is_file_tool(call.tool)) return param.pattern.matches(argument->second);
    const GlobSyntax syntax{.question = false, .any_case = call.any_case};
    const bool named = fits_glob(plain_path(argument->second), param.path, syntax);
    if (call.real_path.empty()) return named;
    const bool real = fits_glob(call.real_path, param.path, syntax);
    return deny ? named || real : named && real;
  }

  [[nodiscard]] Verdict by_rule(Decision decision, std::size_t i, bool certain) const {
    const std::string word = decision == Decision::deny ? "denied" : "allowed";
    const std::string reason = decision == Decision::deny ? ", and deny beats allow" : "; no rule denies it";
    return {decision, &rules_[i], word + " by the rule \"" + describe(rules_[i]) + "\"" + reason, certain};
  }

  static bool listed(std::span<const std::string_view> list, std::string_view tool) {
    return std::ranges::any_of(list, [tool](std::string_view name) {
      return name.ends_with('*') ? tool.starts_with(name.substr(0, name.size() - 1)) : tool == name;
    });
  }
  static Verdict without_rule(const Switches& switches, const ToolCall& call, std::string_view other) {
    if (switches.skip_cron && call.origin == "cron")
      return {Decision::allow, nullptr, "no rule matches, and calls from cron jobs skip the prompt", true};
    if (listed(kAsk, other)) return {Decision::ask, nullptr, "no rule matches, and this tool always asks without one", true};
    if (listed(kRun, other)) return {Decision::allow, nullptr, "no rule matches, and this tool only reads, or asks a person itself", true};
    return {Decision::ask, nullptr, "no rule matches: a person is asked", true};
  }

  std::vector<PolicyRule> rules_;
  std::vector<Compiled> compiled_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_name_;
  std::vector<std::size_t> with_wildcards_;
};

}  // namespace facio::policy
