// Endpoints of the skills area (contract section 15).
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/skills/shapes.hpp"

namespace facio::skills {

inline constexpr Column kColumns[] = {
    {"name", "NAME"},
    {"description", "DESCRIPTION"},
    {"mtime", "CHANGED"},
    {"size", "SIZE", true},
    {"source", "SOURCE", true},
    {"path", "PATH", true},
};

inline constexpr Param kListParams[] = {query_param("all", types::boolean, "also the skills that the agent brings along", {.default_text = "false"})};
inline constexpr Param kName[] = {path_param("name", "name of the skill", {.pattern = "alias", .value_name = "NAME"})};

inline constexpr Code kBad[] = {Code::rejected};
inline constexpr Code kBadOrUnknown[] = {Code::rejected, Code::not_found};
inline constexpr Code kInstallErrors[] = {Code::rejected, Code::conflict, Code::too_large};

inline constexpr Example kListExamples[] = {{"skills list", "skills of the workspace"}, {"skills list --all", "also those that the agent brings along"}};
inline constexpr Example kInstallExamples[] = {{"skills install --name weather --zip @weather.zip", "install a new skill"},
                                               {"skills install --name weather --zip @weather.zip --overwrite", "or replace it"}};
inline constexpr Example kRemoveExamples[] = {{"skills remove weather --yes", "remove a skill without being asked"}};

inline constexpr std::string_view kInstallSynonyms[] = {"skills add"};
inline constexpr std::string_view kRemoveSynonyms[] = {"skills uninstall"};

// clang-format off
inline constexpr Endpoint kEndpoints[] = {
    {.id = "skills.list", .method = Method::get, .path = "/api/v1/skills", .summary = "List skills", .params = kListParams,
     .form = ReplyForm::list, .reply = &shape_of<Skill>, .envelope = &shape_of<SkillList>, .columns = kColumns, .key = "name",
     .errors = kBad, .examples = kListExamples},
    {.id = "skills.install", .method = Method::post, .path = "/api/v1/skills", .summary = "Install a skill from a zip file",
     .body = &shape_of<SkillInstall>, .reply = &shape_of<Skill>, .columns = kColumns, .key = "name", .success = 201,
     .errors = kInstallErrors, .effect = Effect::write, .max_body = 36 * 1024 * 1024, .examples = kInstallExamples,
     .synonyms = kInstallSynonyms},
    {.id = "skills.remove", .method = Method::del, .path = "/api/v1/skills/{name}", .summary = "Remove a skill from the workspace",
     .params = kName, .reply = &shape_of<SkillDeleted>, .key = "name", .errors = kBadOrUnknown, .effect = Effect::destructive,
     .examples = kRemoveExamples, .synonyms = kRemoveSynonyms},
};
// clang-format on

}  // namespace facio::skills
