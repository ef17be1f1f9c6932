// Skills, and where they come from (document: Skills & Marketplace, ClawHub).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/skills/shapes.hpp"

namespace facio::librefang::skills {

inline constexpr Column kColumns[] = {
    {"name", "NAME"},           {"version", "VERSION"},         {"runtime", "RUNTIME"}, {"enabled", "ENABLED", true},
    {"author", "AUTHOR", true}, {"description", "DESCRIPTION"},
};
inline constexpr Column kPendingColumns[] = {
    {"id", "ID"}, {"name", "NAME"}, {"agent_id", "AGENT"}, {"captured_at", "MADE"}, {"description", "DESCRIPTION"},
};
inline constexpr Column kFoundColumns[] = {
    {"name", "NAME"},     {"slug", "SLUG", true},           {"version", "VERSION"},
    {"author", "AUTHOR"}, {"downloads", "DOWNLOADS", true}, {"description", "DESCRIPTION"},
};
inline constexpr Param kName = path_param("name", "name of the skill", {.example = "docker", .value_name = "SKILL"});
inline constexpr Param kPendingId =
    path_param("id", "id of the candidate", {.example = "4d0d0a54-57d6-4d7a-b0a4-3b8f2b7ff0b1", .value_name = "CANDIDATE"});
inline constexpr Param kSlugParam = path_param("slug", "its name in addresses", {.example = "data-pipeline", .value_name = "SLUG"});
inline constexpr Param kPendingAgent = query_param("agent", types::string, "only those of this agent", {.value_name = "AGENT"});
inline constexpr Param kQuery = query_positional("q", "words to look for", {.required = true, .example = "weather", .value_name = "WORDS"});
inline constexpr Param kPageNumber = query_param("page", types::integer, "which page of the results", {.min = 1, .default_text = "1"});
inline constexpr Param kSearch[] = {kQuery, kPageNumber};
inline constexpr Param kBrowse[] = {query_param("category", types::string, "only skills for this"), kPageNumber};

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.skills.list", "/api/skills", "List the skills").list(kListOf<kSkill, "LibrefangSkillList">, kSkill, kColumns, "name"),
    get("librefang.skills.get", "/api/skills/{name}", "Show a skill").params(kName).reply(kSkill, {}, "name").errors<Code::not_found>(),
    post("librefang.skills.install", "/api/skills/install", "Install a skill")
        .body(kInstall)
        .reply(kChanged)
        .success(201)
        .errors<Code::not_found, Code::conflict, Code::rejected>()
        .slow(),
    post("librefang.skills.uninstall", "/api/skills/uninstall", "Remove a skill")
        .body(kUninstall)
        .reply(kChanged)
        .errors<Code::not_found, Code::rejected>()
        .destructive(),
    post("librefang.skills.create", "/api/skills/create", "Make a skill")
        .body(kCreate)
        .reply(kChanged, {}, "skill")
        .success(201)
        .errors<Code::conflict, Code::rejected>(),
    post("librefang.skills.reload", "/api/skills/reload", "Read the skills again").reply(kReloaded),
    get("librefang.skills.pending", "/api/skills/pending", "List the skills that agents want to have")
        .params(kPendingAgent)
        .list(kListOf<kPending, "LibrefangSkillCandidateList">, kPending, kPendingColumns, "id"),
    get("librefang.skills.candidate", "/api/skills/pending/{id}", "Show a skill that an agent wants to have")
        .params(kPendingId)
        .reply(kPending, {}, "id")
        .errors<Code::not_found>(),
    post("librefang.skills.approve", "/api/skills/pending/{id}/approve", "Let an agent have its skill")
        .params(kPendingId)
        .reply(kChanged)
        .errors<Code::not_found, Code::conflict>(),
    post("librefang.skills.reject", "/api/skills/pending/{id}/reject", "Refuse a skill to an agent")
        .params(kPendingId)
        .reply(kChanged)
        .errors<Code::not_found>(),
    get("librefang.marketplace.search", "/api/marketplace/search", "Look for skills in the registry")
        .params(kSearch)
        .list(kListOf<kFound, "LibrefangMarketplaceList">, kFound, kFoundColumns, "name")
        .slow(),
    get("librefang.clawhub.search", "/api/clawhub/search", "Look for skills on ClawHub")
        .params(kQuery)
        .list(kListOf<kFound, "LibrefangClawhubFound">, kFound, kFoundColumns, "slug")
        .slow(),
    get("librefang.clawhub.list", "/api/clawhub/browse", "List the skills on ClawHub")
        .params(kBrowse)
        .list(kListOf<kFound, "LibrefangClawhubList">, kFound, kFoundColumns, "slug")
        .slow(),
    get("librefang.clawhub.get", "/api/clawhub/skill/{slug}", "Show a skill on ClawHub")
        .params(kSlugParam)
        .reply(kDetail, {}, "slug")
        .errors<Code::not_found>()
        .slow(),
    get("librefang.clawhub.code", "/api/clawhub/skill/{slug}/code", "Show the source of a skill on ClawHub")
        .params(kSlugParam)
        .reply(kCode)
        .errors<Code::not_found>()
        .slow(),
    post("librefang.clawhub.install", "/api/clawhub/install", "Install a skill from ClawHub")
        .body(kSlug)
        .reply(kChanged)
        .success(201)
        .errors<Code::not_found, Code::conflict, Code::forbidden>()
        .slow(),
};

}  // namespace facio::librefang::skills
