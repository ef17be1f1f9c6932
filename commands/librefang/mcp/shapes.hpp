// MCP servers that a LibreFang daemon uses, and the one that it is.
#pragma once

#include "commands/librefang/integrations/shapes.hpp"

namespace facio::librefang::mcp {

inline constexpr Field kToolFields[] = {
    text("name", "name of the tool: mcp_SERVER_TOOL for one of another server"),
    text("description", "what it does", kMayMiss),
    any("inputSchema", "the arguments that it takes, as JSON Schema", kMayMiss),
};
inline constexpr Shape kTool{"LibrefangMcpTool", "A tool", kToolFields, true};

inline constexpr Field kServerFields[] = {
    text("name", "name of the server"),
    text("transport", "stdio, sse or http", kMayMiss),
    text("command", "the program", kMayMiss),
    texts("args", "its arguments", kMayMiss),
    text("url", "the address", kMayMiss),
    boolean("connected", "whether it is connected", kMayMiss),
    integer("timeout_secs", "how long a call may take", {.format = Format::seconds, .optional = true}),
    objects<kTool>("tools", "the tools that it has", kMayMiss),
};
inline constexpr Shape kServer{"LibrefangMcpServer", "An MCP server", kServerFields, true};

inline constexpr std::string_view kTransports[] = {"stdio", "sse", "http"};
inline constexpr Field kTransportFields[] = {
    text("type", "how it is reached", {.choices = kTransports, .agent_decides = true, .flag = "transport"}),
    text("command", "the program, with its whole path", {.optional = true, .flag = "command", .implies = "type=stdio"}),
    texts("args", "an argument of the program", {.optional = true, .flag = "arg"}),
    text("url", "the address", {.format = Format::url, .optional = true, .flag = "address", .implies = "type=http"}),
};
inline constexpr Shape kTransport{"LibrefangMcpTransport", "How an MCP server is reached", kTransportFields};

inline constexpr Field kAddFields[] = {
    text("name", "name of the server", {.not_blank = true, .example = "files"}),
    object<kTransport>("transport", "how it is reached", kMayMiss),
    text("template_id", "entry of the catalogue that it is made from", {.optional = true, .flag = "template"}),
    integer("timeout_secs", "how long a call may take", {.format = Format::seconds, .optional = true, .min = 1, .flag = "call-timeout"}),
    texts("env", "a variable of the daemon that the program gets", {.optional = true, .flag = "env", .value_name = "NAME"}),
};
inline constexpr Shape kAdd{"LibrefangMcpAdd", "A new MCP server", kAddFields};
inline constexpr Shape kReplace{"LibrefangMcpReplace", "An MCP server as it shall be", std::span(kAddFields).subspan(1)};

inline constexpr Field kChangedFields[] = {
    text("status", "added, updated, removed or connected"),
    text("name", "name of the server", kMayMiss),
    text("reload", "whether the daemon uses it already", kMayMiss),
    integer("tool_count", "how many tools it has", kMayMiss),
};
inline constexpr Shape kChanged{"LibrefangMcpChange", "What became of an MCP server", kChangedFields, true};

inline constexpr Field kRpcFields[] = {
    text("jsonrpc", "always 2.0", {.optional = true, .default_text = "2.0", .flag = "-"}),
    text("id", "comes back in the answer", {.optional = true}),
    text("method", "the method, such as tools/list", {.not_blank = true, .example = "tools/list"}),
    any("params", "what the method takes, as JSON", {.optional = true, .json_types = "object"}),
};
inline constexpr Shape kRpc{"LibrefangMcpRequest", "A request of MCP", kRpcFields};
inline constexpr Field kRpcReplyFields[] = {
    any("result", "the answer", kMayMiss),
    any("error", "why there is none", kMayMiss),
};
inline constexpr Shape kRpcReply{"LibrefangMcpReply", "An answer of MCP", kRpcReplyFields, true};

inline constexpr Field kCalledFields[] = {
    text("tool", "the tool"),
    boolean("failed", "whether it says that it failed"),
    text("text", "what it says"),
    any("content", "the same as MCP has it", kMayMiss),
};
inline constexpr Shape kCalled{"LibrefangMcpCalled", "What a tool has answered", kCalledFields, true};

}  // namespace facio::librefang::mcp
