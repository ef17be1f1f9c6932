// Secrets of an agent: sealed in the store, resolved only where they are used.
#pragma once

#include <memory>

#include "commands/serve/runtime/foundations.hpp"

namespace facio {

/// Safe from any thread.
class CredentialsService {
 public:
  explicit CredentialsService(const serve::Foundations& foundations);
  ~CredentialsService();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
