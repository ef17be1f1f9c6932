// The result of an MCP tool as text for a model.
#pragma once

#include "cli/core/json.hpp"
#include "commands/facio/runtime/tools/tool.hpp"

namespace facio::serve {

/// `result` is that of tools/call. Text stands as it is; pictures, sounds and files are told of, not shown; structured content is added
/// where no text repeats it.
ToolOutput tool_output(JsonRef result);

}  // namespace facio::serve
