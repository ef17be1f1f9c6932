// Endpoints of the approvals area: an extension, since Facio leaves approvals to Placet.
#pragma once

#include "cli/catalogue/declare.hpp"
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

inline constexpr Param kId = path_param("id", "id of the approval", {.example = "c41d79b2", .value_name = "ID"});
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

inline constexpr Endpoint kEndpoints[] = {
    get("approvals.list", "/api/v1/approvals", "List approvals").params(kListParams).list<ApprovalList>(kColumns, "id").extension(),
    get("approvals.get", "/api/v1/approvals/{id}", "Show a call that a person is asked about")
        .params(kId)
        .reply<Approval>(kColumns, "id")
        .errors<Code::not_found>()
        .extension()
        .synonyms<"approvals show">(),
    post("approvals.approve", "/api/v1/approvals/{id}/approve", "Let a call run that waits for a decision")
        .params(kDecideParams)
        .optional_body<ApprovalDecision>()
        .reply<Approval>(kColumns, "id")
        .errors<Code::rejected, Code::not_found, Code::conflict>()
        .extension(),
    post("approvals.reject", "/api/v1/approvals/{id}/reject", "Refuse a call that waits for a decision")
        .params(kDecideParams)
        .optional_body<ApprovalDecision>()
        .reply<Approval>(kColumns, "id")
        .errors<Code::rejected, Code::not_found, Code::conflict>()
        .extension(),
    remote("approvals.watch", "Ask about calls on the terminal as they come in").params(kWatchParams).extension(),
};

}  // namespace facio::approvals
