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
inline constexpr Param kWaitFor = local_flag(
    "wait_for", types::string, "wait this long for a connection; without one by then it is a failure", {.value_name = "DURATION"});
inline constexpr Param kNameAndWait[] = {kName, kWaitFor};
inline constexpr Param kMaybeName =
    positional("server", "name of the server; without it the tools of all servers", {.pattern = "mcp-name", .value_name = "NAME"});

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
    local_flag("no_wait", types::boolean, "print the address and end; `mcp finish` and `mcp poll` go on from there"),
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
        .success(201)
        .errors<Code::rejected, Code::conflict>()
        .slow()
        .completed(),
    changes_server(patch("mcp.update", "/api/v1/mcp/{name}", "Change parts of an MCP server"))
        .params(kName)
        .body<McpConfig>()
        .errors<Code::rejected, Code::not_found, Code::conflict>()
        .slow(),
    del("mcp.remove", "/api/v1/mcp/{name}", "Remove an MCP server")
        .params(kName)
        .reply<McpDeleted>("name")
        .errors<Code::not_found, Code::conflict>(),
    server_action("mcp.enable", "/api/v1/mcp/{name}/enable", "Switch an MCP server on", kNameAndWait).slow(),
    server_action("mcp.disable", "/api/v1/mcp/{name}/disable", "Switch an MCP server off", std::span(&kName, 1)),
    server_action("mcp.restart", "/api/v1/mcp/{name}/restart", "Connect to an MCP server anew", kNameAndWait).slow(),
    changes_server(post("mcp.approve", "/api/v1/mcp/{name}/approve", "Agree to an MCP server that mcp.json names"))
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
    post("mcp.finish", "/api/v1/mcp/{name}/oauth/finish", "Finish a login with the address that the browser was sent back to")
        .params(kName)
        .body<McpLoginFinish>()
        .reply<McpLoginState>(kLoginStateColumns)
        .errors<Code::rejected, Code::not_found, Code::upstream_failed, Code::upstream_timeout>()
        .slow()
        .extension(),
    get("mcp.poll", "/api/v1/mcp/{name}/oauth/poll", "Show whether a login is done")
        .params(kPollLogin)
        .reply<McpLoginState>(kLoginStateColumns)
        .errors<Code::rejected, Code::not_found>()
        .extension(),
    changes_server(del("mcp.logout", "/api/v1/mcp/{name}/oauth", "Forget the login at an MCP server"))
        .params(kName)
        .errors<Code::not_found, Code::conflict>()
        .extension(),
    remote("mcp.tools", "List the tools of MCP servers").params(kMaybeName).list<McpTools>(kToolColumns, "knownAs"),
    remote("mcp.import", "Add the MCP servers of another client's file").params(kFile).list<McpImports>(kImportColumns, "name").writes(),
};

}  // namespace facio::mcp
