// What a job asks for besides its turn: scripts before it, and the way of its answer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "commands/facio/cron/shapes.hpp"
#include "commands/serve/cancel.hpp"
#include "commands/facio/runtime/turn.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::serve {

/// An answer on its way.
struct JobAnswer {
  const TurnRequest& request;
  const CronJob& job;
  const std::string& text;
  std::int64_t at_ms;
};

/// Safe from any thread.
class JobDelivery {
 public:
  virtual ~JobDelivery() = default;

  /// Runs scripts of the workspace, one after the other, and gives what they wrote, to be read by the turn. Blocks. The failure names the
  /// script and says why; those after it were not run.
  virtual Result<std::string> run_scripts(std::string_view agent, const std::vector<std::string>& scripts, const Cancel& cancel) = 0;

  /// Whether the answer stays in the store: then with_end() delivers it, otherwise send().
  [[nodiscard]] virtual bool stays_here(const CronPayload& payload) const = 0;
  /// Delivers as part of the unit of work that ends the turn, with its audit event. Failures are those of the store; `refused` says why the
  /// answer cannot go there.
  virtual Status with_end(store::Transaction& tx, const JobAnswer& answer, std::string& refused) = 0;
  /// Delivers to another program or host. Blocks. The failure says where to, and why not.
  virtual Status send(const JobAnswer& answer, const Cancel& cancel) = 0;
  /// The audit event of what send() came to; `error` is empty when it went well.
  [[nodiscard]] virtual AuditEvent sent_event(const JobAnswer& answer, const std::string& error) const = 0;
};

}  // namespace facio::serve
