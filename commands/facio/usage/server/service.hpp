// Usage: what each run took, summed up in groups.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/facio/runtime/service_context.hpp"
#include "commands/serve/store/store.hpp"

namespace facio {

/// What a report is asked for; an empty text or list was not given.
struct UsageQuestion {
  std::string from, to;  ///< days
  std::vector<std::string> group_by;
  std::optional<std::string> model, origin, channel;
};

/// Safe from any thread.
class UsageService {
 public:
  explicit UsageService(const serve::ServiceContext& context) : base_(context) {}

  /// The groups of a span of days with their sums, as the JSON of a UsageReport. Without `from` the 14 days up to `to`, without `to`
  /// up to today (UTC). Code::rejected names the parameter.
  Result<std::string> report(std::string_view agent, const UsageQuestion& question);
  /// What one run used. Code::not_found.
  Result<UsageRun> run(std::string_view agent, std::string_view run_id);

 private:
  const serve::ServiceContext& base_;
};

}  // namespace facio
