// Providers of models: what is known of each, its key and address, and logging in by device.
#pragma once

#include <memory>

#include "commands/serve/runtime/foundations.hpp"

namespace facio {

/// Safe from any thread.
class ProvidersService {
 public:
  explicit ProvidersService(const serve::Foundations& foundations);
  ~ProvidersService();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
