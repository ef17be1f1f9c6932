#include "commands/skills/service.hpp"

namespace facio {

struct SkillsService::Impl {
  const serve::Foundations& base;
};

SkillsService::SkillsService(const serve::Foundations& foundations) : impl_(new Impl{.base = foundations}) {}
SkillsService::~SkillsService() = default;

}  // namespace facio
