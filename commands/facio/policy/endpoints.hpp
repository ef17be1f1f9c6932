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
    query_param("action", types::string, "action of the rule, where there is no body", {.choices = kPolicyActions, .flag = "-"}),
    query_param("tool", types::string, "tool of the rule, where there is no body", {.flag = "-"}),
    query_param("params", types::string, "arguments of the rule as a JSON object, where there is no body", {.flag = "-"}),
    positional("rule", "allow or deny, and the tool of the rule; instead of --action and --tool",
               {.repeatable = true, .value_name = "ACTION TOOL"}),
};
inline constexpr Param kTool =
    positional("tool", "tool; * stands for anything, as in mcp:github:*", {.required = true, .max_length = 256, .value_name = "TOOL"});
inline constexpr Param kParam =
    local_flag("param", types::strings, "argument that a call must have; * in the value stands for anything", {.value_name = "NAME=VALUE"});
inline constexpr Param kRuleParams[] = {
    kTool,
    kParam,
    local_flag("added-by", types::string, "who adds the rule", {.value_name = "NAME"}),
};
inline constexpr Param kTestParams[] = {
    positional("tool", "tool that is called", {.required = true, .value_name = "TOOL"}),
    local_flag("param", types::strings, "argument of the call", {.value_name = "NAME=VALUE"}),
    local_flag("origin", types::string, "what starts the call, as cron", {.value_name = "NAME"}),
    local_flag("file", types::string, "rules to ask instead of the agent's, YAML or JSON; nothing is sent then", {.value_name = "FILE"}),
    local_flag("exit-code", types::boolean, "exit 8 when the call is denied or asks"),
};
inline constexpr Param kReplayParams[] = {
    positional("file", "the proposed rules, YAML or JSON: {rules: [...], enabled, skipCron}", {.required = true, .value_name = "FILE"}),
    local_flag("since", types::string, "calls from this time on, as 30d",
               {.format = Format::time, .default_text = "30d", .value_name = "TIME"}),
    local_flag("exit-code", types::boolean, "exit 8 when a decision flips"),
};

inline constexpr Example kListExamples[] = {{"policy list", "all rules"}, {"policy list -o json", "the same for a program"}};
inline constexpr Example kAddExamples[] = {
    {"policy add --action allow --tool 'mcp:github:*'", "never ask before a tool of this server"},
    {"policy add --action deny --tool exec --param 'command=rm *'", "never run these commands"},
};
inline constexpr Example kRemoveExamples[] = {
    {"policy remove deny exec --param 'command=rm *'", "remove one rule, after asking"},
    {"policy remove --action deny --tool exec --param 'command=rm *' --yes", "remove one rule without being asked"}};
inline constexpr Example kClearExamples[] = {{"policy clear --yes", "remove every rule without being asked"}};
inline constexpr Example kSetExamples[] = {{"policy set --skip-cron", "let cron jobs call tools without asking"},
                                           {"policy set --no-enabled", "let all tools run"}};

inline constexpr Example kAllowExamples[] = {{"policy allow 'mcp:github:*'", "never ask before a tool of this server"},
                                             {"policy allow exec --param 'command=git status*'", "let these commands run"}};
inline constexpr Example kDenyExamples[] = {{"policy deny exec --param 'command=rm *'", "never run these commands"}};
inline constexpr Example kTestExamples[] = {
    {"policy test exec --param 'command=rm -rf /'", "which rule decides, and why"},
    {"policy test mcp:github:create_issue --origin cron --exit-code", "whether a cron job may call it, for a script"}};
inline constexpr Example kReplayExamples[] = {
    {"policy replay rules.yaml --since 30d", "which decisions of the last month would have been others"}};

inline constexpr Endpoint kEndpoints[] = {
    get("policy.list", "/api/v1/policy", "List the rules for tool calls")
        .description("Whether the policy is switched on, and whether calls from cron jobs skip the prompt, is told on standard error, with "
                     "-v also the "
                     "file that holds it; `facioctl api /policy` has all of it for a program.")
        .list<PolicyState, PolicyRule>(kColumns, "tool", "rules")
        .examples(kListExamples)
        .synonyms<"policy get">(),
    post("policy.add", "/api/v1/policy", "Add a rule for tool calls")
        .description("Deny beats allow; a call that no rule matches asks a person, unless the tool only reads; `policy test` tells. A rule "
                     "that exists already stays as it is and is answered with 200.")
        .body<PolicyAdd>()
        .reply<PolicyRule>(kColumns, "tool")
        .success(201, 200)
        .errors<Code::rejected>()
        .idempotent()
        .examples(kAddExamples),
    local("policy.allow", "Let calls of a tool run without asking")
        .description("The same as `policy add --action allow --tool TOOL`. A deny rule that matches still denies.")
        .params(kRuleParams)
        .reply<PolicyRule>(kColumns, "tool")
        .writes()
        .examples(kAllowExamples),
    local("policy.deny", "Never let calls of a tool run")
        .description("The same as `policy add --action deny --tool TOOL`. Deny beats allow.")
        .params(kRuleParams)
        .reply<PolicyRule>(kColumns, "tool")
        .writes()
        .examples(kDenyExamples),
    local("policy.test", "Ask what the policy says of a call, and why")
        .description("In this order: switched off, everything runs; a deny rule that matches denies; an allow rule that matches allows; "
                     "calls from cron "
                     "jobs run when skipCron is on; manage_mcp, tools of MCP servers, exec and tools that write, edit or delete ask; tools "
                     "that only read "
                     "the workspace or ask a person themselves run; everything else asks. Nothing is called. Exit 0 whatever the decision "
                     "is, unless "
                     "--exit-code is given.")
        .params(kTestParams)
        .reply<PolicyVerdict>(kVerdictColumns, "tool")
        .examples(kTestExamples),
    local("policy.replay", "Compare proposed rules with those of now on past calls")
        .description(
            "Reads the tool calls of the audit log and tells which of them the rules in FILE decide otherwise than the agent's rules of "
            "now. "
            "Switches that the file leaves out are those of the agent. Calls whose arguments the log does not show are counted apart where "
            "a rule would need them.")
        .params(kReplayParams)
        .list<PolicyReplay>(kFlipColumns, "tool")
        .examples(kReplayExamples),
    del("policy.remove", "/api/v1/policy", "Remove one rule for tool calls")
        .description("The rule is the one with the same action, tool and arguments.")
        .params(kRemoveParams)
        .optional_body<PolicyRemove>()
        .reply<PolicyRemoved>()
        .errors<Code::rejected, Code::not_found>()
        .examples(kRemoveExamples),
    del("policy.clear", "/api/v1/policy/all", "Remove every rule for tool calls").reply<PolicyCleared>().examples(kClearExamples),
    patch("policy.set", "/api/v1/policy/settings", "Change the switches of the tool policy")
        .body<PolicySettingsChange>()
        .reply<PolicySettings>()
        .errors<Code::rejected>()
        .examples(kSetExamples),
};

}  // namespace facio::policy
