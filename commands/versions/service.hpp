// Versions of the agent: a git repository that holds workspace, policy, cron jobs and settings.
#pragma once

#include <memory>

#include "commands/serve/runtime/foundations.hpp"

namespace facio {

class CronService;
class PolicyService;
class McpService;

/// Safe from any thread.
class VersionsService {
 public:
  VersionsService(const serve::Foundations& foundations, CronService& cron, PolicyService& policy, McpService& mcp);
  ~VersionsService();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
