#include "commands/facio/runtime/tools/cron_tools.hpp"

#include "cli/core/time.hpp"
#include "commands/facio/cron/server/service.hpp"
#include "commands/facio/runtime/tools/tool_event.hpp"

namespace facio::serve {
namespace {

struct NoArguments {
  static constexpr ShapeHead shape{"NoArguments", "Nothing"};
  static constexpr auto fields() { return Fields{}; }
};

struct CronRemove {
  std::string id;

  static constexpr ShapeHead shape{"CronRemove", "Which job to remove"};
  static constexpr auto fields() { return Fields{field("id", &CronRemove::id, "id of the job", {.not_blank = true})}; }
};

std::string line_of(const CronJob& job) {
  std::string line = job.id + "  " + job.name + "  ";
  if (job.schedule.expr) line += "cron " + *job.schedule.expr + (job.schedule.tz ? " " + *job.schedule.tz : "");
  else if (job.schedule.every_ms) line += "every " + std::to_string(*job.schedule.every_ms) + " ms";
  else if (job.schedule.at_ms) line += "at " + format_rfc3339(*job.schedule.at_ms);
  line += job.enabled ? "" : "  paused";
  if (job.state.next_run_at_ms) line += "  next " + format_rfc3339(*job.state.next_run_at_ms);
  if (job.state.last_status) line += "  last " + *job.state.last_status;
  return line;
}

}  // namespace

CronTools::CronTools(store::Store& store, CronService& cron) {
  add<NoArguments>("cron_list", "Lists the jobs that the agent runs by the clock: id, name, schedule, next and last run.",
                   [&cron](const ToolRun& run, const NoArguments&) -> Result<ToolOutput> {
                     auto jobs = cron.jobs(run.agent);
                     if (!jobs) return fail(std::move(jobs.error()));
                     std::string out;
                     for (const CronJob& job : *jobs) out += line_of(job) + "\n";
                     return ToolOutput{.text = out.empty() ? "there are no jobs" : std::move(out)};
                   });
  add_raw("cron_add",
          "Plans a job: at its times the agent gets the message as a turn of its own. The schedule is {\"kind\":\"cron\",\"expr\":\"0 9 * "
          "* 1-5\"}, "
          "{\"kind\":\"every\",\"every_ms\":3600000} or {\"kind\":\"at\",\"at_ms\":…}.",
          shape_of<CronCreate>, [&store, &cron](const ToolRun& run, JsonRef arguments) -> Result<ToolOutput> {
            std::optional<CronJob> made;
            const Status status = store.run([&](store::Transaction& tx) -> Status {
              auto job = cron.create(tx, run.agent, arguments);
              if (!job) return fail(std::move(job.error()));
              made = std::move(*job);
              return tx.append_audit(run.agent, agent_event(run, "cron_change", "added job " + made->id,
                                                            event_details("action", "added", "job", made->id, "name", made->name)));
            });
            if (!status) return fail(status.error());
            cron.announce(run.agent, *made);
            return ToolOutput{.text = "added " + line_of(*made)};
          });
  add<CronRemove>("cron_remove", "Removes a job; a run that goes on is not stopped.",
                  [&store, &cron](const ToolRun& run, const CronRemove& wanted) -> Result<ToolOutput> {
                    const Status status = store.run([&](store::Transaction& tx) -> Status {
                      if (auto removed = cron.remove(tx, run.agent, wanted.id); !removed) return fail(std::move(removed.error()));
                      return tx.append_audit(run.agent, agent_event(run, "cron_change", "removed job " + wanted.id,
                                                                    event_details("action", "removed", "job", wanted.id)));
                    });
                    if (!status) return fail(status.error());
                    cron.announce_removed(run.agent, wanted.id);
                    return ToolOutput{.text = "removed " + wanted.id};
                  });
}

}  // namespace facio::serve
