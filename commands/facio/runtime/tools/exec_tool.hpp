// The tool that runs a shell command.
#pragma once

#include "commands/serve/sandbox/sandbox.hpp"
#include "commands/facio/runtime/tools/tool_group.hpp"

namespace facio {
class CredentialsService;
}

namespace facio::serve {

/// exec: in the sandbox or not at all, with the exposed credentials as environment variables.
class ExecTool final : public ToolGroup {
 public:
  ExecTool(const Sandbox& sandbox, const CredentialsService& credentials);
};

/// What a program in the sandbox gave, for a model or a person to read; failed when it did not end well by itself. `limit` is its time.
ToolOutput told(const SandboxEnd& end, std::int64_t limit_s);

}  // namespace facio::serve
