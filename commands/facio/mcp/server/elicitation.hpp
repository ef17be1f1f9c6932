// Elicitation: questions of an MCP server to the person behind the agent, which become approvals.
#pragma once

#include <optional>
#include <string>

#include "cli/core/json.hpp"
#include "commands/facio/runtime/loop/approver.hpp"
#include "commands/facio/runtime/tools/tool.hpp"

namespace facio::serve {

/// The values of a form as JSON text: those of `given` (an object, or nothing), else the defaults of its fields. Nothing when a required
/// field has neither.
std::optional<std::string> form_values(JsonRef schema, JsonRef given);

/// Asks a person what `server` wants to know. Gives the result of elicitation/create: accepted with the values when approved, declined when
/// rejected, cancelled when nobody decided or a value is missing. The approver may give values as a JSON object in the reason. Blocks until
/// the decision, or until `cancel`.
std::string ask_person(Approver& approver, const ToolRun& run, const std::string& server, JsonRef params, const Cancel& cancel);

}  // namespace facio::serve
