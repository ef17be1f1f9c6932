// Endpoints of the improvement area (contract section 16).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/improvement/shapes.hpp"

namespace facio::improvement {

inline constexpr Column kColumns[] = {
    {"id", "ID"},
    {"status", "STATUS"},
    {"trigger", "TRIGGER"},
    {"created_at", "STARTED"},
    {"proposal_summary", "PROPOSAL"},
    {"approval_state", "APPROVAL", true},
    {"scopes", "SCOPES", true},
    {"updated_at", "UPDATED", true},
};

inline constexpr Param kListParams[] = {
    limit_param("most runs to list", "50"),
    query_param("status", types::string, "only runs with this status", {.choices = kImprovementStatuses}),
};
inline constexpr Param kRunId = path_param("runId", "id of the run", {.value_name = "RUN"});
inline constexpr Param kDiffParams[] = {
    kRunId,
    query_positional("path", "only the diff of this path, one of diff_artifacts", {.value_name = "PATH"}),
};

inline constexpr Endpoint kEndpoints[] = {
    get("improvement.list", "/api/v1/improvement/runs", "List runs of self-improvement")
        .params(kListParams)
        .list<ImprovementList>(kColumns, "id")
        .errors<Code::rejected>(),
    get("improvement.get", "/api/v1/improvement/runs/{runId}", "Show one run of self-improvement")
        .params(kRunId)
        .reply<ImprovementRun>(kColumns, "id")
        .errors<Code::not_found>(),
    get("improvement.report", "/api/v1/improvement/runs/{runId}/report", "Print the report of a run")
        .params(kRunId)
        .text("text/markdown; charset=utf-8")
        .errors<Code::not_found>(),
    get("improvement.diff", "/api/v1/improvement/runs/{runId}/diff", "Print the changes that a run proposes")
        .params(kDiffParams)
        .text("text/x-diff; charset=utf-8")
        .errors<Code::not_found>(),
    post("improvement.comment", "/api/v1/improvement/runs/{runId}/comment", "Comment on a proposal")
        .params(kRunId)
        .body<ImprovementComment>()
        .reply<ImprovementRun>(kColumns, "id")
        .errors<Code::rejected, Code::not_found>(),
    post("improvement.approve", "/api/v1/improvement/runs/{runId}/approve", "Approve and apply a proposal")
        .params(kRunId)
        .reply<ImprovementRun>(kColumns, "id")
        .errors<Code::not_found, Code::conflict>(),
    post("improvement.reject", "/api/v1/improvement/runs/{runId}/reject", "Reject a proposal")
        .params(kRunId)
        .optional_body<ImprovementRejection>()
        .reply<ImprovementRun>(kColumns, "id")
        .errors<Code::not_found, Code::conflict>(),
    post("improvement.rollback", "/api/v1/improvement/runs/{runId}/rollback", "Take an applied proposal back")
        .params(kRunId)
        .optional_body<ImprovementRollback>()
        .reply<ImprovementRun>(kColumns, "id")
        .errors<Code::not_found, Code::conflict>()
        .destructive(),
    local("improvement.review", "Walk through the proposals that wait for a decision").writes(),
};

}  // namespace facio::improvement
