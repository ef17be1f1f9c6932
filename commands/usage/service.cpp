#include "commands/usage/service.hpp"

namespace facio {

struct UsageService::Impl {
  const serve::Foundations& base;
};

UsageService::UsageService(const serve::Foundations& foundations) : impl_(new Impl{.base = foundations}) {}
UsageService::~UsageService() = default;

}  // namespace facio
