// Files of the workspace.
#pragma once

#include <memory>

#include "commands/serve/runtime/foundations.hpp"

namespace facio {

/// Safe from any thread.
class WorkspaceService {
 public:
  explicit WorkspaceService(const serve::Foundations& foundations);
  ~WorkspaceService();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
