// Bringing agents of another program to a LibreFang daemon.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::migrate {

inline constexpr Field kSourceFields[] = {
    text("type", "openclaw, openfang, langchain or autogpt"),
    text("path", "where it is"),
    text("version", "its version", kMayMiss),
    integer("agents_found", "how many agents it has", kMayMiss),
    integer("skills_found", "how many skills it has", kMayMiss),
};
inline constexpr Shape kSource{"LibrefangMigrateSource", "Another program on the daemon's machine", kSourceFields, true};

inline constexpr Field kPathFields[] = {
    text("path", "directory of the other program, on the daemon's machine", {.not_blank = true, .example = "/home/anna/.openclaw"}),
};
inline constexpr Shape kPath{"LibrefangMigratePath", "Where to look", kPathFields};

inline constexpr Field kPartFields[] = {
    text("name", "its name"),
    text("format", "its form", kMayMiss),
    boolean("convertible", "whether it can be brought over", kMayMiss),
    text("description", "what it is for", kMayMiss),
};
inline constexpr Shape kPart{"LibrefangMigratePart", "An agent or a skill of another program", kPartFields, true};
inline constexpr Field kScanFields[] = {
    text("path", "where it is", kMayMiss),
    objects<kPart>("agents", "its agents", kMayMiss),
    any("skills", "its skills", kMayMiss),
    any("channels", "its channels", kMayMiss),
    integer("sessions", "how many sessions it has", kMayMiss),
    boolean("has_config", "whether it has a configuration", kMayMiss),
    boolean("has_memory", "whether it has a memory", kMayMiss),
};
inline constexpr Shape kScan{"LibrefangMigrateScan", "What another program has", kScanFields, true};

inline constexpr std::string_view kPrograms[] = {"openclaw", "openfang", "langchain", "autogpt"};
inline constexpr Field kRunFields[] = {
    text("source", "directory of the other program, on the daemon's machine",
         {.not_blank = true, .example = "/home/anna/.openclaw", .flag = "from"}),
    text("program", "the other program", {.optional = true, .choices = kPrograms, .agent_decides = true, .default_text = "openclaw"}),
    text("target_dir", "the daemon's directory; default: that which it tells", {.optional = true, .flag = "target"}),
    boolean("dry_run", "only tell what would be done", {.optional = true, .flag = "only-tell"}),
};
inline constexpr Shape kRun{"LibrefangMigrate", "What to bring over", kRunFields};
inline constexpr Field kRanFields[] = {
    text("status", "completed"),
    boolean("dry_run", "whether nothing was done", kMayMiss),
    integer("imported_count", "how many things were brought over", kMayMiss),
    integer("skipped_count", "how many were left out", kMayMiss),
    integer("agents_imported", "of them agents", kMayMiss),
    integer("skills_imported", "of them skills", kMayMiss),
    integer("sessions_imported", "of them sessions", kMayMiss),
    any("imported", "what was brought over", kMayMiss),
    any("skipped", "what was left out", kMayMiss),
    any("warnings", "what was noticed", kMayMiss),
};
inline constexpr Shape kRan{"LibrefangMigrated", "What was brought over", kRanFields, true};

}  // namespace facio::librefang::migrate
