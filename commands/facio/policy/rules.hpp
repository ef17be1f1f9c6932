// How the tool policy decides on a call; used by client and server.
//
// In this order: switched off, everything runs; a deny rule that matches denies; an allow rule that matches allows; a call from a cron job
// runs when skipCron is on; what is on the ask list asks; what only reads or asks a person itself runs; everything else asks.
//
// A `*` in a rule stands for any run of characters. A tool of an MCP server has two spellings, mcp:<server>:<tool> and
// mcp_<server>_<tool>: a rule in one of them also matches calls in the other. Two names in the same spelling are compared as they are, so
// that a rule for the server `a` does not match a server `a_b` as long as calls are spelt with colons.
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
#include "commands/facio/policy/shapes.hpp"

namespace facio::policy {

enum class Decision : std::uint8_t { allow, deny, ask };
constexpr std::string_view name_of(Decision decision) {
  constexpr std::string_view names[] = {"allow", "deny", "ask"};
  return names[static_cast<int>(decision)];
}

/// Tools that always ask a person unless a rule decides.
inline constexpr std::array<std::string_view, 6> kAsk = {"manage_mcp", "mcp_*", "exec", "write_*", "edit_*", "delete_*"};
/// Tools that run without a rule: they only read the agent's own data, or ask a person themselves.
inline constexpr std::array<std::string_view, 11> kRun = {"read_file",    "list_dir",      "list_files",    "find_files",
                                                          "search_files", "cron_list",     "list_peers",    "ask_approval",
                                                          "ask_form",     "ask_selection", "ask_text_input"};

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
      for (const auto& [name, value] : rules_[i].params) one.params.emplace_back(name, Pattern(value));
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
    if (!switches.enabled) return {Decision::allow, nullptr, "the policy is switched off: every tool runs", true};
    Found found;
    const std::string other = underscored(call.tool);
    if (const auto named = by_name_.find(other); named != by_name_.end())
      for (const std::size_t i : named->second) consider(i, call, other, found);
    for (const std::size_t i : with_wildcards_) consider(i, call, other, found);
    if (found.deny < rules_.size()) return by_rule(Decision::deny, found.deny, true);
    if (found.allow < rules_.size()) return by_rule(Decision::allow, found.allow, !found.maybe_deny);
    Verdict verdict = without_rule(switches, call, other);
    verdict.certain = !found.maybe_deny && !(found.maybe_allow && verdict.decision != Decision::allow);
    return verdict;
  }

 private:
  struct Compiled {
    ToolPattern tool;
    std::vector<std::pair<std::string, Pattern>> params;
    bool deny;
  };
  /// The first matching rules; "maybe": one would match with the right arguments.
  struct Found {
    std::size_t deny = SIZE_MAX, allow = SIZE_MAX;
    bool maybe_deny = false, maybe_allow = false;
  };

  void consider(std::size_t i, const ToolCall& call, std::string_view other, Found& found) const {
    const Compiled& rule = compiled_[i];
    if (!rule.tool.matches(call.tool, other)) return;
    if (!rule.params.empty() && !call.arguments_known) {
      (rule.deny ? found.maybe_deny : found.maybe_allow) = true;
      return;
    }
    const bool fits = std::ranges::all_of(rule.params, [&](const auto& param) {
      const auto argument = call.arguments.find(param.first);
      return argument != call.arguments.end() && param.second.matches(argument->second);
    });
    std::size_t& first = rule.deny ? found.deny : found.allow;
    if (fits && i < first) first = i;
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
    if (listed(kRun, other)) return {Decision::allow, nullptr, "no rule matches, and this tool only reads or asks a person itself", true};
    return {Decision::ask, nullptr, "no rule matches: a person is asked", true};
  }

  std::vector<PolicyRule> rules_;
  std::vector<Compiled> compiled_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_name_;
  std::vector<std::size_t> with_wildcards_;
};

}  // namespace facio::policy
