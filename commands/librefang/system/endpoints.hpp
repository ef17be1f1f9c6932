// What the daemon brings along: profiles, tools, commands (document: System).
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/librefang/shapes.hpp"

namespace facio::librefang::system {

inline constexpr Field kProfileFields[] = {
    text("name", "name of the profile"),
    text("tier", "how strong a model it wants", kMayMiss),
    text("description", "what it is for", kMayMiss),
    texts("tools", "tools that it grants", kMayMiss),
};
inline constexpr Shape kProfile{"LibrefangProfile", "A profile: tools for a kind of work", kProfileFields, true};
inline constexpr Column kProfileColumns[] = {{"name", "NAME"}, {"tools", "TOOLS"}, {"description", "DESCRIPTION"}};

inline constexpr Field kToolFields[] = {
    text("name", "name of the tool"),
    text("description", "what it does", kMayMiss),
    text("source", "builtin, or mcp", kMayMiss),
    text("mcp_server", "the MCP server that has it", kMayMiss),
    any("input_schema", "what it is given, as JSON Schema", kMayMiss),
};
inline constexpr Shape kTool{"LibrefangTool", "A tool", kToolFields, true};
inline constexpr Column kToolColumns[] = {{"name", "NAME"}, {"source", "SOURCE"}, {"description", "DESCRIPTION"}};

inline constexpr Field kCommandFields[] = {
    text("cmd", "the command, with its slash"),
    text("desc", "what it does", kMayMiss),
    text("source", "the skill that brings it", kMayMiss),
};
inline constexpr Shape kCommand{"LibrefangCommand", "A command of the chat", kCommandFields, true};
inline constexpr Column kCommandColumns[] = {{"cmd", "COMMAND"}, {"desc", "DESCRIPTION"}};

inline constexpr Param kProfileName = path_param("name", "name of the profile", {.example = "coding", .value_name = "PROFILE"});
inline constexpr Param kToolName = path_param("name", "name of the tool", {.example = "file_read", .value_name = "TOOL"});
inline constexpr Param kCommandName = path_param("name", "the command, without its slash", {.example = "usage", .value_name = "COMMAND"});

inline constexpr Endpoint kEndpoints[] = {
    get("librefang.profiles.list", "/api/profiles", "List the profiles: tools for a kind of work")
        .list(kListOf<kProfile, "LibrefangProfileList">, kProfile, kProfileColumns, "name"),
    get("librefang.profiles.get", "/api/profiles/{name}", "Show one profile")
        .params(kProfileName)
        .reply(kProfile, {}, "name")
        .errors<Code::not_found>(),
    get("librefang.tools.list", "/api/tools", "List the tools that agents can be given")
        .list(kListOf<kTool, "LibrefangToolList">, kTool, kToolColumns, "name"),
    get("librefang.tools.get", "/api/tools/{name}", "Show one tool").params(kToolName).reply(kTool, {}, "name").errors<Code::not_found>(),
    get("librefang.commands.list", "/api/commands", "List the commands of the chat")
        .list(kListOf<kCommand, "LibrefangCommandList">, kCommand, kCommandColumns, "cmd"),
    get("librefang.commands.get", "/api/commands/{name}", "Show one command of the chat")
        .params(kCommandName)
        .reply(kCommand, {}, "cmd")
        .errors<Code::not_found>(),
};

}  // namespace facio::librefang::system
