// Endpoints of the skills area (contract section 15).
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/facio/skills/shapes.hpp"

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
inline constexpr Column kPackColumns[] = {{"name", "NAME"}, {"file", "FILE"}, {"files", "FILES"}, {"size", "SIZE"}};
inline constexpr Param kInstallParams[] = {
    positional("source", "directory with SKILL.md, or zip file; - is standard input", {.value_name = "SOURCE"}),
};
inline constexpr Param kPackParams[] = {
    positional("directory", "directory with SKILL.md", {.not_blank = true, .required = true, .value_name = "DIR"}),
    positional("zip", "file to write; - is standard output, nothing the skill's name with .zip", {.value_name = "ZIP"}),
};
inline constexpr Example kPackExamples[] = {{"skills pack ./weather", "check a skill and write weather.zip"},
                                            {"skills pack ./weather - | sha256sum", "the same files give the same bytes"}};
inline constexpr Example kInstallExamples[] = {{"skills install ./weather", "pack a directory and install it by the name in its SKILL.md"},
                                               {"skills install weather.zip --overwrite", "a zip file, in the place of the skill before"},
                                               {"skills install --name weather --zip @weather.zip", "install a new skill"},
                                               {"skills install --name weather --zip @weather.zip --overwrite", "or replace it"}};
inline constexpr Example kRemoveExamples[] = {{"skills remove weather --yes", "remove a skill without being asked"}};

inline constexpr std::string_view kInstallSynonyms[] = {"skills add"};
inline constexpr std::string_view kRemoveSynonyms[] = {"skills uninstall"};

// clang-format off
inline constexpr Endpoint kEndpoints[] = {
    {.id = "skills.list", .method = Method::get, .path = "/api/v1/skills", .summary = "List skills", .params = kListParams,
     .form = ReplyForm::list, .reply = &shape_of<Skill>, .envelope = &shape_of<SkillList>, .columns = kColumns, .key = "name",
     .errors = kBad, .examples = kListExamples},
    {.id = "skills.install", .method = Method::post, .path = "/api/v1/skills", .summary = "Install a skill from a directory or a zip file",
     .description = "The skill's SKILL.md begins with name and description between two lines ---. The agent refuses links, paths that lead "
                    "out, and more than 2000 files or 100 MiB unpacked. The skill is in its place at once or not at all.",
     .params = kInstallParams, .body = &shape_of<SkillInstall>, .reply = &shape_of<Skill>, .columns = kColumns, .key = "name", .success = 201,
     .errors = kInstallErrors, .effect = Effect::write, .max_body = 36 * 1024 * 1024, .completed = true, .examples = kInstallExamples,
     .synonyms = kInstallSynonyms},
    {.id = "skills.remove", .method = Method::del, .path = "/api/v1/skills/{name}", .summary = "Remove a skill from the workspace",
     .params = kName, .reply = &shape_of<SkillDeleted>, .key = "name", .errors = kBadOrUnknown, .effect = Effect::destructive,
     .examples = kRemoveExamples, .synonyms = kRemoveSynonyms},
    {.id = "skills.pack", .method = Method::none, .summary = "Pack a skill's directory into a zip file",
     .description = "Looks at SKILL.md, names and sizes first, as the agent would. The same files give the same bytes, whenever and wherever "
                    "they are packed. Links are refused; .git and .DS_Store are left out.",
     .params = kPackParams, .reply = &shape_of<SkillPacked>, .columns = kPackColumns, .key = "name", .surface = Surface::local,
     .examples = kPackExamples},
};
// clang-format on

}  // namespace facio::skills
