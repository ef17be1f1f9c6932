// Endpoints of the mcp area (contract section 7).
#pragma once

#include "cli/catalogue/declare.hpp"
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

inline constexpr Param kName = path_param("name", "name of the server", {.pattern = "mcp-name", .value_name = "NAME"});
inline constexpr Param kWaitFor = local_flag(
    "wait_for", types::string, "wait this long for a connection; without one by then it is a failure", {.value_name = "DURATION"});
inline constexpr Param kNameAndWait[] = {
    kName,
    kWaitFor,
};
inline constexpr Param kToolsParams[] = {
    positional("server", "name of the server; without it the tools of all servers", {.pattern = "mcp-name", .value_name = "NAME"}),
};

inline constexpr Example kListExamples[] = {{"mcp list", "all servers and whether they are connected"},
                                            {"mcp list -o wide", "with the tools that they offer"}};
inline constexpr Example kGetExamples[] = {{"mcp get github", "one server with its configuration"}};
inline constexpr Column kImportColumns[] = {{"name", "NAME"}, {"added", "ADDED"}, {"error", "ERROR"}};
inline constexpr Param kAddParams[] = {
    positional("words", "name of the server, then the program with its arguments, or the server's URL",
               {.repeatable = true, .value_name = "[NAME [-- PROGRAM ARG…]]"}),
    kWaitFor,
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

// Code::conflict: while mcp.json is broken; for a name that is taken; for a restart of what is switched off.
inline constexpr Endpoint kEndpoints[] = {
    get("mcp.list", "/api/v1/mcp", "List MCP servers").list<McpList>(kColumns, "name").errors<Code::conflict>().examples(kListExamples),
    get("mcp.get", "/api/v1/mcp/{name}", "Show one MCP server")
        .params(kName)
        .reply<McpServerDetail>(kColumns, "name")
        .errors<Code::not_found, Code::conflict>()
        .examples(kGetExamples),
    post("mcp.add", "/api/v1/mcp", "Add an MCP server")
        .description(
            "Give the program and its arguments behind --, or the address of a server on the network with --url. Where a program or "
            "--server-url is given, --url is the agent's address as everywhere else. A connection that fails is no error of the "
            "command: the server is kept and its error shown; with --wait-for it is one. A value that looks like a secret is taken, with a "
            "warning; the form "
            "${credentials.KEY} names a stored one.")
        .params(kAddParams)
        .body<McpAdd>()
        .reply<McpServer>(kColumns, "name")
        .within<McpReply>("server")
        .success(201)
        .errors<Code::rejected, Code::conflict>()
        .slow()
        .completed()
        .examples(kAddExamples),
    patch("mcp.update", "/api/v1/mcp/{name}", "Change parts of an MCP server")
        .description("Fields that are not given stay. A value of env or headers that is given as *** stays as well. Giving --command to a "
                     "server on the network makes it a program, and --server-url the other way round.")
        .params(kName)
        .body<McpConfig>()
        .reply<McpServer>(kColumns, "name")
        .within<McpReply>("server")
        .errors<Code::rejected, Code::not_found, Code::conflict>()
        .slow()
        .examples(kUpdateExamples),
    del("mcp.remove", "/api/v1/mcp/{name}", "Remove an MCP server")
        .params(kName)
        .reply<McpDeleted>("name")
        .errors<Code::not_found, Code::conflict>()
        .examples(kRemoveExamples),
    post("mcp.enable", "/api/v1/mcp/{name}/enable", "Switch an MCP server on")
        .params(kNameAndWait)
        .reply<McpServer>(kColumns, "name")
        .within<McpReply>("server")
        .errors<Code::not_found, Code::conflict>()
        .idempotent()
        .slow()
        .examples(kEnableExamples),
    post("mcp.disable", "/api/v1/mcp/{name}/disable", "Switch an MCP server off")
        .params(kName)
        .reply<McpServer>(kColumns, "name")
        .within<McpReply>("server")
        .errors<Code::not_found, Code::conflict>()
        .idempotent()
        .examples(kDisableExamples),
    post("mcp.restart", "/api/v1/mcp/{name}/restart", "Connect to an MCP server anew")
        .params(kNameAndWait)
        .reply<McpServer>(kColumns, "name")
        .within<McpReply>("server")
        .errors<Code::not_found, Code::conflict>()
        .idempotent()
        .slow()
        .examples(kRestartExamples),
    remote("mcp.tools", "List the tools of MCP servers")
        .description(
            "What the servers that are connected offer: the tool's name on its server, what a model calls it, and with -o wide the name "
            "that rules of the policy and the audit log use. Of a server that is named and not connected the reason is told.")
        .params(kToolsParams)
        .list<McpTools>(kToolColumns, "knownAs")
        .examples(kToolsExamples),
    remote("mcp.import", "Add the MCP servers of another client's file")
        .description(
            "Reads the JSON of Claude Desktop and Cursor (mcpServers) and of VS Code (servers). ${env:NAME} and ${input:NAME} become "
            "${credentials.NAME}. Goes on after a server that cannot be added, and ends with 9 when some were added and some not.")
        .params(kImportParams)
        .list<McpImports>(kImportColumns, "name")
        .writes()
        .examples(kImportExamples),
};

}  // namespace facio::mcp
