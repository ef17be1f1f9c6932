// Skills and scripts of the workspace.
#pragma once

#include <memory>

#include "commands/serve/runtime/foundations.hpp"

namespace facio {

/// Safe from any thread.
class SkillsService {
 public:
  explicit SkillsService(const serve::Foundations& foundations);
  ~SkillsService();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
