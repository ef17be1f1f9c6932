// JSON types of the policy area (contract section 12).
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

inline constexpr std::string_view kPolicyActions[] = {"allow", "deny"};
inline constexpr std::string_view kPolicyDecisions[] = {"allow", "deny", "ask"};

struct PolicyRule {
  std::string action, tool;
  std::map<std::string, std::string> params;
  std::optional<std::string> added_at, added_by;

  static constexpr ShapeHead shape{"PolicyRule", "A rule that allows or denies calls of a tool", Members::open};
  static constexpr auto fields() {
    using R = PolicyRule;
    return Fields{
        field("action", &R::action, "what happens to a call", {.choices = kPolicyActions}),
        field("tool", &R::tool, "tool; * matches anything"),
        field("params", &R::params, "arguments that a call must have; if absent, every call matches", {.optional = true}),
        field("added_at", &R::added_at, "when the rule was added", {.format = Format::time}),
        field("added_by", &R::added_by, "who added it"),
    };
  }
};

struct PolicyState {
  bool enabled = true, skipCron = false;
  std::string path;
  std::vector<PolicyRule> rules;

  static constexpr ShapeHead shape{"PolicyState", "The tool policy", Members::open};
  static constexpr auto fields() {
    using S = PolicyState;
    return Fields{
        field("enabled", &S::enabled, "false: every tool runs, and the rules are ignored"),
        field("skipCron", &S::skipCron, "calls from cron jobs skip the prompt"),
        field("path", &S::path, "file that holds the policy", {.optional = true}),
        field("rules", &S::rules, "the rules; deny beats allow"),
    };
  }
};

struct PolicyAdd {
  std::string action, tool;
  std::optional<std::map<std::string, std::string>> params;
  std::optional<std::string> addedBy;

  static constexpr ShapeHead shape{"PolicyAdd", "A rule to add"};
  static constexpr auto fields() {
    using A = PolicyAdd;
    return Fields{
        field("action", &A::action, "what happens to a call", {.choices = kPolicyActions}),
        field("tool", &A::tool, "tool; * matches anything, as in mcp:github:*",
              {.not_blank = true, .max_length = 256, .example = "mcp:github:*"}),
        field("params", &A::params, "argument that a call must have; * in the value matches anything",
              {.flag = "param", .value_name = "NAME=VALUE"}),
        field("addedBy", &A::addedBy, "who adds the rule"),
    };
  }
};

/// Everything is declared optional because it may come as a query instead; action and tool are required.
struct PolicyRemove {
  std::optional<std::string> action, tool;
  std::optional<std::map<std::string, std::string>> params;

  static constexpr ShapeHead shape{"PolicyRemove", "The rule to remove: the same action, tool and arguments"};
  static constexpr auto fields() {
    using R = PolicyRemove;
    return Fields{
        field("action", &R::action, "action of the rule", {.choices = kPolicyActions, .example = "allow"}),
        field("tool", &R::tool, "tool of the rule", {.not_blank = true, .example = "mcp:github:*"}),
        field("params", &R::params, "argument of the rule", {.flag = "param", .value_name = "NAME=VALUE"}),
    };
  }
};

struct PolicyRemoved {
  bool deleted = true;

  static constexpr ShapeHead shape{"PolicyRemoved", "The rule is gone", Members::open};
  static constexpr auto fields() { return Fields{field("deleted", &PolicyRemoved::deleted, "always true")}; }
};

struct PolicyCleared {
  std::int64_t deleted = 0;

  static constexpr ShapeHead shape{"PolicyCleared", "All rules are gone", Members::open};
  static constexpr auto fields() { return Fields{field("deleted", &PolicyCleared::deleted, "number of rules that were removed")}; }
};

inline constexpr Form kSwitchForms[] = {{"enabled", ""}, {"skipCron", ""}};

struct PolicySettingsChange {
  std::optional<bool> enabled, skipCron;

  static constexpr ShapeHead shape{"PolicySettingsChange", "Switches of the policy to change; at least one", Members::closed, kSwitchForms,
                                   "body: give enabled or skipCron, or both"};
  static constexpr auto fields() {
    using C = PolicySettingsChange;
    return Fields{
        field("enabled", &C::enabled, "apply the rules; if off, every tool runs", {.example = "true"}),
        field("skipCron", &C::skipCron, "calls from cron jobs skip the prompt"),
    };
  }
};

struct PolicySettings {
  bool enabled = true, skipCron = false;

  static constexpr ShapeHead shape{"PolicySettings", "Switches of the policy", Members::open};
  static constexpr auto fields() {
    using S = PolicySettings;
    return Fields{
        field("enabled", &S::enabled, "the rules are applied; if off, every tool runs"),
        field("skipCron", &S::skipCron, "calls from cron jobs skip the prompt"),
    };
  }
};

struct PolicyVerdict {
  std::string decision, tool;
  std::optional<std::string> rule;
  std::string why;

  static constexpr ShapeHead shape{"PolicyVerdict", "What the policy decides about a call"};
  static constexpr auto fields() {
    using V = PolicyVerdict;
    return Fields{
        field("decision", &V::decision, "what happens to the call", {.choices = kPolicyDecisions}),
        field("tool", &V::tool, "tool that is called"),
        field("rule", &V::rule, "rule that decides, in one line", {.nullable = true}),
        field("why", &V::why, "why, in one sentence"),
    };
  }
};

struct PolicyFlip {
  std::int64_t count = 0;
  std::string tool, from, to;
  std::optional<std::string> example_ts, why;

  static constexpr ShapeHead shape{"PolicyFlip", "Calls of one tool that the proposed rules decide differently"};
  static constexpr auto fields() {
    using F = PolicyFlip;
    return Fields{
        field("count", &F::count, "calls"),
        field("tool", &F::tool, "tool that was called"),
        field("from", &F::from, "decision of the current rules", {.choices = kPolicyDecisions}),
        field("to", &F::to, "decision of the proposed rules", {.choices = kPolicyDecisions}),
        field("example_ts", &F::example_ts, "when the last of them was made", {.format = Format::time}),
        field("why", &F::why, "why the proposed rules decide this"),
    };
  }
};

struct PolicyReplay {
  std::vector<PolicyFlip> items;
  std::int64_t calls = 0, flipped = 0, unknown = 0;
  std::string since;

  static constexpr ShapeHead shape{"PolicyReplay", "What proposed rules would have decided about past calls"};
  static constexpr auto fields() {
    using R = PolicyReplay;
    return Fields{
        field("items", &R::items, "decisions that change"),
        field("calls", &R::calls, "calls that were examined"),
        field("flipped", &R::flipped, "calls that are decided differently"),
        field("unknown", &R::unknown, "calls that cannot be judged, because the audit log does not show their arguments"),
        field("since", &R::since, "start of the period", {.format = Format::time}),
    };
  }
};

}  // namespace facio
