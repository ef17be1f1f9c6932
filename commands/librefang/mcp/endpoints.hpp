// MCP servers, and the daemon as one (document: MCP & A2A Protocol).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/mcp/shapes.hpp"

namespace facio::librefang::mcp {

inline constexpr Column kServerColumns[] = {
    {"name", "NAME"}, {"transport", "TRANSPORT"}, {"connected", "CONNECTED"}, {"command", "COMMAND", true}, {"url", "URL", true},
};
inline constexpr Column kToolColumns[] = {{"name", "NAME"}, {"description", "DESCRIPTION"}};
inline constexpr Column kCatalogueColumns[] = {
    {"id", "ID"}, {"name", "NAME"}, {"category", "CATEGORY"}, {"installed", "INSTALLED"}, {"description", "DESCRIPTION"},
};
inline constexpr Param kName = path_param("name", "name of the MCP server", {.example = "files", .value_name = "SERVER"});
inline constexpr Param kEntry = path_param("id", "id of the entry", {.example = "github", .value_name = "ENTRY"});
inline constexpr Param kCall[] = {
    positional("tool", "name of the tool", {.required = true, .example = "file_list", .value_name = "TOOL"}),
    local_flag("arguments", kAny, "what it takes, as a JSON object", {.default_text = "{}", .value_name = "JSON"}),
};

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.mcp.list", "/api/mcp/servers", "List the MCP servers")
        .list(kListOf<kServer, "LibrefangMcpServerList">, kServer, kServerColumns, "name"),
    get("librefang.mcp.get", "/api/mcp/servers/{name}", "Show an MCP server")
        .params(kName)
        .reply(kServer, {}, "name")
        .errors<Code::not_found>(),
    post("librefang.mcp.add", "/api/mcp/servers", "Add an MCP server")
        .body(kAdd)
        .reply(kChanged)
        .success(201)
        .errors<Code::not_found, Code::conflict, Code::rejected>()
        .slow(),
    put("librefang.mcp.replace", "/api/mcp/servers/{name}", "Replace an MCP server")
        .params(kName)
        .body(kReplace)
        .reply(kChanged)
        .errors<Code::not_found, Code::rejected>()
        .slow(),
    del("librefang.mcp.delete", "/api/mcp/servers/{name}", "Delete an MCP server")
        .params(kName)
        .reply(kChanged)
        .errors<Code::not_found>()
        .slow(),
    post("librefang.mcp.reconnect", "/api/mcp/servers/{name}/reconnect", "Connect an MCP server again")
        .params(kName)
        .reply(kChanged)
        .errors<Code::not_found, Code::conflict>()
        .slow(),
    get("librefang.mcp.catalog", "/api/mcp/catalog", "List the MCP servers that the daemon knows how to add")
        .list(kListOf<integrations::kAvailable, "LibrefangMcpCatalogue">, integrations::kAvailable, kCatalogueColumns, "id"),
    get("librefang.mcp.entry", "/api/mcp/catalog/{id}", "Show such an MCP server")
        .params(kEntry)
        .reply(integrations::kAvailable, {}, "id")
        .errors<Code::not_found>(),
    get("librefang.mcp.health", "/api/mcp/health", "Show how the MCP servers are")
        .list(kListOf<integrations::kHealth, "LibrefangMcpHealthList">, integrations::kHealth, integrations::kHealthColumns, "id"),
    post("librefang.mcp.reload", "/api/mcp/reload", "Read the MCP servers again").reply(integrations::kReloaded).slow(),
    post("librefang.mcp.request", "/mcp", "Send a request of MCP to the daemon").body(kRpc).reply(kRpcReply).slow(),
    remote("librefang.mcp.tools", "List the tools that the daemon offers by MCP")
        .list(kListOf<kTool, "LibrefangMcpToolList">, kTool, kToolColumns, "name"),
    remote("librefang.mcp.call", "Call a tool of the daemon by MCP").params(kCall).reply(kCalled).writes(),
};

}  // namespace facio::librefang::mcp
