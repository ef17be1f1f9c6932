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
    query_param("status", types::string, "only approvals with this status, or all",
                {.choices = kApprovalFilters, .default_text = "pending"}),
    query_param("sessionKey", types::string, "only approvals of this session", {.flag = "session", .value_name = "KEY"}),
    limit_param("maximum number of approvals to list", "100"),
    offset_param("number of approvals to skip"),
};
inline constexpr Param kDecideParams[] = {
    kId,
    positional("more", "further approvals to decide in the same way", {.repeatable = true, .value_name = "ID"}),
};
inline constexpr Param kWatchParams[] = {
    local_flag("session", types::string, "only calls of this session", {.value_name = "KEY"}),
    local_flag("actor", types::string, "who decides; default: your user name", {.value_name = "NAME"}),
    local_flag("once", types::boolean, "exit when no call is pending"),
};

inline constexpr Endpoint kEndpoints[] = {
    get("approvals.list", "/api/v1/approvals", "List approvals").params(kListParams).list<ApprovalList>(kColumns, "id").extension(),
    get("approvals.get", "/api/v1/approvals/{id}", "Show one approval")
        .params(kId)
        .reply<Approval>(kColumns, "id")
        .errors<Code::not_found>()
        .extension()
        .synonyms<"approvals show">(),
    post("approvals.approve", "/api/v1/approvals/{id}/approve", "Approve a pending tool call")
        .params(kDecideParams)
        .optional_body<ApprovalDecision>()
        .reply<Approval>(kColumns, "id")
        .errors<Code::rejected, Code::not_found, Code::conflict>()
        .extension(),
    post("approvals.reject", "/api/v1/approvals/{id}/reject", "Reject a pending tool call")
        .params(kDecideParams)
        .optional_body<ApprovalDecision>()
        .reply<Approval>(kColumns, "id")
        .errors<Code::rejected, Code::not_found, Code::conflict>()
        .extension(),
    remote("approvals.watch", "Decide on tool calls interactively as they arrive").params(kWatchParams).extension(),
};

}  // namespace facio::approvals
