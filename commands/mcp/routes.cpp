// Routes of the mcp area.
#include <span>

#include "commands/mcp/service.hpp"
#include "commands/serve/runtime/runtime.hpp"

namespace facio::mcp {

std::span<const serve::Route> routes() { return {}; }

}  // namespace facio::mcp
