// The registry of MCP servers: the workspace's mcp.json.
#pragma once

#include <memory>

#include "commands/serve/runtime/foundations.hpp"

namespace facio {

class CredentialsService;

/// Safe from any thread.
class McpService {
 public:
  McpService(const serve::Foundations& foundations, CredentialsService& credentials);
  ~McpService();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
