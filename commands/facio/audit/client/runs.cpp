// facioctl runs list, runs get: what an agent with nothing but the contract tells of its runs.
#include <algorithm>

#include "cli/command_line/client.hpp"
#include "cli/command_line/declared.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"
#include "commands/facio/audit/client/pages.hpp"
#include "commands/facio/cron/shapes.hpp"
#include "commands/facio/audit/client/run_summaries.hpp"
#include "commands/facio/usage/shapes.hpp"

namespace facio::audit {
namespace {

constexpr std::int64_t kUsualSpanMs = 7 * kDayMs;
constexpr std::string_view kJobSessions = "cron:";
/// Runs whose usage is asked for one by one, of an agent that does not group it by run.
constexpr std::size_t kMostAsked = 200;

struct Wanted {
  std::int64_t from_ms = 0;
  std::string session;
  bool failed = false, by_tokens = false;
  std::size_t most = 0;

  [[nodiscard]] bool has(const RunSummary& run) const {
    return (!failed || run.status == "error") && (session.empty() || run.session_key == session);
  }
  [[nodiscard]] Pages::Query query() const {
    Pages::Query query;
    for (const std::string_view kind : split(kRunEvents, ' ')) query["event"].emplace_back(kind);
    if (!session.empty()) query["sessionKey"] = {session};
    return query;
  }
};

/// The cron jobs of the agent; none where it has none or no such area.
Result<std::vector<CronJob>> jobs_of(Client& client) {
  const auto list = client.ask("cron.list");
  if (!list) return fail(list.error());
  const auto jobs = from_json<CronList>(list->root());
  if (!jobs) return fail(jobs.error());
  return jobs->items;
}

/// The session that the runs of a job belong to.
Result<std::string> session_of_job(Client& client, const std::string& typed) {
  auto request = client.request_to("cron.get", {{"id", typed}});
  if (!request) return fail(std::move(request.error()));
  request->by_name = true;
  const auto job = client.send(*request).and_then(facio::json_of);
  if (job) return std::string(kJobSessions) + job->root().get("id").text();
  if (job.error().code() != Code::not_found) return fail(job.error());
  return fail(Error(job.error()).with_hint("facioctl runs list --session cron:ID, for a job that was deleted"));
}

Result<Wanted> wanted_by(Client& client) {
  const Invocation& invocation = client.invocation();
  Wanted wanted{.from_ms = invocation.global.output.now_ms - kUsualSpanMs,
                .session = std::string(invocation.value("session")),
                .failed = invocation.is_set("failed"),
                .by_tokens = invocation.value("sort") == "tokens"};
  if (invocation.given("since"))
    if (const auto since = parse_rfc3339(invocation.value("since"))) wanted.from_ms = *since;
  (void)read_number(given_or_default(invocation, "limit"), wanted.most);
  if (!invocation.given("cron")) return wanted;
  if (!wanted.session.empty()) return fail_field(Code::usage, "--cron", "--cron and --session cannot be combined; give one of them");
  if (invocation.global.only_shows()) return wanted;
  return session_of_job(client, std::string(invocation.value("cron"))).map([&](std::string session) {
    wanted.session = std::move(session);
    return wanted;
  });
}

/// Reads the log back until there are enough runs.
Result<std::vector<RunSummary>> read_runs(Client& client, const Wanted& wanted) {
  const OutputOptions& output = client.invocation().global.output;
  const bool needs_all = wanted.by_tokens || !output.filter.empty() || !output.sort_by.empty();
  RunSummaries collection;
  std::size_t complete = 0;
  Pages pages(client, wanted.query());
  auto status = pages.newest_first(wanted.from_ms, {}, [&](Event&& event) -> Result<bool> {
    const EventFields fields = fields_of(event.json);
    // An agent may not filter by itself.
    if (!tells_of_run(fields)) return true;
    if (collection.add(fields) && wanted.has(collection.latest())) ++complete;
    return needs_all || complete < wanted.most;
  });
  if (!status) return fail(std::move(status.error()));
  std::vector<RunSummary> runs = collection.take();
  std::erase_if(runs, [&](const RunSummary& run) { return !wanted.has(run); });
  if (!needs_all && runs.size() > wanted.most) runs.resize(wanted.most);
  return runs;
}

template <class Usage>
void put_usage(RunSummary& run, const Usage& usage) {
  run.prompt_tokens = usage.prompt_tokens;
  run.completion_tokens = usage.completion_tokens;
  run.total = usage.prompt_tokens + usage.completion_tokens;
  if (run.status != "running" && usage.duration_ms > 0) run.duration_ms = usage.duration_ms;
}

/// Whether an agent that refuses with this may still answer another way.
bool lacks_it(const Error& error) {
  return error.code() == Code::not_found || error.code() == Code::unsupported || error.code() == Code::rejected ||
         error.code() == Code::unavailable;
}

/// The usage of each run, from an agent that does not group by runs (the contract knows no such group).
Status ask_each_usage(Client& client, std::vector<RunSummary>& runs) {
  for (std::size_t i = 0; i < std::min(runs.size(), kMostAsked); ++i) {
    const auto usage = client.ask("usage.run", {{"runId", runs[i].id}});
    if (!usage && !lacks_it(usage.error())) return fail(usage.error());
    if (!usage && usage.error().code() == Code::unsupported) return {};
    if (!usage) continue;
    if (const auto counted = from_json<UsageRun>(usage->root())) put_usage(runs[i], *counted);
  }
  if (runs.size() <= kMostAsked) return {};
  return note(client, "facioctl: warning: this agent does not group its usage by run; only the latest " + std::to_string(kMostAsked) +
                          " runs have tokens");
}

Status add_usage(Client& client, std::vector<RunSummary>& runs, std::int64_t from_ms) {
  if (runs.empty()) return {};
  const auto reply = client.ask("usage.get", {{"groupBy", "run_id"}, {"from", format_date(from_ms)}});
  if (!reply && !lacks_it(reply.error())) return fail(reply.error());
  const auto report = reply ? from_json<UsageReport>(reply->root()) : Result<UsageReport>(fail(reply.error()));
  if (!report) return ask_each_usage(client, runs);
  std::map<std::string_view, const UsageBucket*, std::less<>> by_run;
  for (const UsageBucket& bucket : report->items)
    if (bucket.run_id) by_run.emplace(*bucket.run_id, &bucket);
  for (RunSummary& run : runs)
    if (const auto found = by_run.find(run.id); found != by_run.end()) put_usage(run, *found->second);
  return {};
}

/// The names of the jobs that runs belong to.
Status add_jobs(Client& client, std::vector<RunSummary>& runs) {
  const auto of_job = [](const RunSummary& run) { return run.session_key && run.session_key->starts_with(kJobSessions); };
  if (std::ranges::none_of(runs, of_job)) return {};
  const auto jobs = jobs_of(client);
  if (!jobs) return lacks_it(jobs.error()) ? Status() : fail(jobs.error());
  for (RunSummary& run : runs) {
    if (!of_job(run)) continue;
    const std::string id = run.session_key->substr(kJobSessions.size());
    const auto job = std::ranges::find(*jobs, id, &CronJob::id);
    if (job != jobs->end()) run.job = job->name;
  }
  return {};
}

}  // namespace

Result<int> list_runs(Client& client) {
  const auto wanted = wanted_by(client);
  if (!wanted) return fail(wanted.error());
  if (client.invocation().global.only_shows()) return Pages(client, wanted->query()).show(false, wanted->from_ms);
  auto runs = read_runs(client, *wanted);
  if (!runs) return fail(std::move(runs.error()));
  auto status = add_usage(client, *runs, wanted->from_ms);
  if (status) status = add_jobs(client, *runs);
  if (!status) return fail(std::move(status.error()));
  if (wanted->by_tokens) std::ranges::stable_sort(*runs, std::greater<>(), [](const RunSummary& run) { return run.total.value_or(-1); });
  OutputOptions output = output_of(client);
  output.most = wanted->most;
  std::size_t count = 0;
  const RunList all{.items = std::move(*runs)};
  if (auto printed = print_as(client, *client.invocation().endpoint, to_json(all), output, &count); !printed)
    return fail(std::move(printed.error()));
  if (count == 0 && client.invocation().global.fail_empty) return fail(Code::not_found, "the list of `runs list` is empty");
  return 0;
}

Result<int> get_run(Client& client) {
  auto request = client.request_to("audit.run", {{"runId", std::string(client.invocation().value("id"))}});
  if (!request) return fail(std::move(request.error()));
  if (client.invocation().global.only_shows()) return show_or_send(client, *request).map([](auto&&) { return 0; });
  request->by_name = true;
  auto events = get_events(client, *request);
  if (!events) return fail(std::move(events.error()));
  RunSummaries collection;
  std::ranges::reverse(*events);
  for (const Event& event : *events) {
    const EventFields fields = fields_of(event.json);
    if (tells_of_run(fields)) collection.add(fields);
  }
  std::vector<RunSummary> runs = collection.take();
  if (runs.empty()) return fail(Code::not_found, "the log tells neither the beginning nor the end of this run", "facioctl audit run RUN");
  runs.resize(1);
  auto status = ask_each_usage(client, runs);
  if (status) status = add_jobs(client, runs);
  if (!status) return fail(std::move(status.error()));
  return print_reply(client, *client.invocation().endpoint, to_json(runs.front()));
}

}  // namespace facio::audit
