// What the agent can do: tools, wherever they come from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/json.hpp"
#include "commands/facio/runtime/run_context.hpp"
#include "commands/serve/cancel.hpp"

namespace facio::serve {

/// A tool as described to a model.
struct ToolInfo {
  std::string name;        ///< letters, digits, _ and -, at most 64: what a model calls it
  std::string other_name;  ///< its other spelling, e.g. mcp:<server>:<tool>; may be empty. Policy and audit prefer it
  std::string description;
  std::string parameters;  ///< JSON Schema of an object, as text

  /// The name in policy rules and in the audit log.
  [[nodiscard]] const std::string& known_as() const { return other_name.empty() ? name : other_name; }
};

/// The run that calls a tool, and when to give up.
struct ToolRun : RunContext {
  const Cancel& cancel;  ///< whatever blocks inside a tool also waits on this
  bool agreed = false;   ///< a person was asked about this very call, and agreed
};

/// What a tool returned. A tool that could not do its work says why: that is for the model to read, and does not fail the run.
struct ToolOutput {
  std::string text;
  bool failed = false;
};

/// A group of tools. Safe from any thread; calls block.
class ToolSource {
 public:
  virtual ~ToolSource() = default;
  /// The tools available now. Does not wait for other programs or hosts.
  virtual std::vector<ToolInfo> tools(std::string_view agent) = 0;
  /// Runs one of these tools, `name` as in ToolInfo::name. `arguments` is an object; each tool checks its own, and the output names an
  /// argument that is wrong. The policy was already asked. Returns within a second after run.cancel.
  virtual ToolOutput call(const ToolRun& run, std::string_view name, JsonRef arguments) = 0;
};

}  // namespace facio::serve
