// Endpoints of the improvement area (contract section 16).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "cli/catalogue/paging_params.hpp"
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

inline constexpr Example kListExamples[] = {{"improvement list", "the last runs"},
                                            {"improvement list --status proposed", "those that wait for you"}};
inline constexpr Example kGetExamples[] = {{"improvement get run-42", "one run with its checks"}};
inline constexpr Example kReportExamples[] = {{"improvement report run-42", "the agent's own report, Markdown"}};
inline constexpr Example kDiffExamples[] = {{"improvement diff run-42", "all proposed changes as a unified diff"},
                                            {"improvement diff run-42 skills/weather/SKILL.md", "those of one file"}};
inline constexpr Example kCommentExamples[] = {{"improvement comment run-42 -m 'Please keep the old name'", "answer without a decision"}};
inline constexpr Example kApproveExamples[] = {{"improvement approve run-42", "apply the proposal"}};
inline constexpr Example kRejectExamples[] = {{"improvement reject run-42 --reason 'Too broad'", "refuse the proposal"}};
inline constexpr Example kRollbackExamples[] = {{"improvement rollback run-42 --yes", "take an applied proposal back without being asked"}};
inline constexpr Example kReviewExamples[] = {{"improvement review", "look at every proposal that waits, and decide"},
                                              {"improvement review --color never", "the same without colours"}};

inline constexpr Endpoint kEndpoints[] = {
    get("improvement.list", "/api/v1/improvement/runs", "List runs of self-improvement")
        .params(kListParams)
        .list<ImprovementList>(kColumns, "id")
        .errors<Code::rejected>()
        .examples(kListExamples),
    get("improvement.get", "/api/v1/improvement/runs/{runId}", "Show one run of self-improvement")
        .params(kRunId)
        .reply<ImprovementRun>(kColumns, "id")
        .errors<Code::not_found>()
        .examples(kGetExamples),
    get("improvement.report", "/api/v1/improvement/runs/{runId}/report", "Print the report of a run")
        .params(kRunId)
        .text("text/markdown; charset=utf-8")
        .errors<Code::not_found>()
        .examples(kReportExamples),
    get("improvement.diff", "/api/v1/improvement/runs/{runId}/diff", "Print the changes that a run proposes")
        .description("On a terminal the diff is coloured and goes through a pager ($FACIOCTL_PAGER, else $PAGER, else less).")
        .params(kDiffParams)
        .text("text/x-diff; charset=utf-8")
        .errors<Code::not_found>()
        .examples(kDiffExamples),
    post("improvement.comment", "/api/v1/improvement/runs/{runId}/comment", "Comment on a proposal")
        .params(kRunId)
        .body<ImprovementComment>()
        .reply<ImprovementRun>(kColumns, "id")
        .errors<Code::rejected, Code::not_found>()
        .examples(kCommentExamples),
    post("improvement.approve", "/api/v1/improvement/runs/{runId}/approve", "Approve and apply a proposal")
        .description("Applies the diff to the workspace as it is now; the states before and after become versions. A diff that no longer "
                     "applies is refused and the proposal stays.")
        .params(kRunId)
        .reply<ImprovementRun>(kColumns, "id")
        .errors<Code::not_found, Code::conflict>()
        .examples(kApproveExamples),
    post("improvement.reject", "/api/v1/improvement/runs/{runId}/reject", "Reject a proposal")
        .params(kRunId)
        .optional_body<ImprovementRejection>()
        .reply<ImprovementRun>(kColumns, "id")
        .errors<Code::not_found, Code::conflict>()
        .examples(kRejectExamples),
    post("improvement.rollback", "/api/v1/improvement/runs/{runId}/rollback", "Take an applied proposal back")
        .params(kRunId)
        .optional_body<ImprovementRollback>()
        .reply<ImprovementRun>(kColumns, "id")
        .errors<Code::not_found, Code::conflict>()
        .destructive()
        .examples(kRollbackExamples),
    local("improvement.review", "Walk through the proposals that wait for a decision")
        .description("Shows report and diff of each proposal and asks: approve, reject, comment, skip or quit. With ACCESSIBLE=1 in the "
                     "environment the answers are numbered. Off a terminal use improvement list, approve, reject and comment.")
        .writes()
        .examples(kReviewExamples),
};

}  // namespace facio::improvement
