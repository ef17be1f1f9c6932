// The configuration of a LibreFang daemon, its catalogue of models, its backups.
#pragma once

#include "commands/librefang/shapes.hpp"

namespace facio::librefang::config {

inline constexpr Field kConfigFields[] = {
    text("data_dir", "directory of its data", kMayMiss),
    text("default_provider", "provider of agents that name none", kMayMiss),
    any("default_model", "their model; where the daemon says more than its name, an object", kMayMiss),
    text("listen_addr", "where it is reached", kMayMiss),
    boolean("api_key_set", "whether it wants a key", kMayMiss),
    integer("channels_configured", "how many channels are set up", kMayMiss),
};
inline constexpr Shape kConfig{"LibrefangConfig", "The configuration, without its secrets", kConfigFields, true};

inline constexpr Shape kSchema{"LibrefangConfigSchema", "What the configuration may hold, in a form that depends on the daemon", {}, true};

inline constexpr Field kSetFields[] = {
    text("path", "the setting, such as budget.max_daily_usd", {.not_blank = true, .example = "budget.max_daily_usd", .flag = "-"}),
    any("value", "its value; null removes it", {.json_types = "string number boolean array object null", .example = "25", .flag = "-"}),
};
inline constexpr Shape kSet{"LibrefangConfigSet", "One setting", kSetFields};
inline constexpr Field kSetDoneFields[] = {
    text("status", "applied, applied_partial or saved_reload_failed"),
    text("path", "the setting", kMayMiss),
    text("reload_error", "why it does not hold yet", kMayBeNull),
};
inline constexpr Shape kSetDone{"LibrefangConfigChange", "What became of a setting", kSetDoneFields, true};

inline constexpr Field kReloadedFields[] = {
    text("status", "applied, partial or no_changes"),
    boolean("restart_required", "whether the daemon has to be started again", kMayMiss),
    texts("restart_reasons", "why", kMayMiss),
    texts("hot_actions_applied", "what holds already", kMayMiss),
    texts("noop_changes", "what changes nothing", kMayMiss),
    texts("warnings", "what did not work", kMayMiss),
};
inline constexpr Shape kReloaded{"LibrefangConfigReloaded", "What a reload has changed", kReloadedFields, true};

inline constexpr Field kStatusFields[] = {
    text("mode", "mutable, or managed by a deployment"),
    text("source", "the file", kMayMiss),
    boolean("writable", "whether `librefang config set` can change it", kMayMiss),
    text("checksum", "of the file", kMayMiss),
    text("modified_at", "when it was changed", kTime),
};
inline constexpr Shape kStatus{"LibrefangConfigStatus", "Where the configuration comes from", kStatusFields, true};

inline constexpr Field kUpdatedFields[] = {
    text("status", "ok or updated"),
    integer("models_added", "how many models are new", kMayMiss),
    integer("models_updated", "how many have changed", kMayMiss),
    integer("models_count", "how many there are", kMayMiss),
    integer("files_downloaded", "how many files were read", kMayMiss),
};
inline constexpr Shape kUpdated{"LibrefangCatalogUpdate", "What an update has changed", kUpdatedFields, true};

inline constexpr Field kCatalogFields[] = {
    text("last_sync", "when it was last read", kTime),
    text("source", "where it comes from", kMayMiss),
    integer("model_count", "how many models it has", kMayMiss),
};
inline constexpr Shape kCatalog{"LibrefangCatalog", "The catalogue of models", kCatalogFields, true};

inline constexpr Field kBackupFields[] = {
    text("filename", "name of the backup"),
    integer("size_bytes", "its size", {.format = Format::bytes, .optional = true}),
    text("created_at", "when it was made", kTime),
    texts("components", "what is in it", kMayMiss),
    text("librefang_version", "which version made it", kMayMiss),
    text("path", "where the daemon keeps it", kMayMiss),
};
inline constexpr Shape kBackup{"LibrefangBackup", "A backup", kBackupFields, true};

inline constexpr std::string_view kParts[] = {"config", "cron_jobs", "hand_state", "custom_models",
                                              "agents", "skills",    "workflows",  "data"};
inline constexpr Type kPart{Kind::string, nullptr, nullptr};
inline constexpr Field kRestoreFields[] = {
    text("filename", "name of the backup", {.not_blank = true, .flag = "backup", .value_name = "BACKUP"}),
    boolean("keep_config", "leave the configuration as it is", kMayMiss),
    texts("components", "only this part of it: config, cron_jobs, hand_state, custom_models, agents, skills, workflows or data",
          {.optional = true, .choices = kParts, .flag = "part"}),
};
inline constexpr Shape kRestore{"LibrefangRestore", "What to bring back", kRestoreFields};
inline constexpr Field kRestoredFields[] = {
    text("status", "restored", kMayMiss),
    integer("restored_files", "how many files were written", kMayMiss),
    texts("errors", "what did not work", kMayMiss),
    text("message", "what has to be done now", kMayMiss),
};
inline constexpr Shape kRestored{"LibrefangRestored", "What was brought back", kRestoredFields, true};

}  // namespace facio::librefang::config
