// Other agents that this one may call.
#pragma once

#include <memory>

#include "commands/serve/runtime/foundations.hpp"

namespace facio {

/// Safe from any thread.
class PeersService {
 public:
  PeersService(const serve::Foundations& foundations, const serve::Outbound& outbound);
  ~PeersService();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
