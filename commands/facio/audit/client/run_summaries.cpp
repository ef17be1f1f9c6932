#include "commands/facio/audit/client/run_summaries.hpp"

#include "cli/core/time.hpp"

namespace facio::audit {
namespace {

void keep(std::optional<std::string>& to, std::string_view value) {
  if (std::string text = plain(value); !text.empty()) to = std::move(text);
}

}  // namespace

bool tells_of_run(const EventFields& fields) {
  const std::string kind = plain(fields.event);
  return !kind.empty() && (" " + std::string(kRunEvents) + " ").find(" " + kind + " ") != std::string::npos;
}

bool RunSummaries::add(const EventFields& fields) {
  const std::string id = plain(fields.run);
  if (id.empty()) return false;
  auto [at, is_new] = found_.try_emplace(id);
  Found& found = at->second;
  RunSummary& run = found.run;
  const std::int64_t when = time_of(fields);
  if (is_new) {
    seen_.push_back(id);
    run.id = id;
    run.status = "running";
    found.last_ms = when;
  }
  found.first_ms = when;
  keep(run.session_key, fields.session);
  keep(run.origin, fields.origin);
  const bool begins = is_text(fields.event, "message_in");
  if (begins) {
    keep(run.channel, fields.channel);
    keep(run.message, fields.message);
    begun_.push_back(id);
  } else if (const bool fails = is_text(fields.event, "error"); fails || is_text(fields.status, "error")) {
    run.status = "error";
    if (fails || !run.error) keep(run.error, fields.message);
  } else if (run.status == "running") {
    run.status = "ok";
  }
  if (when != 0) run.started_at = format_rfc3339(found.first_ms);
  if (run.status != "running") run.duration_ms = found.last_ms - found.first_ms;
  return begins;
}

std::vector<RunSummary> RunSummaries::take() {
  std::vector<RunSummary> runs;
  for (const std::string& id : begun_.empty() ? seen_ : begun_)
    if (const auto found = found_.find(id); found != found_.end()) {
      runs.push_back(std::move(found->second.run));
      found_.erase(found);  // a run that begins twice is one
    }
  return runs;
}

}  // namespace facio::audit
