// The tool policy: which calls run, which never do, and which ask a person.
#pragma once

#include <memory>

#include "commands/serve/runtime/foundations.hpp"

namespace facio {

/// Safe from any thread.
class PolicyService {
 public:
  explicit PolicyService(const serve::Foundations& foundations);
  ~PolicyService();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
