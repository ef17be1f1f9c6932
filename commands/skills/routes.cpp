// Routes of the skills area.
#include <span>

#include "commands/skills/service.hpp"
#include "commands/serve/runtime/runtime.hpp"

namespace facio::skills {

std::span<const serve::Route> routes() { return {}; }

}  // namespace facio::skills
