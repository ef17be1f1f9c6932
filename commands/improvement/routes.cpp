// Routes of the improvement area.
#include <span>

#include "commands/improvement/service.hpp"
#include "commands/serve/runtime/runtime.hpp"

namespace facio::improvement {

std::span<const serve::Route> routes() { return {}; }

}  // namespace facio::improvement
