// Ready-made MCP servers (document: Integrations). Newer daemons have a catalogue for MCP servers in their place.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/integrations/shapes.hpp"

namespace facio::librefang::integrations {

inline constexpr Column kInstalledColumns[] = {
    {"id", "ID"},
    {"name", "NAME"},
    {"status", "STATUS"},
    {"tool_count", "TOOLS"},
    {"category", "CATEGORY", true},
    {"installed_at", "INSTALLED", true},
};
inline constexpr Column kAvailableColumns[] = {
    {"id", "ID"}, {"name", "NAME"}, {"category", "CATEGORY"}, {"installed", "INSTALLED"}, {"description", "DESCRIPTION"},
};
inline constexpr Param kId = path_param("id", "id of the integration", {.example = "github", .value_name = "INTEGRATION"});

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.integrations.list", "/api/integrations", "List the integrations that are installed")
        .list(kListOf<kInstalled, "LibrefangIntegrationList">, kInstalled, kInstalledColumns, "id"),
    get("librefang.integrations.available", "/api/integrations/available", "List the integrations that can be installed")
        .list(kListOf<kAvailable, "LibrefangIntegrationEntryList">, kAvailable, kAvailableColumns, "id"),
    post("librefang.integrations.add", "/api/integrations/add", "Install an integration")
        .body(kAdd)
        .reply(kChanged)
        .success(201)
        .errors<Code::not_found, Code::conflict, Code::rejected>()
        .slow(),
    del("librefang.integrations.delete", "/api/integrations/{id}", "Remove an integration")
        .params(kId)
        .reply(kChanged)
        .errors<Code::not_found>()
        .slow(),
    post("librefang.integrations.reconnect", "/api/integrations/{id}/reconnect", "Connect an integration again")
        .params(kId)
        .reply(kChanged)
        .errors<Code::not_found>()
        .slow(),
    get("librefang.integrations.health", "/api/integrations/health", "Show how the integrations are")
        .list(kListOf<kHealth, "LibrefangConnectionHealthList">, kHealth, kHealthColumns, "id"),
    post("librefang.integrations.reload", "/api/integrations/reload", "Read the integrations again").reply(kReloaded).slow(),
};

}  // namespace facio::librefang::integrations
