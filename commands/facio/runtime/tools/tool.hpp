// What the agent can do: tools, wherever they come from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "commands/serve/cancel.hpp"

namespace facio::serve {

/// A tool as a model is told of it.
struct ToolInfo {
  std::string name;        ///< letters, digits, _ and -, at most 64: what a model calls it
  std::string other_name;  ///< its other spelling, as mcp:<server>:<tool>; empty: none. Policy and audit use it when there is one
  std::string description;
  std::string parameters;  ///< JSON Schema of an object, as text

  /// The name in rules of the policy and in the audit log.
  [[nodiscard]] const std::string& known_as() const { return other_name.empty() ? name : other_name; }
};

/// On whose behalf a tool is called, and when to give up.
struct ToolRun {
  std::string agent;
  std::string session_key;
  std::string run_id, trace_id;
  std::string origin;    ///< what started the run, as "cron"
  std::string channel;   ///< lane in the audit log
  const Cancel& cancel;  ///< whoever waits inside a tool waits for this too
};

/// What a tool gave. A tool that could not do its work says why: that is for the model to read, and no failure of the run.
struct ToolOutput {
  std::string text;
  bool failed = false;
};

/// A group of tools. Safe from any thread; calls block.
class ToolSource {
 public:
  virtual ~ToolSource() = default;
  /// What there is now. Does not wait for other programs or hosts.
  virtual std::vector<ToolInfo> tools(std::string_view agent) = 0;
  /// Runs one of these tools, `name` as in ToolInfo::name. `arguments` is an object; each tool checks its own, and an argument that is
  /// wrong is named in the output. Nothing here asks the policy: that was done. After run.cancel it returns within a second.
  virtual ToolOutput call(const ToolRun& run, std::string_view name, JsonRef arguments) = 0;
};

}  // namespace facio::serve
