// Endpoints of the skills area (contract section 15).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/skills/shapes.hpp"

namespace facio::skills {

inline constexpr Column kColumns[] = {
    {"name", "NAME"},       {"description", "DESCRIPTION"}, {"mtime", "CHANGED"},
    {"size", "SIZE", true}, {"source", "SOURCE", true},     {"path", "PATH", true},
};

inline constexpr Param kAll = query_param("all", types::boolean, "also the skills that the agent brings along", {.default_text = "false"});
inline constexpr Param kName = path_param("name", "name of the skill", {.pattern = "alias", .value_name = "NAME"});

inline constexpr Example kListExamples[] = {{"skills list", "skills of the workspace"},
                                            {"skills list --all", "also those that the agent brings along"}};
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

inline constexpr Endpoint kEndpoints[] = {
    get("skills.list", "/api/v1/skills", "List skills")
        .params(kAll)
        .list<SkillList>(kColumns, "name")
        .errors<Code::rejected>()
        .examples(kListExamples),
    post("skills.install", "/api/v1/skills", "Install a skill from a directory or a zip file")
        .description(
            "The skill's SKILL.md begins with name and description between two lines ---. The agent refuses links, paths that lead "
            "out, and more than 2000 files or 100 MiB unpacked. The skill is in its place at once or not at all.")
        .params(kInstallParams)
        .body<SkillInstall>()
        .max_body(36 * 1024 * 1024)
        .reply<Skill>(kColumns, "name")
        .success(201)
        .errors<Code::rejected, Code::conflict, Code::too_large>()
        .completed()
        .examples(kInstallExamples)
        .synonyms<"skills add">(),
    del("skills.remove", "/api/v1/skills/{name}", "Remove a skill from the workspace")
        .params(kName)
        .reply<SkillDeleted>("name")
        .errors<Code::rejected, Code::not_found>()
        .examples(kRemoveExamples)
        .synonyms<"skills uninstall">(),
    local("skills.pack", "Pack a skill's directory into a zip file")
        .description(
            "Looks at SKILL.md, names and sizes first, as the agent would. The same files give the same bytes, whenever and wherever "
            "they are packed. Links are refused; .git and .DS_Store are left out.")
        .params(kPackParams)
        .reply<SkillPacked>(kPackColumns, "name")
        .examples(kPackExamples),
};

}  // namespace facio::skills
