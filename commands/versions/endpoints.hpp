// Endpoints of the versions area (contract section 17).
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/versions/shapes.hpp"

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
    query_param("path", types::string, "only the changes of this file", {.format = Format::path, .value_name = "FILE"}),
};

inline constexpr Code kBad[] = {Code::rejected};
inline constexpr Code kShaErrors[] = {Code::rejected, Code::not_found, Code::conflict};

inline constexpr Example kListExamples[] = {{"versions list -n 10", "the last ten versions"}};
inline constexpr Example kCheckpointExamples[] = {{"versions checkpoint --reason 'before the big change'", "record the present state"}};
inline constexpr Example kGetExamples[] = {{"versions get 1a2b3c4", "one version with its files"}};
inline constexpr Example kDiffExamples[] = {{"versions diff 1a2b3c4", "what this version changed"}};
inline constexpr Example kRollbackExamples[] = {{"versions rollback 1a2b3c4 --reason 'it forgot too much' --yes", "go back without being asked"}};

inline constexpr std::string_view kCheckpointSynonyms[] = {"versions create"};

// clang-format off
inline constexpr Endpoint kEndpoints[] = {
    {.id = "versions.list", .method = Method::get, .path = "/api/v1/agent/versions", .summary = "List versions of the agent",
     .params = kListParams, .form = ReplyForm::list, .reply = &shape_of<AgentVersion>, .envelope = &shape_of<AgentVersionList>,
     .columns = kColumns, .key = "sha", .errors = kBad, .examples = kListExamples},
    {.id = "versions.checkpoint", .method = Method::post, .path = "/api/v1/agent/versions/checkpoint",
     .summary = "Record the agent's present state", .body = &shape_of<VersionReason>, .body_optional = true,
     .reply = &shape_of<VersionCheckpoint>, .columns = kColumns, .key = "sha", .success = 201, .errors = kBad, .effect = Effect::write,
     .examples = kCheckpointExamples, .synonyms = kCheckpointSynonyms},
    {.id = "versions.get", .method = Method::get, .path = "/api/v1/agent/versions/{sha}", .summary = "Show one version of the agent",
     .params = kSha, .reply = &shape_of<AgentVersion>, .columns = kColumns, .key = "sha", .errors = kShaErrors, .examples = kGetExamples},
    {.id = "versions.diff", .method = Method::get, .path = "/api/v1/agent/versions/{sha}/diff", .summary = "Print what a version changed",
     .params = kDiffParams, .form = ReplyForm::text, .media = "text/x-diff; charset=utf-8", .errors = kShaErrors, .examples = kDiffExamples},
    {.id = "versions.rollback", .method = Method::post, .path = "/api/v1/agent/versions/{sha}/rollback",
     .summary = "Bring the agent back to a version", .description = "The rollback is a new version itself: nothing is lost.",
     .params = kSha, .body = &shape_of<VersionReason>, .body_optional = true, .reply = &shape_of<AgentVersion>, .columns = kColumns,
     .key = "sha", .errors = kShaErrors, .effect = Effect::destructive, .examples = kRollbackExamples},
};
// clang-format on

}  // namespace facio::versions
