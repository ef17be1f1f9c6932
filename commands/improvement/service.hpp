// Self-improvement: proposals with report and diff, and what people decided about them.
#pragma once

#include <memory>

#include "commands/serve/runtime/foundations.hpp"

namespace facio {

class VersionsService;
class SessionsService;

/// Safe from any thread.
class ImprovementService {
 public:
  ImprovementService(const serve::Foundations& foundations, VersionsService& versions, SessionsService& sessions);
  ~ImprovementService();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
