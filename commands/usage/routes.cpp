// Routes of the usage area.
#include <span>

#include "commands/usage/service.hpp"
#include "commands/serve/runtime/runtime.hpp"

namespace facio::usage {

std::span<const serve::Route> routes() { return {}; }

}  // namespace facio::usage
