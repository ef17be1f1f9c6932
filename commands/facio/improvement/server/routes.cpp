// Routes of the improvement area.
#include "commands/facio/improvement/server/run_records.hpp"
#include "commands/facio/improvement/server/service.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::improvement {
namespace {

using namespace serve;

AuditEvent approved(const ImprovementRun& run) { return improvement_event("approve", run); }
AuditEvent rolled_back(const ImprovementRun& run) { return improvement_event("rollback", run); }

}  // namespace

std::span<const RouteOf<ImprovementService>> routes() {
  static constexpr RouteOf<ImprovementService> kRoutes[] = {
      {"improvement.list", read_of<&ImprovementService::list, "limit", "status">},
      {"improvement.get", read_of<&ImprovementService::get, "runId">},
      {"improvement.report", read_of<&ImprovementService::report, "runId">},
      {"improvement.diff", read_of<&ImprovementService::diff, "runId", "path">},
      {"improvement.comment", write_of<&ImprovementService::comment, "runId">},
      {"improvement.reject", write_of<&ImprovementService::reject, "runId">},
      {"improvement.approve", change_of<&ImprovementService::approve, "runId">.with<approved>},
      {"improvement.rollback", change_of<&ImprovementService::rollback, "runId">.with<rolled_back>},
  };
  return kRoutes;
}

}  // namespace facio::improvement
