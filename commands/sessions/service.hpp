// Sessions: what was said in each conversation.
#pragma once

#include <memory>

#include "commands/serve/runtime/foundations.hpp"

namespace facio {

/// Safe from any thread.
class SessionsService {
 public:
  explicit SessionsService(const serve::Foundations& foundations);
  ~SessionsService();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
