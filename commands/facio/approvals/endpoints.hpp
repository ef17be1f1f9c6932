// Endpoints of the approvals area: ours, since Facio keeps what waits for a person in Placet.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "cli/catalogue/paging_params.hpp"
#include "commands/facio/approvals/shapes.hpp"

namespace facio::approvals {

inline constexpr Column kColumns[] = {
    {"id", "ID"},
    {"status", "STATUS"},
    {"tool", "TOOL"},
    {"arguments", "ARGUMENTS"},
    {"session_key", "SESSION"},
    {"created_at", "ASKED"},
    {"expires_at", "EXPIRES", true},
    {"actor", "BY", true},
    {"reason", "REASON", true},
    {"why", "WHY", true},
};

inline constexpr Param kId = path_param("id", "id of the approval", {.value_name = "ID"});
inline constexpr Param kListParams[] = {
    query_param("status", types::string, "only those of this status; all for every one",
                {.choices = kApprovalFilters, .default_text = "pending"}),
    query_param("sessionKey", types::string, "only those of this session", {.flag = "session", .value_name = "KEY"}),
    limit_param("most approvals to list", "100"),
    offset_param("approvals to skip"),
};
inline constexpr Param kDecideParams[] = {
    kId,
    positional("more", "further approvals to decide the same way", {.repeatable = true, .value_name = "ID"}),
};
inline constexpr Param kWatchParams[] = {
    local_flag("session", types::string, "only calls of this session", {.value_name = "KEY"}),
    local_flag("actor", types::string, "who decides; without it the name of the user", {.value_name = "NAME"}),
    local_flag("once", types::boolean, "end when nothing waits any more"),
};

inline constexpr Example kListExamples[] = {{"approvals list", "calls that wait for a decision"},
                                            {"approvals list --status all -o json", "those of the past too, for a program"}};
inline constexpr Example kGetExamples[] = {{"approvals show 6730a1c2d4e5f6", "what is asked, and why"}};
inline constexpr Example kApproveExamples[] = {
    {"approvals approve 6730a1c2d4e5f6", "let the call run, this once"},
    {"approvals approve 6730a1c2d4e5f6 --always", "never ask about this tool again"},
    {"approvals approve 6730a1c2d4e5f6 --always --scope call", "never ask about the same call again"}};
inline constexpr Example kRejectExamples[] = {
    {"approvals reject 6730a1c2d4e5f6 --reason 'not on this host'", "refuse the call and tell the agent why"}};
inline constexpr Example kWatchExamples[] = {{"approvals watch", "decide on calls as they come in"},
                                             {"approvals watch -o ndjson", "print them as they come in, for a program that decides"}};

inline constexpr Endpoint kEndpoints[] = {
    get("approvals.list", "/api/v1/approvals", "List approvals")
        .description("Calls of tools that a person is asked about, because the policy asks for it: those that wait, the last asked first. "
                     "What was decided is kept for the last 1,000 calls.")
        .params(kListParams)
        .list<ApprovalList>(kColumns, "id")
        .extension()
        .examples(kListExamples),
    get("approvals.get", "/api/v1/approvals/{id}", "Show a call that a person is asked about")
        .params(kId)
        .reply<Approval>(kColumns, "id")
        .errors<Code::not_found>()
        .extension()
        .examples(kGetExamples)
        .synonyms<"approvals show">(),
    post("approvals.approve", "/api/v1/approvals/{id}/approve", "Let a call run that waits for a decision")
        .description("The run that waits goes on at once. --always also adds an allow rule to the policy; a deny rule that matches still "
                     "denies. A rule for the "
                     "very call (--scope call) is refused where it would say more than the call: when an argument holds a *, or is not "
                     "shown whole. Further ids "
                     "are decided one after the other; exit 9 when some could not be.")
        .params(kDecideParams)
        .optional_body<ApprovalDecision>()
        .reply<Approval>(kColumns, "id")
        .errors<Code::rejected, Code::not_found, Code::conflict>()
        .extension()
        .examples(kApproveExamples),
    post("approvals.reject", "/api/v1/approvals/{id}/reject", "Refuse a call that waits for a decision")
        .description("The agent is told, with the reason, and goes on without the call. --always also adds a deny rule to the policy. "
                     "Further ids are decided one "
                     "after the other; exit 9 when some could not be.")
        .params(kDecideParams)
        .optional_body<ApprovalDecision>()
        .reply<Approval>(kColumns, "id")
        .errors<Code::rejected, Code::not_found, Code::conflict>()
        .extension()
        .examples(kRejectExamples),
    remote("approvals.watch", "Ask about calls on the terminal as they come in")
        .description("Shows one call after the other and asks: y runs it, n refuses it and asks for a reason, a runs it and every further "
                     "call of the tool, s leaves "
                     "it waiting, q ends, as Ctrl-C does. Where there is no terminal, -o ndjson prints every call as it comes in and "
                     "decides nothing.")
        .params(kWatchParams)
        .extension()
        .examples(kWatchExamples),
};

}  // namespace facio::approvals
