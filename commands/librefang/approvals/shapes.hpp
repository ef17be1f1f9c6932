// What agents may do only after somebody has said yes.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::approvals {

inline constexpr Field kRowFields[] = {
    text("id", "id of the request"),
    text("agent_id", "id of the agent that asks"),
    text("agent_name", "its name", kMayMiss),
    text("tool_name", "the tool that it wants to use"),
    text("description", "what it wants to do", kMayMiss),
    text("action_summary", "the same in short", kMayMiss),
    text("risk_level", "low, medium, high or critical", kMayMiss),
    text("requested_at", "when it asked", kTime),
    integer("timeout_secs", "how long it waits", {.format = Format::seconds, .optional = true}),
    text("status", "pending, approved, rejected or expired"),
    text("session_id", "its session", kMayBeNull),
    text("decided_by", "who decided", kMayBeNull),
    text("decided_at", "when it was decided", kTime),
};
inline constexpr Shape kRow{"LibrefangApproval", "A request for approval", kRowFields, true};

inline constexpr Field kCreateFields[] = {
    text("agent_id", "the agent that it is about", {.not_blank = true, .flag = "agent", .value_name = "AGENT"}),
    text("tool_name", "the tool", {.not_blank = true, .example = "deploy", .flag = "tool"}),
    text("description", "what is to be done", kMayMiss),
    text("action_summary", "the same in short", {.optional = true, .flag = "summary"}),
};
inline constexpr Shape kCreate{"LibrefangApprovalCreate", "A new request for approval", kCreateFields};

inline constexpr Field kDecideFields[] = {
    text("totp_code", "the code of the second factor, where the daemon wants one", {.optional = true}),
};
inline constexpr Shape kDecide{"LibrefangApprovalDecision", "A decision", kDecideFields};
inline constexpr Field kDecidedFields[] = {
    text("id", "id of the request"),
    text("status", "pending, approved or rejected"),
    text("decided_at", "when it was decided", kTime),
};
inline constexpr Shape kDecided{"LibrefangApprovalDecided", "What became of a request", kDecidedFields, true};

inline constexpr Field kCountFields[] = {integer("pending", "how many wait")};
inline constexpr Shape kCount{"LibrefangApprovalCount", "How many requests wait", kCountFields, true};

inline constexpr std::string_view kDecisions[] = {"approve", "reject"};
inline constexpr Field kBatchFields[] = {
    texts("ids", "id of a request", {.min_items = 1, .flag = "id"}),
    text("decision", "what holds for all of them", {.choices = kDecisions}),
};
inline constexpr Shape kBatch{"LibrefangApprovalBatch", "One decision for several requests", kBatchFields};
inline constexpr Field kResultFields[] = {
    text("id", "id of the request"),
    text("status", "ok or error"),
    text("message", "what went wrong", kMayBeNull),
};
inline constexpr Shape kResult{"LibrefangApprovalResult", "What became of one request", kResultFields, true};

inline constexpr Field kAuditFields[] = {
    text("id", "id of the entry"),
    text("request_id", "id of the request"),
    text("agent_id", "the agent that asked", kMayMiss),
    text("tool_name", "the tool", kMayMiss),
    text("description", "what was to be done", kMayMiss),
    text("risk_level", "low, medium, high or critical", kMayMiss),
    text("decision", "pending, approved, rejected or expired"),
    text("decided_by", "who decided", kMayBeNull),
    text("decided_at", "when it was decided", kTime),
    text("requested_at", "when it was asked", kTime),
    text("feedback", "what was said about it", kMayBeNull),
};
inline constexpr Shape kAudit{"LibrefangApprovalEntry", "An entry in the record of approvals", kAuditFields, true};

}  // namespace facio::librefang::approvals
