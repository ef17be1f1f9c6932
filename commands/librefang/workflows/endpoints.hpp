// Workflows and their runs (document: Workflows).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/workflows/shapes.hpp"

namespace facio::librefang::workflows {

inline constexpr Param kId = path_param("id", "id or name of the workflow", {.example = "report", .value_name = "WORKFLOW"});
inline constexpr Param kRunId = path_param("run_id", "id of the run", {.value_name = "RUN"});
inline constexpr Param kRunParams[] = {
    kId,
    positional("input", "the text that it begins with", {.value_name = "[INPUT]"}),
    query_param("wait", types::boolean, "wait for the end", {.default_text = "true"}),
};
inline constexpr Param kTryParams[] = {kRunParams[0], kRunParams[1]};

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.workflows.list", "/api/workflows", "List the workflows")
        .list(kListOf<kRow, "LibrefangWorkflowList">, kRow, kColumns, "id"),
    get("librefang.workflows.get", "/api/workflows/{id}", "Show one workflow")
        .params(kId)
        .reply(kWorkflow, {}, "id")
        .errors<Code::not_found>(),
    post("librefang.workflows.create", "/api/workflows", "Make a workflow")
        .body(kNew)
        .reply(kMade, {}, "workflow_id")
        .success(201)
        .errors<Code::rejected>(),
    put("librefang.workflows.update", "/api/workflows/{id}", "Change a workflow")
        .params(kId)
        .body(kReplace)
        .merges()
        .reply(kWorkflow)
        .errors<Code::not_found, Code::rejected>(),
    del("librefang.workflows.delete", "/api/workflows/{id}", "Delete a workflow").params(kId).reply(kMade).errors<Code::not_found>(),
    post("librefang.workflows.run", "/api/workflows/{id}/run", "Run a workflow")
        .params(kRunParams)
        .body(kInput)
        .reply(kResult, {}, "run_id")
        .slow()
        .errors<Code::not_found, Code::internal>(),
    post("librefang.workflows.dry-run", "/api/workflows/{id}/dry-run", "Show what a workflow would do")
        .params(kTryParams)
        .body(kInput)
        .reply(kPreview)
        .errors<Code::not_found>(),
    get("librefang.runs.list", "/api/workflows/{id}/runs", "List the runs of a workflow")
        .params(kId)
        .list(kListOf<kRun, "LibrefangWorkflowRunList">, kRun, kRunColumns, "id")
        .errors<Code::not_found>(),
    get("librefang.runs.get", "/api/workflows/runs/{run_id}", "Show a run of a workflow")
        .params(kRunId)
        .reply(kRun, {}, "id")
        .errors<Code::not_found>(),
    post("librefang.runs.cancel", "/api/workflows/runs/{run_id}/cancel", "End a run of a workflow")
        .params(kRunId)
        .reply(kStopped)
        .errors<Code::not_found, Code::conflict>(),
    post("librefang.runs.pause", "/api/workflows/runs/{run_id}/pause", "Let a run of a workflow wait")
        .params(kRunId)
        .body(kPause)
        .reply(kStopped)
        .errors<Code::not_found, Code::conflict>(),
    post("librefang.runs.resume", "/api/workflows/runs/{run_id}/resume", "Let a waiting run go on")
        .params(kRunId)
        .body(kResume)
        .reply(kStopped)
        .errors<Code::not_found, Code::conflict>(),
    post("librefang.runs.rerun", "/api/workflows/runs/{run_id}/rerun", "Run a workflow with the same text again")
        .params(kRunId)
        .reply(kResult, {}, "run_id")
        .errors<Code::not_found>(),
};

}  // namespace facio::librefang::workflows
