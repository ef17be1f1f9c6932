// Bringing agents of another program (document: Migration).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/migrate/shapes.hpp"

namespace facio::librefang::migrate {

inline constexpr Column kColumns[] = {
    {"type", "PROGRAM"}, {"path", "PATH"}, {"version", "VERSION", true}, {"agents_found", "AGENTS"}, {"skills_found", "SKILLS"},
};

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.migrate.detect", "/api/migrate/detect", "List other programs on the daemon's machine")
        .list(kListOf<kSource, "LibrefangMigrateSourceList">, kSource, kColumns, "path"),
    post("librefang.migrate.scan", "/api/migrate/scan", "Show what another program has").body(kPath).reply(kScan).errors<Code::rejected>(),
    post("librefang.migrate.run", "/api/migrate", "Bring over what another program has")
        .body(kRun)
        .reply(kRan)
        .errors<Code::rejected>()
        .slow(),
};

}  // namespace facio::librefang::migrate
