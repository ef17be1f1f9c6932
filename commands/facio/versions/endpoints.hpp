// Endpoints of the versions area (contract section 17).
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/facio/versions/shapes.hpp"

namespace facio::versions {

inline constexpr Column kColumns[] = {
    {"sha", "VERSION"},
    {"timestamp", "WHEN"},
    {"actor", "BY"},
    {"message", "MESSAGE"},
    {"reason", "REASON", true},
    {"files", "FILES", true},
};

inline constexpr Param kListParams[] = {
    query_param("limit", types::integer, "most versions to list", {.min = 1, .max = 500, .default_text = "50", .letter = 'n'}),
};
inline constexpr Param kSha[] = {path_param("sha", "id of the version, at least its first 7 digits", {.pattern = "sha", .value_name = "VERSION"})};
inline constexpr Param kDiffParams[] = {
    path_param("sha", "id of the version, at least its first 7 digits", {.pattern = "sha", .value_name = "VERSION"}),
    query_positional("path", "only the changes of this file or directory, as workspace/memory/MEMORY.md", {.value_name = "PATH"}),
};

inline constexpr Code kBad[] = {Code::rejected};
inline constexpr Code kShaErrors[] = {Code::rejected, Code::not_found, Code::conflict};

inline constexpr Example kListExamples[] = {{"versions list -n 10", "the last ten versions"}};
inline constexpr Example kCheckpointExamples[] = {{"versions checkpoint --reason 'before the big change'", "record the present state"}};
inline constexpr Example kGetExamples[] = {{"versions get 1a2b3c4", "one version with its files"}};
inline constexpr Example kDiffExamples[] = {{"versions diff 1a2b3c4", "what this version changed"},
                                            {"versions diff 1a2b3c4 workspace/memory", "only in the agent's memory"}};
inline constexpr Example kRollbackExamples[] = {{"versions rollback 1a2b3c4 --reason 'it forgot too much' --yes", "go back without being asked"}};

inline constexpr std::string_view kCheckpointSynonyms[] = {"versions create"};

// clang-format off
inline constexpr Endpoint kEndpoints[] = {
    {.id = "versions.list", .method = Method::get, .path = "/api/v1/agent/versions", .summary = "List versions of the agent",
     .params = kListParams, .form = ReplyForm::list, .reply = &shape_of<AgentVersion>, .envelope = &shape_of<AgentVersionList>,
     .columns = kColumns, .key = "sha", .errors = kBad, .examples = kListExamples},
    {.id = "versions.checkpoint", .method = Method::post, .path = "/api/v1/agent/versions/checkpoint",
     .summary = "Record the agent's present state",
     .description = "A version holds every file of the workspace (the MCP servers among them), the tool policy, the cron jobs and the "
                    "settings; never a secret. When nothing has changed since the last version, that one is shown and created is false.",
     .body = &shape_of<VersionReason>, .body_optional = true,
     .reply = &shape_of<VersionCheckpoint>, .columns = kColumns, .key = "sha", .success = 201, .errors = kBad, .effect = Effect::write,
     .examples = kCheckpointExamples, .synonyms = kCheckpointSynonyms},
    {.id = "versions.get", .method = Method::get, .path = "/api/v1/agent/versions/{sha}", .summary = "Show one version of the agent",
     .params = kSha, .reply = &shape_of<AgentVersion>, .columns = kColumns, .key = "sha", .errors = kShaErrors, .examples = kGetExamples},
    {.id = "versions.diff", .method = Method::get, .path = "/api/v1/agent/versions/{sha}/diff", .summary = "Print what a version changed",
     .description = "A unified diff as git prints it, against the version before (the first version: against nothing). On a terminal it is "
                    "coloured and goes through a pager: $FACIOCTL_PAGER, else $PAGER, else less; FACIOCTL_PAGER=cat or --no-pager prints it.",
     .params = kDiffParams, .form = ReplyForm::text, .media = "text/x-diff; charset=utf-8", .errors = kShaErrors, .examples = kDiffExamples},
    {.id = "versions.rollback", .method = Method::post, .path = "/api/v1/agent/versions/{sha}/rollback",
     .summary = "Bring the agent back to a version",
     .description = "Restores workspace, tool policy, cron jobs and settings, all of them or none. Secrets stay as they are. "
                    "What was not recorded yet is recorded first, and the rollback is a new version itself: nothing is lost.",
     .params = kSha, .body = &shape_of<VersionReason>, .body_optional = true, .reply = &shape_of<AgentVersion>, .columns = kColumns,
     .key = "sha", .errors = kShaErrors, .effect = Effect::destructive, .examples = kRollbackExamples},
};
// clang-format on

}  // namespace facio::versions
