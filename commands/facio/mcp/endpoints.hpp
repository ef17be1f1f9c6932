// Endpoints of the mcp area (contract section 7).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/facio/endpoints_login.hpp"
#include "commands/facio/mcp/shapes.hpp"

namespace facio::mcp {

inline constexpr Column kColumns[] = {
    {"name", "NAME"},           {"enabled", "ENABLED"}, {"connected", "CONNECTED"},
    {"transport", "TRANSPORT"}, {"error", "ERROR"},     {"tools", "TOOLS", true},
};

inline constexpr Column kToolColumns[] = {
    {"name", "NAME"},
    {"calledAs", "CALLED AS"},
    {"description", "DESCRIPTION"},
    {"knownAs", "KNOWN AS", true},
};

inline constexpr Param kName = path_param("name", "name of the server", {.pattern = "mcp-name", .example = "github", .value_name = "NAME"});
inline constexpr Param kWaitFor =
    local_flag("wait_for", types::string, "wait this long for a connection; without one, the command fails", {.value_name = "DURATION"});
inline constexpr Param kNameAndWait[] = {kName, kWaitFor};
inline constexpr Param kMaybeName =
    positional("server", "name of the server; default: all servers", {.pattern = "mcp-name", .value_name = "NAME"});

inline constexpr Param kToolsParams[] = {
    kMaybeName,
    local_flag("changed", types::boolean, "only tools that are new, changed or gone since the last call with --changed"),
};
inline constexpr Param kMaybeNames = positional("servers", "names of the servers; without any all that are switched on",
                                                {.repeatable = true, .pattern = "mcp-name", .value_name = "NAME"});
inline constexpr Column kPingColumns[] = {
    {"name", "NAME"}, {"ok", "OK"}, {"latencyMs", "LATENCY MS"}, {"tools", "TOOLS"}, {"error", "ERROR"}};
inline constexpr Column kLogColumns[] = {
    {"time", "TIME"}, {"source", "SOURCE"}, {"kind", "KIND", true}, {"text", "TEXT"}, {"seq", "SEQ", true}};
inline constexpr Param kLogParams[] = {
    kName,
    query_param("after", types::integer, "only lines behind the one of this number", {.min = 0, .max = 1e15, .value_name = "SEQ"}),
    query_param("limit", types::integer, "most lines: the last ones, or the next ones behind `after`",
                {.min = 1, .max = 1000, .default_text = "100", .letter = 'n', .value_name = "N"}),
    local_flag("follow", types::boolean, "go on with what comes", {.letter = 'f'}),
};
inline constexpr Param kCallParams[] = {
    kName,
    path_param("tool", "name of the tool, as on its server or as a model calls it", {.max_length = 256, .value_name = "TOOL"}),
};

inline constexpr Column kImportColumns[] = {{"name", "NAME"}, {"added", "ADDED"}, {"error", "ERROR"}};
inline constexpr Param kAddParams[] = {
    positional("words", "name of the server, then the program with its arguments, or the server's URL",
               {.repeatable = true, .value_name = "[NAME [-- PROGRAM ARG…]]"}),
    kWaitFor,
};
inline constexpr Param kFile =
    positional("file", "JSON file of another MCP client; - is standard input", {.not_blank = true, .required = true, .value_name = "FILE"});

inline constexpr Column kLoginColumns[] = {{"verificationUri", "OPEN"},
                                           {"userCode", "CODE"},
                                           {"sessionId", "SESSION"},
                                           {"expiresIn", "EXPIRES IN"},
                                           {"redirectUri", "COMES BACK TO", true},
                                           {"interval", "INTERVAL", true}};
inline constexpr Column kLoginStateColumns[] = {{"status", "STATUS"}, {"scope", "SCOPE"}, {"error", "ERROR"}};
inline constexpr Param kLogin[] = {
    kName,
    local_flag("no_wait", types::boolean, "print the address and exit; continue with `mcp finish` and `mcp poll`"),
};
inline constexpr Param kPollLogin[] = {
    kName,
    kLoginWait,
    kLoginSession,
};

/// An endpoint that answers with the server after the change.
constexpr Declaration changes_server(Declaration endpoint) {
  return endpoint.reply<McpServer>(kColumns, "name").within<McpReply>("server");
}
/// POST /api/v1/mcp/{name}/…
constexpr Declaration server_action(std::string_view id, std::string_view path, std::string_view summary, std::span<const Param> params) {
  return changes_server(post(id, path, summary)).params(params).errors<Code::not_found, Code::conflict>().idempotent();
}

// Code::conflict: while mcp.json is broken; for a name that is taken; for a restart of what is switched off.
inline constexpr Endpoint kEndpoints[] = {
    get("mcp.list", "/api/v1/mcp", "List MCP servers").list<McpList>(kColumns, "name").errors<Code::conflict>(),
    get("mcp.get", "/api/v1/mcp/{name}", "Show one MCP server")
        .params(kName)
        .reply<McpServerDetail>(kColumns, "name")
        .errors<Code::not_found, Code::conflict>(),
    changes_server(post("mcp.add", "/api/v1/mcp", "Add an MCP server"))
        .params(kAddParams)
        .body<McpAdd>()
        .whole<"mcp.get", "config">()
        .success(201)
        .errors<Code::rejected, Code::conflict>()
        .slow()
        .completed(),
    changes_server(patch("mcp.update", "/api/v1/mcp/{name}", "Change an MCP server"))
        .params(kName)
        .body<McpConfig>()
        .whole<"mcp.get", "config">()
        .errors<Code::rejected, Code::not_found, Code::conflict>()
        .slow(),
    edit("mcp.edit", "Edit the configuration of an MCP server in your editor", "mcp.update"),
    del("mcp.remove", "/api/v1/mcp/{name}", "Remove an MCP server")
        .params(kName)
        .reply<McpDeleted>("name")
        .errors<Code::not_found, Code::conflict>(),
    server_action("mcp.enable", "/api/v1/mcp/{name}/enable", "Enable an MCP server", kNameAndWait).slow(),
    server_action("mcp.disable", "/api/v1/mcp/{name}/disable", "Disable an MCP server", std::span(&kName, 1)),
    server_action("mcp.restart", "/api/v1/mcp/{name}/restart", "Reconnect to an MCP server", kNameAndWait).slow(),
    changes_server(post("mcp.approve", "/api/v1/mcp/{name}/approve", "Approve an MCP server from mcp.json"))
        .params(kName)
        .body<McpApprove>()
        .errors<Code::rejected, Code::not_found, Code::conflict>()
        .destructive()
        .slow()
        .completed()
        .extension(),
    post("mcp.login", "/api/v1/mcp/{name}/oauth/start", "Log in at the authorization server of an MCP server")
        .params(kLogin)
        .optional_body<McpLogin>()
        .reply<McpLoginStarted>(kLoginColumns, "sessionId")
        .errors<Code::rejected, Code::not_found, Code::conflict, Code::upstream_failed, Code::upstream_timeout>()
        .slow()
        .extension(),
    post("mcp.finish", "/api/v1/mcp/{name}/oauth/finish", "Complete a login with the address of the browser's last page")
        .params(kName)
        .body<McpLoginFinish>()
        .reply<McpLoginState>(kLoginStateColumns)
        .errors<Code::rejected, Code::not_found, Code::upstream_failed, Code::upstream_timeout>()
        .slow()
        .extension(),
    get("mcp.poll", "/api/v1/mcp/{name}/oauth/poll", "Show whether a login is complete")
        .params(kPollLogin)
        .reply<McpLoginState>(kLoginStateColumns)
        .errors<Code::rejected, Code::not_found>()
        .extension(),
    changes_server(del("mcp.logout", "/api/v1/mcp/{name}/oauth", "Log out from an MCP server"))
        .params(kName)
        .errors<Code::not_found, Code::conflict>()
        .extension(),
    post("mcp.call", "/api/v1/mcp/{name}/tools/{tool}/call", "Call a tool of an MCP server")
        .params(kCallParams)
        .optional_body<McpCall>()
        .reply<McpCalled>()
        .errors<Code::rejected, Code::not_found, Code::conflict>()
        .slow()
        .extension(),
    get("mcp.ping", "/api/v1/mcp/{name}/ping", "Ask an MCP server whether it answers")
        .params(kName)
        .reply<McpPing>(kPingColumns, "name")
        .errors<Code::not_found, Code::conflict>()
        .slow()
        .extension(),
    get("mcp.logs", "/api/v1/mcp/{name}/logs", "Show what an MCP server says, and what became of its connection")
        .params(kLogParams)
        .list<McpLog>(kLogColumns)
        .errors<Code::not_found, Code::conflict>()
        .extension(),
    remote("mcp.check", "Find MCP servers that do not answer").params(kMaybeNames).list<McpChecks>(kPingColumns, "name"),
    remote("mcp.tools", "List the tools of MCP servers").params(kToolsParams).list<McpTools>(kToolColumns, "knownAs"),
    remote("mcp.import", "Import the MCP servers of another client's file").params(kFile).list<McpImports>(kImportColumns, "name").writes(),
};

}  // namespace facio::mcp
