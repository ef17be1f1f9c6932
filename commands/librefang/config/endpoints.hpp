// The configuration, the catalogue of models, backups (document: Config, Catalog).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/config/shapes.hpp"

namespace facio::librefang::config {

inline constexpr Column kBackupColumns[] = {
    {"filename", "NAME"},          {"size_bytes", "SIZE"}, {"created_at", "CREATED"}, {"librefang_version", "VERSION"},
    {"components", "PARTS", true},
};
inline constexpr Param kFile =
    path_param("filename", "name of the backup", {.example = "librefang_backup_20261201_152438.zip", .value_name = "BACKUP"});
inline constexpr Param kSetting[] = {
    positional("setting", "the setting", {.required = true, .example = "budget.max_daily_usd", .value_name = "SETTING"}),
    positional("value", "its value, as JSON or as plain text; null removes it", {.required = true, .example = "25", .value_name = "VALUE"}),
};
inline constexpr Param kTo = local_flag("to", types::string, "write it with its secrets to this new file", {.value_name = "FILE"});

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.config.get", "/api/config", "Show the daemon's configuration").reply(kConfig),
    get("librefang.config.schema", "/api/config/schema", "Show what the configuration may hold").reply(kSchema),
    post("librefang.config.set", "/api/config/set", "Change one setting")
        .params(kSetting)
        .body(kSet)
        .completed()
        .reply(kSetDone)
        .errors<Code::forbidden, Code::conflict, Code::rejected>(),
    post("librefang.config.reload", "/api/config/reload", "Read the configuration again").reply(kReloaded).errors<Code::rejected>().slow(),
    get("librefang.config.export", "/api/config/export", "Print the configuration as TOML").params(kTo).text("application/toml"),
    get("librefang.config.status", "/api/config/status", "Show where the configuration comes from").reply(kStatus),
    get("librefang.catalog.get", "/api/catalog/status", "Show the state of the catalogue of models").reply(kCatalog),
    post("librefang.catalog.update", "/api/catalog/update", "Update the catalogue of models").reply(kUpdated).slow(),
    get("librefang.backups.list", "/api/backups", "List the backups")
        .list(kListOf<kBackup, "LibrefangBackupList">, kBackup, kBackupColumns, "filename"),
    post("librefang.backups.create", "/api/backup", "Make a backup").reply(kBackup, {}, "filename").slow(),
    del("librefang.backups.delete", "/api/backups/{filename}", "Delete a backup").params(kFile).reply(kDone).errors<Code::not_found>(),
    post("librefang.backups.restore", "/api/restore", "Bring back what a backup holds")
        .body(kRestore)
        .reply(kRestored)
        .errors<Code::not_found, Code::rejected>()
        .destructive()
        .slow(),
};

}  // namespace facio::librefang::config
