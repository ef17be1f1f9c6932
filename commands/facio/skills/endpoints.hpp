// Endpoints of the skills area (contract section 15).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/skills/shapes.hpp"
#include "commands/facio/workspace/shapes.hpp"

namespace facio::skills {

inline constexpr Column kColumns[] = {
    {"name", "NAME"},       {"description", "DESCRIPTION"}, {"mtime", "CHANGED"},
    {"size", "SIZE", true}, {"source", "SOURCE", true},     {"path", "PATH", true},
};

inline constexpr Param kAll = query_param("all", types::boolean, "include the skills built into the agent", {.default_text = "false"});
inline constexpr Param kName = path_param("name", "name of the skill", {.pattern = "alias", .example = "weather", .value_name = "NAME"});

inline constexpr Column kEditedColumns[] = {{"path", "PATH"}, {"size", "SIZE"}};
inline constexpr Param kToEdit = positional("name", "name of the skill", {.required = true, .pattern = "alias", .value_name = "NAME"});

inline constexpr Param kToShow = positional("name", "name of the skill", {.required = true, .pattern = "alias", .value_name = "NAME"});
inline constexpr Column kPackColumns[] = {{"name", "NAME"}, {"file", "FILE"}, {"files", "FILES"}, {"size", "SIZE"}};
inline constexpr Param kSource =
    positional("source", "directory with SKILL.md, or zip file; - is standard input", {.value_name = "SOURCE"});
inline constexpr Param kPackParams[] = {
    positional("directory", "directory with SKILL.md", {.not_blank = true, .required = true, .value_name = "DIR"}),
    positional("zip", "file to write; - is standard output; default: the skill's name with .zip", {.value_name = "ZIP"}),
};

inline constexpr Endpoint kEndpoints[] = {
    get("skills.list", "/api/v1/skills", "List skills").params(kAll).list<SkillList>(kColumns, "name").errors<Code::rejected>(),
    remote("skills.get", "Show one skill").params(kToShow).reply<Skill>(kColumns, "name"),
    post("skills.install", "/api/v1/skills", "Install a skill from a directory or a zip file")
        .params(kSource)
        .body<SkillInstall>()
        .max_body(36 * 1024 * 1024)
        .reply<Skill>(kColumns, "name")
        .success(201)
        .errors<Code::rejected, Code::conflict, Code::too_large>()
        .completed()
        .synonyms<"skills add">(),
    remote("skills.edit", "Edit the SKILL.md of a skill in your editor")
        .params(kToEdit)
        .reply<WorkspaceWritten>(kEditedColumns, "path")
        .writes(),
    del("skills.remove", "/api/v1/skills/{name}", "Remove a skill from the workspace")
        .params(kName)
        .reply<SkillDeleted>("name")
        .errors<Code::rejected, Code::not_found>()
        .synonyms<"skills uninstall">(),
    local("skills.pack", "Pack a skill's directory into a zip file").params(kPackParams).reply<SkillPacked>(kPackColumns, "name"),
};

}  // namespace facio::skills
