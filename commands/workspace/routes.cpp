// Routes of the workspace area.
#include <span>

#include "commands/workspace/service.hpp"
#include "commands/serve/runtime/runtime.hpp"

namespace facio::workspace {

std::span<const serve::Route> routes() { return {}; }

}  // namespace facio::workspace
