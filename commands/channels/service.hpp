// Channels: one free-form configuration each, with its secrets masked in every answer.
#pragma once

#include <memory>

#include "commands/serve/runtime/foundations.hpp"

namespace facio {

/// Safe from any thread.
class ChannelsService {
 public:
  explicit ChannelsService(const serve::Foundations& foundations);
  ~ChannelsService();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facio
