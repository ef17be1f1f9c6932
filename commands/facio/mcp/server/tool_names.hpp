// What tools of MCP servers are called by a model, and in rules.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace facio::serve {

/// mcp:<server>:<tool>: the name in rules of the policy and in the audit log.
std::string mcp_other_name(std::string_view server, std::string_view tool);

/// mcp_<server>_<tool> in letters, digits, _ and -, at most 64 of them, and none that is in `taken`, to which it is added. A name that had
/// to be cut, or was taken, ends in eight hexadecimal digits that always come out the same.
std::string mcp_call_name(std::string_view server, std::string_view tool, std::set<std::string, std::less<>>& taken);

/// Whether a list of enabled tools lets this one through: by its own name or one of the two above, * stands for any run of characters.
bool is_enabled_tool(const std::vector<std::string>& enabled, std::string_view server, std::string_view tool);

}  // namespace facio::serve
