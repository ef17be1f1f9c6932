#include "commands/workspace/service.hpp"

namespace facio {

struct WorkspaceService::Impl {
  const serve::Foundations& base;
};

WorkspaceService::WorkspaceService(const serve::Foundations& foundations) : impl_(new Impl{.base = foundations}) {}
WorkspaceService::~WorkspaceService() = default;

}  // namespace facio
