// Endpoints of the mcp area (contract section 7).
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/facio/mcp/shapes.hpp"

namespace facio::mcp {

inline constexpr Column kColumns[] = {
    {"name", "NAME"},
    {"enabled", "ENABLED"},
    {"connected", "CONNECTED"},
    {"transport", "TRANSPORT"},
    {"error", "ERROR"},
    {"tools", "TOOLS", true},
};

inline constexpr Column kToolColumns[] = {
    {"name", "NAME"},
    {"calledAs", "CALLED AS"},
    {"description", "DESCRIPTION"},
    {"knownAs", "KNOWN AS", true},
};

inline constexpr Param kName[] = {path_param("name", "name of the server", {.pattern = "mcp-name", .value_name = "NAME"})};
inline constexpr Param kNameAndWait[] = {
    path_param("name", "name of the server", {.pattern = "mcp-name", .value_name = "NAME"}),
    local_flag("wait_for", types::string, "wait this long for a connection; without one by then it is a failure", {.value_name = "DURATION"}),
};
inline constexpr Param kToolsParams[] = {
    positional("server", "name of the server; without it the tools of all servers", {.pattern = "mcp-name", .value_name = "NAME"}),
};

// Code::conflict: while mcp.json is broken nothing else can be said; and a taken name, and a restart of what is switched off.
inline constexpr Code kBroken[] = {Code::conflict};
inline constexpr Code kUnknown[] = {Code::not_found, Code::conflict};
inline constexpr Code kBadOrUnknown[] = {Code::rejected, Code::not_found, Code::conflict};
inline constexpr Code kBadOrTaken[] = {Code::rejected, Code::conflict};

inline constexpr Example kListExamples[] = {{"mcp list", "all servers and whether they are connected"},
                                            {"mcp list -o wide", "with the tools that they offer"}};
inline constexpr Example kGetExamples[] = {{"mcp get github", "one server with its configuration"}};
inline constexpr Column kImportColumns[] = {{"name", "NAME"}, {"added", "ADDED"}, {"error", "ERROR"}};
inline constexpr Param kAddParams[] = {
    positional("words", "name of the server, then the program with its arguments, or the server's URL",
               {.repeatable = true, .value_name = "[NAME [-- PROGRAM ARG…]]"}),
    local_flag("wait_for", types::string, "wait this long for a connection; without one by then it is a failure", {.value_name = "DURATION"}),
};
inline constexpr Example kToolsExamples[] = {{"mcp tools github", "what a server offers, and what a model calls it"},
                                             {"mcp tools -o wide", "all tools, with their names in rules of the policy"}};
inline constexpr Param kImportParams[] = {
    positional("file", "JSON file of another MCP client; - is standard input", {.not_blank = true, .required = true, .value_name = "FILE"}),
};
inline constexpr Example kImportExamples[] = {{"mcp import ~/.cursor/mcp.json --dry-run", "see what would be added"},
                                              {"mcp import .vscode/mcp.json", "add all servers of a file"}};
inline constexpr Example kAddExamples[] = {
    {"mcp add files -- npx -y @modelcontextprotocol/server-filesystem .", "a program on the agent's machine"},
    {"mcp add github --url https://api.githubcopilot.com/mcp/ --header 'Authorization=Bearer ${credentials.GITHUB_TOKEN}'",
     "a server on the network, with a stored secret"},
    {"mcp add --name files --command npx --arg=-y --arg server-filesystem", "the same by flags"},
    {"mcp add -f server.yaml", "from a file, YAML or JSON"},
};
inline constexpr Example kUpdateExamples[] = {{"mcp update github --tool-timeout 60s", "wait longer for its tools"}};
inline constexpr Example kRemoveExamples[] = {{"mcp remove github --yes", "disconnect and forget a server without being asked"}};
inline constexpr Example kEnableExamples[] = {{"mcp enable github", "connect again"}};
inline constexpr Example kDisableExamples[] = {{"mcp disable github", "disconnect, keep the configuration"}};
inline constexpr Example kRestartExamples[] = {{"mcp restart github", "disconnect and connect"},
                                               {"mcp restart github --wait-for 1m", "the same, and wait until it is connected"}};

// clang-format off
inline constexpr Endpoint kEndpoints[] = {
    {.id = "mcp.list", .method = Method::get, .path = "/api/v1/mcp", .summary = "List MCP servers", .form = ReplyForm::list,
     .reply = &shape_of<McpServer>, .envelope = &shape_of<McpList>, .columns = kColumns, .key = "name", .errors = kBroken,
     .examples = kListExamples},
    {.id = "mcp.get", .method = Method::get, .path = "/api/v1/mcp/{name}", .summary = "Show one MCP server", .params = kName,
     .reply = &shape_of<McpServerDetail>, .columns = kColumns, .key = "name", .errors = kUnknown, .examples = kGetExamples},
    {.id = "mcp.add", .method = Method::post, .path = "/api/v1/mcp", .summary = "Add an MCP server",
     .description = "Give the program and its arguments behind --, or the address of a server on the network with --url. Where a program or "
                    "--server-url is given, --url is the agent's address as everywhere else. A connection that fails is no error of the "
                    "command: the server is kept and its error shown; with --wait-for it is one. A value that looks like a secret is taken, with a warning; the form "
                    "${credentials.KEY} names a stored one.",
     .params = kAddParams, .body = &shape_of<McpAdd>, .reply = &shape_of<McpServer>, .envelope = &shape_of<McpReply>, .unwrap = "server", .columns = kColumns,
     .key = "name", .success = 201, .errors = kBadOrTaken, .effect = Effect::write, .deadline = Deadline::slow, .completed = true,
     .examples = kAddExamples},
    {.id = "mcp.update", .method = Method::patch, .path = "/api/v1/mcp/{name}", .summary = "Change parts of an MCP server",
     .description = "Fields that are not given stay. A value of env or headers that is given as *** stays as well. Giving --command to a "
                    "server on the network makes it a program, and --server-url the other way round.",
     .params = kName,
     .body = &shape_of<McpConfig>, .reply = &shape_of<McpServer>, .envelope = &shape_of<McpReply>, .unwrap = "server", .columns = kColumns,
     .key = "name", .errors = kBadOrUnknown, .effect = Effect::write, .deadline = Deadline::slow, .idempotent = true,
     .examples = kUpdateExamples},
    {.id = "mcp.remove", .method = Method::del, .path = "/api/v1/mcp/{name}", .summary = "Remove an MCP server", .params = kName,
     .reply = &shape_of<McpDeleted>, .key = "name", .errors = kUnknown, .effect = Effect::destructive, .examples = kRemoveExamples},
    {.id = "mcp.enable", .method = Method::post, .path = "/api/v1/mcp/{name}/enable", .summary = "Switch an MCP server on", .params = kNameAndWait,
     .reply = &shape_of<McpServer>, .envelope = &shape_of<McpReply>, .unwrap = "server", .columns = kColumns, .key = "name",
     .errors = kUnknown, .effect = Effect::write, .deadline = Deadline::slow, .idempotent = true, .examples = kEnableExamples},
    {.id = "mcp.disable", .method = Method::post, .path = "/api/v1/mcp/{name}/disable", .summary = "Switch an MCP server off",
     .params = kName, .reply = &shape_of<McpServer>, .envelope = &shape_of<McpReply>, .unwrap = "server", .columns = kColumns, .key = "name",
     .errors = kUnknown, .effect = Effect::write, .idempotent = true, .examples = kDisableExamples},
    {.id = "mcp.restart", .method = Method::post, .path = "/api/v1/mcp/{name}/restart", .summary = "Connect to an MCP server anew",
     .params = kNameAndWait, .reply = &shape_of<McpServer>, .envelope = &shape_of<McpReply>, .unwrap = "server", .columns = kColumns, .key = "name",
     .errors = kUnknown, .effect = Effect::write, .deadline = Deadline::slow, .idempotent = true, .examples = kRestartExamples},
    {.id = "mcp.tools", .method = Method::none, .summary = "List the tools of MCP servers",
     .description = "What the servers that are connected offer: the tool's name on its server, what a model calls it, and with -o wide the name "
                    "that rules of the policy and the audit log use. Of a server that is named and not connected the reason is told.",
     .params = kToolsParams, .form = ReplyForm::list, .reply = &shape_of<McpToolDetail>, .envelope = &shape_of<McpTools>,
     .columns = kToolColumns, .key = "knownAs", .surface = Surface::local, .remote = true, .examples = kToolsExamples},
    {.id = "mcp.import", .method = Method::none, .summary = "Add the MCP servers of another client's file",
     .description = "Reads the JSON of Claude Desktop and Cursor (mcpServers) and of VS Code (servers). ${env:NAME} and ${input:NAME} become "
                    "${credentials.NAME}. Goes on after a server that cannot be added, and ends with 9 when some were added and some not.",
     .params = kImportParams, .form = ReplyForm::list, .reply = &shape_of<McpImported>, .envelope = &shape_of<McpImports>,
     .columns = kImportColumns, .key = "name", .effect = Effect::write, .surface = Surface::local, .remote = true,
     .examples = kImportExamples},
};
// clang-format on

}  // namespace facio::mcp
