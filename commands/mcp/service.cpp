#include "commands/mcp/service.hpp"

namespace facio {

struct McpService::Impl {
  const serve::Foundations& base;
  CredentialsService& credentials;
};

McpService::McpService(const serve::Foundations& foundations, CredentialsService& credentials)
    : impl_(new Impl{.base = foundations, .credentials = credentials}) {}
McpService::~McpService() = default;

}  // namespace facio
