#include "commands/routes.hpp"

#include <span>

namespace facio {

// One line for each area with a server half; the table itself stands in the area's routes.cpp.
#define FACIO_AREAS(X) \
  X(health)            \
  X(settings)          \
  X(cron)              \
  X(audit)             \
  X(credentials)       \
  X(providers)         \
  X(channels)          \
  X(sessions)          \
  X(usage)             \
  X(policy)            \
  X(workspace)         \
  X(skills)            \
  X(mcp)               \
  X(versions)          \
  X(improvement)       \
  X(peers)             \
  X(agent)             \
  X(approvals)         \
  X(chat)

#define FACIO_DECLARE(area)               \
  namespace area {                        \
  std::span<const serve::Route> routes(); \
  }
FACIO_AREAS(FACIO_DECLARE)
#undef FACIO_DECLARE

namespace serve {

std::vector<Route> all_routes() {
  std::vector<Route> all;
#define FACIO_APPEND(area) \
  for (const Route& route : area::routes()) all.push_back(route);
  FACIO_AREAS(FACIO_APPEND)
#undef FACIO_APPEND
  return all;
}

}  // namespace serve
}  // namespace facio
