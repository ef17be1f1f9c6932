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
    limit_param("maximum number of runs to list", "50"),
    query_param("status", types::string, "only runs with this status; proposed: those that need a decision",
                {.choices = kImprovementStatuses, .agent_decides = true}),
};
inline constexpr Param kRunId = path_param("runId", "id of the run", {.example = "9b2c41d7", .value_name = "RUN"});
inline constexpr Param kDiffParams[] = {
    kRunId,
    query_positional("path", "only the diff of this path, which must be one of diff_artifacts", {.value_name = "PATH"}),
};

/// An endpoint of one run.
constexpr Declaration of_run(Declaration endpoint) { return endpoint.params(kRunId).reply<ImprovementRun>(kColumns, "id"); }

inline constexpr Endpoint kEndpoints[] = {
    get("improvement.list", "/api/v1/improvement/runs", "List runs of self-improvement")
        .params(kListParams)
        .list<ImprovementList>(kColumns, "id")
        .errors<Code::rejected>(),
    of_run(get("improvement.get", "/api/v1/improvement/runs/{runId}", "Show one run of self-improvement")).errors<Code::not_found>(),
    get("improvement.report", "/api/v1/improvement/runs/{runId}/report", "Print the report of a run")
        .params(kRunId)
        .text("text/markdown; charset=utf-8")
        .errors<Code::not_found>(),
    get("improvement.diff", "/api/v1/improvement/runs/{runId}/diff", "Print the changes that a run proposes")
        .params(kDiffParams)
        .text("text/x-diff; charset=utf-8")
        .errors<Code::not_found>(),
    of_run(post("improvement.comment", "/api/v1/improvement/runs/{runId}/comment", "Comment on a proposal"))
        .body<ImprovementComment>()
        .errors<Code::rejected, Code::not_found>(),
    of_run(post("improvement.approve", "/api/v1/improvement/runs/{runId}/approve", "Approve and apply a proposal"))
        .errors<Code::not_found, Code::conflict>(),
    of_run(post("improvement.reject", "/api/v1/improvement/runs/{runId}/reject", "Reject a proposal"))
        .optional_body<ImprovementRejection>()
        .errors<Code::not_found, Code::conflict>(),
    of_run(post("improvement.rollback", "/api/v1/improvement/runs/{runId}/rollback", "Undo an applied proposal"))
        .optional_body<ImprovementRollback>()
        .errors<Code::not_found, Code::conflict>()
        .destructive(),
    remote("improvement.review", "Review open proposals one by one").writes(),
};

}  // namespace facio::improvement
