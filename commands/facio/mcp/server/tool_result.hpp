// The result of an MCP tool as text for a model.
#pragma once

#include "cli/core/json.hpp"
#include "commands/facio/runtime/tools/tool.hpp"

namespace facio::serve {

/// `result` is that of tools/call. Text stays as it is; images, audio and files are described; structured content is added unless a text
/// repeats it.
ToolOutput tool_output(JsonRef result);

}  // namespace facio::serve
