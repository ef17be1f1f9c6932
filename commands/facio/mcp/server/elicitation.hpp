// Questions of an MCP server to the person behind the agent (elicitation), which become approvals.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/core/json.hpp"
#include "commands/facio/runtime/loop/approver.hpp"
#include "commands/facio/runtime/tools/tool.hpp"

namespace facio::serve {

/// The values of a form as JSON text: the defaults of its fields, and over them those of `given` (an object, or nothing). Nothing when a
/// field that is required has no value.
std::optional<std::string> form_values(JsonRef schema, JsonRef given);

/// Asks a person what `server` wants to know, and gives the result of elicitation/create: accepted with the values when it was approved,
/// declined when it was rejected, cancelled when nobody decided or a value is missing. Who approves may give values as a JSON object in the
/// reason. Blocks until then, or until `cancel`.
std::string ask_person(Approver& approver, const ToolRun& run, const std::string& server, JsonRef params, const Cancel& cancel);

}  // namespace facio::serve
