#include "commands/versions/service.hpp"

namespace facio {

struct VersionsService::Impl {
  const serve::Foundations& base;
  CronService& cron;
  PolicyService& policy;
  McpService& mcp;
};

VersionsService::VersionsService(const serve::Foundations& foundations, CronService& cron, PolicyService& policy, McpService& mcp)
    : impl_(new Impl{.base = foundations, .cron = cron, .policy = policy, .mcp = mcp}) {}
VersionsService::~VersionsService() = default;

}  // namespace facio
