// Usage: what each run took, summed up in groups.
#pragma once

#include <memory>

#include "commands/serve/runtime/foundations.hpp"

namespace facio {

/// Safe from any thread.
class UsageService {
 public:
  explicit UsageService(const serve::Foundations& foundations);
  ~UsageService();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
