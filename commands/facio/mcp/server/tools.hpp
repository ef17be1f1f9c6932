// The tools of MCP servers: their names, for models and for rules, and their results as text for a model.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/json.hpp"
#include "commands/facio/runtime/tools/tool.hpp"

namespace facio::serve {

/// mcp:<server>:<tool>: the name in policy rules and in the audit log.
std::string mcp_other_name(std::string_view server, std::string_view tool);

/// mcp_<server>_<tool> in letters, digits, _ and -, at most 64 of them. The name differs from those in `taken`, to which it is added; one
/// that had to be cut or was taken ends in eight hexadecimal digits, which are the same every time.
std::string mcp_call_name(std::string_view server, std::string_view tool, std::set<std::string, std::less<>>& taken);

/// Whether a list of enabled tools has this one, by its own name or one of the two above; * is any run of characters.
bool is_enabled_tool(const std::vector<std::string>& enabled, std::string_view server, std::string_view tool);

/// `result` is that of tools/call. Text stays as it is; images, audio and files are described; structured content is added unless a text
/// repeats it.
ToolOutput tool_output(JsonRef result);

}  // namespace facio::serve
