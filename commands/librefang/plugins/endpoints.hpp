// Plugins, which newer daemons have.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/plugins/shapes.hpp"

namespace facio::librefang::plugins {

inline constexpr Column kColumns[] = {
    {"name", "NAME"},           {"version", "VERSION"},         {"enabled", "ENABLED"}, {"hooks_valid", "VALID", true},
    {"author", "AUTHOR", true}, {"description", "DESCRIPTION"},
};
inline constexpr Param kName = path_param("name", "name of the plugin", {.example = "notes", .value_name = "PLUGIN"});

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.plugins.list", "/api/plugins", "List the plugins")
        .list(kListOf<kPlugin, "LibrefangPluginList">, kPlugin, kColumns, "name"),
    get("librefang.plugins.get", "/api/plugins/{name}", "Show a plugin").params(kName).reply(kPlugin, {}, "name").errors<Code::not_found>(),
    post("librefang.plugins.enable", "/api/plugins/{name}/enable", "Use a plugin")
        .params(kName)
        .reply(kPlugin)
        .errors<Code::not_found>()
        .idempotent(),
    post("librefang.plugins.disable", "/api/plugins/{name}/disable", "Use a plugin no longer")
        .params(kName)
        .reply(kPlugin)
        .errors<Code::not_found>()
        .idempotent(),
};

}  // namespace facio::librefang::plugins
