// Endpoints of the policy area (contract section 12).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/policy/shapes.hpp"

namespace facio::policy {

inline constexpr Column kColumns[] = {
    {"action", "ACTION"}, {"tool", "TOOL"}, {"params", "ARGUMENTS"}, {"added_at", "ADDED"}, {"added_by", "BY", true},
};

inline constexpr Column kVerdictColumns[] = {{"decision", "DECISION"}, {"tool", "TOOL"}, {"rule", "RULE"}, {"why", "WHY"}};
inline constexpr Column kFlipColumns[] = {{"count", "COUNT"}, {"tool", "TOOL"},       {"from", "FROM"},
                                          {"to", "TO"},       {"example_ts", "LAST"}, {"why", "WHY", true}};

// Of the query only where a body got lost on the way; a command sends the body.
inline constexpr Param kRemoveParams[] = {
    query_param("action", types::string, "action of the rule, if there is no body", {.choices = kPolicyActions, .flag = "-"}),
    query_param("tool", types::string, "tool of the rule, if there is no body", {.not_blank = true, .flag = "-"}),
    query_param("params", types::string, "arguments of the rule as a JSON object, if there is no body",
                {.format = Format::json_object, .flag = "-"}),
    positional("rule", "allow or deny, and a tool; or only tools, each with a single rule", {.repeatable = true, .value_name = "RULE"}),
};
inline constexpr Param kTool =
    positional("tool", "tool; * matches anything, as in mcp:github:*", {.required = true, .max_length = 256, .value_name = "TOOL"});
inline constexpr Param kParam =
    local_flag("param", types::strings, "argument that a call must have; * in the value matches anything", {.value_name = "NAME=VALUE"});
inline constexpr Param kRuleParams[] = {
    kTool,
    kParam,
    local_flag("added-by", types::string, "who adds the rule", {.value_name = "NAME"}),
};
inline constexpr Param kTestParams[] = {
    positional("tool", "tool that is called", {.required = true, .value_name = "TOOL"}),
    local_flag("param", types::strings, "argument of the call", {.value_name = "NAME=VALUE"}),
    local_flag("origin", types::string, "origin of the call, such as cron", {.value_name = "NAME"}),
    local_flag("file", types::string, "rules to test instead of the agent's, YAML or JSON; nothing is sent", {.value_name = "FILE"}),
    local_flag("exit-code", types::boolean, "exit with code 8 if the call is denied or needs approval"),
};
inline constexpr Param kReplayParams[] = {
    positional("file", "the proposed rules, YAML or JSON: {rules: [...], enabled, skipCron}", {.value_name = "FILE"}),
    local_flag("rules", types::string, "the same as FILE", {.flag = "file", .letter = 'f', .value_name = "FILE"}),
    local_flag("since", types::string, "calls since this time, e.g. 30d",
               {.format = Format::time, .default_text = "30d", .value_name = "TIME"}),
    local_flag("exit-code", types::boolean, "exit with code 8 if a decision changes"),
};

inline constexpr Endpoint kEndpoints[] = {
    get("policy.list", "/api/v1/policy", "List the rules for tool calls")
        .list<PolicyState, PolicyRule>(kColumns, "tool", "rules")
        .synonyms<"policy get">(),
    post("policy.add", "/api/v1/policy", "Add a rule for tool calls")
        .body<PolicyAdd>()
        .whole<"policy.list">()
        .reply<PolicyRule>(kColumns, "tool")
        .success(201, 200)
        .errors<Code::rejected>()
        .idempotent(),
    remote("policy.allow", "Allow calls of a tool without asking").params(kRuleParams).reply<PolicyRule>(kColumns, "tool").writes(),
    remote("policy.deny", "Deny calls of a tool").params(kRuleParams).reply<PolicyRule>(kColumns, "tool").writes(),
    remote("policy.test", "Show what the policy decides about a call, and why")
        .params(kTestParams)
        .reply<PolicyVerdict>(kVerdictColumns, "tool"),
    remote("policy.replay", "Compare proposed with current rules on past calls")
        .params(kReplayParams)
        .list<PolicyReplay>(kFlipColumns, "tool"),
    del("policy.remove", "/api/v1/policy", "Remove one rule for tool calls")
        .params(kRemoveParams)
        .optional_body<PolicyRemove>()
        .reply<PolicyRemoved>()
        .errors<Code::rejected, Code::not_found>(),
    del("policy.clear", "/api/v1/policy/all", "Remove every rule for tool calls").reply<PolicyCleared>(),
    patch("policy.set", "/api/v1/policy/settings", "Change the switches of the tool policy")
        .body<PolicySettingsChange>()
        .whole<"policy.list">()
        .each("rules", "policy.add", "policy.remove")
        .reply<PolicySettings>()
        .errors<Code::rejected>(),
    edit("policy.edit", "Edit the rules and switches of the tool policy in your editor", "policy.set")
        .each("rules", "policy.add", "policy.remove"),
};

}  // namespace facio::policy
