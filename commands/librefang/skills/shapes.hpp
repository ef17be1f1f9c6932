// Skills of a LibreFang daemon, and where they come from.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::skills {

inline constexpr Field kSkillFields[] = {
    text("name", "name of the skill"),
    text("version", "its version", kMayMiss),
    text("runtime", "prompt_only, python …", kMayMiss),
    text("description", "what it is for", kMayMiss),
    boolean("bundled", "whether it came with the daemon", kMayMiss),
    boolean("enabled", "whether it is used", kMayMiss),
    text("author", "who made it", kMayMiss),
    integer("tools_count", "how many tools it has", kMayMiss),
    texts("tags", "words to find it by", kMayMiss),
    text("path", "where the daemon keeps it", kMayMiss),
};
inline constexpr Shape kSkill{"LibrefangSkill", "A skill", kSkillFields, true};

inline constexpr Field kInstallFields[] = {
    text("source", "name in the registry; for a daemon as the document has it a path or an address",
         {.not_blank = true, .example = "docker"}),
    text("hand", "only for this hand", kMayMiss),
    boolean("verify", "for a daemon as the document has it: whether to check its signature", kMayMiss),
};
inline constexpr Shape kInstall{"LibrefangSkillInstall", "Which skill to install", kInstallFields};
inline constexpr Field kUninstallFields[] = {
    text("name", "name of the skill", {.not_blank = true, .example = "docker"}),
};
inline constexpr Shape kUninstall{"LibrefangSkillUninstall", "Which skill to remove", kUninstallFields};
inline constexpr Field kCreateFields[] = {
    text("name", "letters, digits, - and _", {.not_blank = true, .example = "brief"}),
    text("description", "what it is for", kMayMiss),
    text("runtime", "released daemons make only prompt_only", {.optional = true, .default_text = "prompt_only"}),
    text("prompt_context", "what the model is told", {.optional = true, .flag = "prompt"}),
};
inline constexpr Shape kCreate{"LibrefangSkillCreate", "A new skill", kCreateFields};
inline constexpr Field kChangedFields[] = {
    text("status", "installed, uninstalled, created …"),
    text("skill", "name of the skill", kMayMiss),
    text("version", "its version", kMayMiss),
    text("path", "where the daemon keeps it", kMayMiss),
    text("message", "what else is to be said", kMayMiss),
    text("converted_from", "what it was made from", kMayMiss),
    texts("warnings", "what was noticed", kMayMiss),
};
inline constexpr Shape kChanged{"LibrefangSkillChange", "What became of a skill", kChangedFields, true};
inline constexpr Field kReloadedFields[] = {
    text("status", "reloaded"),
    integer("count", "how many there are", kMayMiss),
};
inline constexpr Shape kReloaded{"LibrefangSkillsReloaded", "How many skills there are", kReloadedFields, true};

inline constexpr Field kPendingFields[] = {
    text("id", "id of the candidate"),
    text("name", "name of the skill", kMayMiss),
    text("description", "what it is for", kMayMiss),
    text("agent_id", "the agent that made it", kMayMiss),
    text("captured_at", "when it was made", kTime),
};
inline constexpr Shape kPending{"LibrefangSkillCandidate", "A skill that an agent wants to have", kPendingFields, true};

inline constexpr Field kFoundFields[] = {
    text("name", "name of the skill"),
    text("slug", "its name in addresses", kMayMiss),
    text("description", "what it is for", kMayMiss),
    text("author", "who made it", kMayMiss),
    text("version", "its version", kMayMiss),
    text("category", "what it is for", kMayMiss),
    integer("downloads", "how often it was fetched", kMayMiss),
    integer("stars", "how many like it", kMayMiss),
    text("install_id", "for `skills install`", kMayMiss),
};
inline constexpr Shape kFound{"LibrefangSkillFound", "A skill that can be installed", kFoundFields, true};
inline constexpr Field kDetailFields[] = {
    text("slug", "its name in addresses"),
    text("name", "name of the skill", kMayMiss),
    text("description", "what it is for", kMayMiss),
    text("author", "who made it", kMayMiss),
    text("version", "its version", kMayMiss),
    text("runtime", "prompt_only, python …", kMayMiss),
    text("sha256", "checksum of its files", kMayMiss),
    text("readme", "how it is used", kMayMiss),
};
inline constexpr Shape kDetail{"LibrefangSkillDetail", "A skill on ClawHub", kDetailFields, true};
inline constexpr Field kCodeFields[] = {
    text("slug", "its name in addresses", kMayMiss),
    text("filename", "name of the file", kMayMiss),
    text("code", "what is in it"),
};
inline constexpr Shape kCode{"LibrefangSkillCode", "The source of a skill", kCodeFields, true};
inline constexpr Field kSlugFields[] = {
    text("slug", "its name in addresses", {.not_blank = true, .example = "data-pipeline"}),
};
inline constexpr Shape kSlug{"LibrefangClawhubInstall", "Which skill to install", kSlugFields};

}  // namespace facio::librefang::skills
