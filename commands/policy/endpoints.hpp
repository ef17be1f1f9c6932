// Endpoints of the policy area (contract section 12).
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/policy/shapes.hpp"

namespace facio::policy {

inline constexpr Column kColumns[] = {
    {"action", "ACTION"},
    {"tool", "TOOL"},
    {"params", "ARGUMENTS"},
    {"added_at", "ADDED"},
    {"added_by", "BY", true},
};

inline constexpr Code kBad[] = {Code::rejected};
inline constexpr Code kBadOrUnknown[] = {Code::rejected, Code::not_found};

inline constexpr Example kListExamples[] = {{"policy list", "all rules"}, {"policy list -o json", "with the switches of the policy"}};
inline constexpr Example kAddExamples[] = {
    {"policy add --action allow --tool 'mcp:github:*'", "never ask before a tool of this server"},
    {"policy add --action deny --tool exec --param 'command=rm *'", "never run these commands"},
};
inline constexpr Example kRemoveExamples[] = {{"policy remove --action deny --tool exec --param 'command=rm *' --yes", "remove one rule without being asked"}};
inline constexpr Example kClearExamples[] = {{"policy clear --yes", "remove every rule without being asked"}};
inline constexpr Example kSetExamples[] = {{"policy set --skip-cron", "let cron jobs call tools without asking"},
                                           {"policy set --no-enabled", "let all tools run"}};

inline constexpr std::string_view kListSynonyms[] = {"policy get"};

// clang-format off
inline constexpr Endpoint kEndpoints[] = {
    {.id = "policy.list", .method = Method::get, .path = "/api/v1/policy", .summary = "List the rules for tool calls", .form = ReplyForm::list,
     .reply = &shape_of<PolicyRule>, .envelope = &shape_of<PolicyState>, .items = "rules", .columns = kColumns, .key = "tool",
     .examples = kListExamples, .synonyms = kListSynonyms},
    {.id = "policy.add", .method = Method::post, .path = "/api/v1/policy", .summary = "Add a rule for tool calls",
     .description = "Deny beats allow; a call that no rule matches asks a person. A rule that exists already stays as it is.",
     .body = &shape_of<PolicyAdd>, .reply = &shape_of<PolicyRule>, .columns = kColumns, .key = "tool", .success = 201, .errors = kBad,
     .effect = Effect::write, .idempotent = true, .examples = kAddExamples},
    {.id = "policy.remove", .method = Method::del, .path = "/api/v1/policy", .summary = "Remove one rule for tool calls",
     .description = "The rule is the one with the same action, tool and arguments.", .body = &shape_of<PolicyRemove>,
     .reply = &shape_of<PolicyRemoved>, .errors = kBadOrUnknown, .effect = Effect::destructive, .examples = kRemoveExamples},
    {.id = "policy.clear", .method = Method::del, .path = "/api/v1/policy/all", .summary = "Remove every rule for tool calls",
     .reply = &shape_of<PolicyCleared>, .effect = Effect::destructive, .examples = kClearExamples},
    {.id = "policy.set", .method = Method::patch, .path = "/api/v1/policy/settings", .summary = "Change the switches of the tool policy",
     .body = &shape_of<PolicySettingsChange>, .reply = &shape_of<PolicySettings>, .errors = kBad, .effect = Effect::write,
     .idempotent = true, .examples = kSetExamples},
};
// clang-format on

}  // namespace facio::policy
