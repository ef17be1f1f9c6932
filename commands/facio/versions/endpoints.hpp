// Endpoints of the versions area (contract section 17).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "cli/catalogue/paging_params.hpp"
#include "commands/facio/versions/shapes.hpp"

namespace facio::versions {

inline constexpr Column kColumns[] = {
    {"sha", "VERSION"},     {"timestamp", "WHEN"},      {"actor", "BY"},
    {"message", "MESSAGE"}, {"reason", "REASON", true}, {"files", "FILES", true},
};

inline constexpr Param kListParams[] = {
    limit_param("most versions to list", "50"),
};
inline constexpr Param kSha =
    path_param("sha", "id of the version, at least its first 7 digits", {.pattern = "sha", .value_name = "VERSION"});
inline constexpr Param kDiffParams[] = {
    kSha,
    query_positional("path", "only the changes of this file or directory, as workspace/memory/MEMORY.md", {.value_name = "PATH"}),
};

inline constexpr Example kListExamples[] = {{"versions list -n 10", "the last ten versions"}};
inline constexpr Example kCheckpointExamples[] = {{"versions checkpoint --reason 'before the big change'", "record the present state"}};
inline constexpr Example kGetExamples[] = {{"versions get 1a2b3c4", "one version with its files"}};
inline constexpr Example kDiffExamples[] = {{"versions diff 1a2b3c4", "what this version changed"},
                                            {"versions diff 1a2b3c4 workspace/memory", "only in the agent's memory"}};
inline constexpr Example kRollbackExamples[] = {
    {"versions rollback 1a2b3c4 --reason 'it forgot too much' --yes", "go back without being asked"}};

inline constexpr Endpoint kEndpoints[] = {
    get("versions.list", "/api/v1/agent/versions", "List versions of the agent")
        .params(kListParams)
        .list<AgentVersionList>(kColumns, "sha")
        .errors<Code::rejected>()
        .examples(kListExamples),
    post("versions.checkpoint", "/api/v1/agent/versions/checkpoint", "Record the agent's present state")
        .description("A version holds every file of the workspace (the MCP servers among them), the tool policy, the cron jobs and the "
                     "settings; never a secret. When nothing has changed since the last version, that one is shown and created is false.")
        .optional_body<VersionReason>()
        .reply<VersionCheckpoint>(kColumns, "sha")
        .success(201)
        .errors<Code::rejected>()
        .examples(kCheckpointExamples)
        .synonyms<"versions create">(),
    get("versions.get", "/api/v1/agent/versions/{sha}", "Show one version of the agent")
        .params(kSha)
        .reply<AgentVersion>(kColumns, "sha")
        .errors<Code::rejected, Code::not_found, Code::conflict>()
        .examples(kGetExamples),
    get("versions.diff", "/api/v1/agent/versions/{sha}/diff", "Print what a version changed")
        .description(
            "A unified diff as git prints it, against the version before (the first version: against nothing). On a terminal it is "
            "coloured and goes through a pager: $FACIOCTL_PAGER, else $PAGER, else less; FACIOCTL_PAGER=cat or --no-pager prints it.")
        .params(kDiffParams)
        .text("text/x-diff; charset=utf-8")
        .errors<Code::rejected, Code::not_found, Code::conflict>()
        .examples(kDiffExamples),
    post("versions.rollback", "/api/v1/agent/versions/{sha}/rollback", "Bring the agent back to a version")
        .description("Restores workspace, tool policy, cron jobs and settings, all of them or none. Secrets stay as they are. "
                     "What was not recorded yet is recorded first, and the rollback is a new version itself: nothing is lost.")
        .params(kSha)
        .optional_body<VersionReason>()
        .reply<AgentVersion>(kColumns, "sha")
        .errors<Code::rejected, Code::not_found, Code::conflict>()
        .destructive()
        .examples(kRollbackExamples),
};

}  // namespace facio::versions
