// Usage: what each run used, and sums over groups of runs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/facio/runtime/service_context.hpp"
#include "commands/serve/store/store.hpp"

namespace facio {

/// The parameters of a report; empty ones are absent.
struct UsageQuestion {
  std::string from, to;  ///< days
  std::vector<std::string> group_by;
  std::optional<std::string> model, origin, channel;
};

/// Safe from any thread.
class UsageService {
 public:
  explicit UsageService(const serve::ServiceContext& context) : base_(context) {}

  /// The sums over groups of runs, as the JSON of a UsageReport. `from` defaults to 13 days before `to`, and `to` to today (UTC).
  /// Code::rejected names the parameter.
  Result<std::string> report(std::string_view agent, const UsageQuestion& question);
  /// What one run used. Code::not_found.
  Result<UsageRun> run(std::string_view agent, std::string_view run_id);

 private:
  const serve::ServiceContext& base_;
};

}  // namespace facio
