// Endpoints of the versions area (contract section 17).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/versions/shapes.hpp"

namespace facio::versions {

inline constexpr Column kColumns[] = {
    {"sha", "VERSION"},     {"timestamp", "WHEN"},      {"actor", "BY"},
    {"message", "MESSAGE"}, {"reason", "REASON", true}, {"files", "FILES", true},
};

inline constexpr Param kListParams[] = {
    limit_param("maximum number of versions to list", "50"),
};
inline constexpr Param kSha = path_param("sha", "id of the version, at least its first 7 digits",
                                         {.pattern = "sha", .example = "7cb09483e447", .value_name = "VERSION"});
inline constexpr Param kDiffParams[] = {
    kSha,
    query_positional("path", "only changes to this file or directory, e.g. workspace/memory/MEMORY.md", {.value_name = "PATH"}),
};

inline constexpr Endpoint kEndpoints[] = {
    get("versions.list", "/api/v1/agent/versions", "List versions of the agent")
        .params(kListParams)
        .list<AgentVersionList>(kColumns, "sha")
        .errors<Code::rejected>(),
    post("versions.checkpoint", "/api/v1/agent/versions/checkpoint", "Record the agent's current state as a version")
        .optional_body<VersionReason>()
        .reply<VersionCheckpoint>(kColumns, "sha")
        .success(201)
        .errors<Code::rejected>()
        .synonyms<"versions create">(),
    get("versions.get", "/api/v1/agent/versions/{sha}", "Show one version of the agent")
        .params(kSha)
        .reply<AgentVersion>(kColumns, "sha")
        .errors<Code::rejected, Code::not_found, Code::conflict>(),
    get("versions.diff", "/api/v1/agent/versions/{sha}/diff", "Print what a version changed")
        .params(kDiffParams)
        .text("text/x-diff; charset=utf-8")
        .errors<Code::rejected, Code::not_found, Code::conflict>(),
    post("versions.rollback", "/api/v1/agent/versions/{sha}/rollback", "Roll the agent back to a version")
        .params(kSha)
        .optional_body<VersionReason>()
        .reply<AgentVersion>(kColumns, "sha")
        .errors<Code::rejected, Code::not_found, Code::conflict>()
        .destructive(),
};

}  // namespace facio::versions
