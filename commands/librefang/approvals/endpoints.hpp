// What agents may do only after somebody has said yes (document: Approvals).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/approvals/shapes.hpp"

namespace facio::librefang::approvals {

inline constexpr Column kColumns[] = {
    {"id", "ID"},
    {"status", "STATUS"},
    {"agent_name", "AGENT"},
    {"tool_name", "TOOL"},
    {"action_summary", "SUMMARY"},
    {"risk_level", "RISK"},
    {"requested_at", "REQUESTED"},
    {"timeout_secs", "TIMEOUT", true},
    {"description", "DESCRIPTION", true},
    {"decided_by", "DECIDED BY", true},
};
inline constexpr Column kAuditColumns[] = {
    {"requested_at", "REQUESTED"}, {"decision", "DECISION"}, {"agent_id", "AGENT"},           {"tool_name", "TOOL"},
    {"risk_level", "RISK"},        {"decided_by", "BY"},     {"request_id", "REQUEST", true}, {"feedback", "FEEDBACK", true},
};
inline constexpr Column kResultColumns[] = {{"id", "ID"}, {"status", "STATUS"}, {"message", "MESSAGE"}};
inline constexpr std::string_view kStates[] = {"pending", "approved", "rejected", "expired"};
inline constexpr Param kStatus =
    query_param("status", types::string, "only requests in this state", {.choices = kStates, .agent_decides = true});
inline constexpr auto kListParams = joined_params(kStatus, kPage);
inline constexpr Param kId =
    path_param("id", "id of the request", {.example = "3318ec14-e82f-4e91-98a1-d9494f71453a", .value_name = "APPROVAL"});
inline constexpr auto kAuditParams =
    joined_params(kPage, query_param("agent_id", types::string, "only of this agent", {.flag = "agent", .value_name = "AGENT"}),
                  query_param("tool_name", types::string, "only of this tool", {.flag = "tool"}));

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.approvals.list", "/api/approvals", "List the requests for approval")
        .params(kListParams)
        .list(kListOf<kRow, "LibrefangApprovalList">, kRow, kColumns, "id"),
    get("librefang.approvals.get", "/api/approvals/{id}", "Show a request for approval")
        .params(kId)
        .reply(kRow, {}, "id")
        .errors<Code::not_found>(),
    post("librefang.approvals.create", "/api/approvals", "Ask for approval")
        .body(kCreate)
        .reply(kDecided, {}, "id")
        .success(201)
        .errors<Code::rejected, Code::throttled>(),
    post("librefang.approvals.approve", "/api/approvals/{id}/approve", "Approve a request")
        .params(kId)
        .body(kDecide)
        .reply(kDecided, {}, "id")
        .errors<Code::not_found, Code::conflict>(),
    post("librefang.approvals.reject", "/api/approvals/{id}/reject", "Reject a request")
        .params(kId)
        .reply(kDecided, {}, "id")
        .errors<Code::not_found, Code::conflict>(),
    get("librefang.approvals.count", "/api/approvals/count", "Show how many requests wait").reply(kCount),
    post("librefang.approvals.batch", "/api/approvals/batch", "Decide about several requests at once")
        .body(kBatch)
        .list(kListOf<kResult, "LibrefangApprovalResultList">, kResult, kResultColumns, "id"),
    get("librefang.approvals.audit", "/api/approvals/audit", "List what was decided, the newest first")
        .params(kAuditParams)
        .list(kListOf<kAudit, "LibrefangApprovalRecord">, kAudit, kAuditColumns, "id"),
};

}  // namespace facio::librefang::approvals
