// facioctl cron create and update refuse, before anything is sent, what the agent would refuse; cron history; cron run-now --wait.
#include <chrono>

#include "cli/command_line/client.hpp"
#include "cli/command_line/declared.hpp"
#include "cli/command_line/patience.hpp"
#include "cli/command_line/waiting.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"
#include "commands/facio/cron/rules.hpp"

namespace facio::cron {
namespace {

/// Rewrites a rule's error to name the flag that was typed.
Error naming_the_flag(const Error& from) {
  std::string message = from.message();
  if (const auto advice = message.find("; milliseconds since 1970"); advice != std::string::npos)
    message.resize(advice);  // meant for callers of the API
  const struct {
    std::string_view path, flag;
  } names[] = {{"schedule.at_ms", "--at"}, {"schedule.every_ms", "--every"}, {"schedule.expr", "--cron"}, {"schedule.tz", "--tz"}};
  for (const auto& [path, flag] : names)
    if (message.starts_with(path)) {
      Error error(Code::usage, std::string(flag) + " (" + message.substr(0, path.size()) + ")" + message.substr(path.size()));
      return std::move(error).with_field(std::string(flag)).with_hint("facioctl cron create -h");
    }
  Error error(Code::usage, std::move(message));
  return std::move(error).with_field(from.field());
}

/// The job that was named, as the agent knows it.
Result<JsonDocument> named_job(Client& client) {
  auto request = client.request_to("cron.get", {{"id", std::string(client.invocation().value("id"))}});
  if (!request) return fail(std::move(request.error()));
  request->by_name = true;
  return client.send(*request).and_then(json_of);
}

/// When the job last ran; -1 for never.
std::int64_t last_run(JsonRef job) {
  const JsonRef when = job.get("state").get("last_run_at_ms");
  return when.is(JsonKind::integer) ? when.integer() : -1;
}

/// The job after its next run. Nothing when it has removed itself, which only a run that ended ok does.
Result<std::optional<JsonDocument>> after_run(Client& client, const std::string& id, std::int64_t before, std::int64_t longest_ms) {
  for (Patience patience{std::chrono::milliseconds(longest_ms)};; patience.pause()) {
    auto job = client.ask("cron.get", {{"id", id}});
    if (!job && job.error().code() == Code::not_found) return std::optional<JsonDocument>();
    if (!job) return fail(std::move(job.error()));
    const JsonRef state = job->root().get("state");
    const bool busy = !state.get("queued_at_ms").is_null() || !state.get("running_since_ms").is_null();
    if (!busy && last_run(job->root()) != before) return std::optional(std::move(*job));
    if (patience.is_over())
      return fail(Code::timeout, "the run has not ended after " + format_duration(longest_ms) + "; it is still running",
                  "facioctl cron history " + id);
  }
}

Result<int> run_and_wait(Client& client, std::int64_t longest_ms) {
  auto job = named_job(client);
  if (!job) return fail(std::move(job.error()));
  const std::string id(job->root().get("id").text());
  const std::string name = "cron/" + printable(job->root().get("name").text());
  auto queued = client.ask("cron.run-now", {{"id", id}});
  if (!queued) return fail(std::move(queued.error()));
  auto after = [&] {
    const Waiting waiting(client, {.what = "waiting for the run of " + name + " to end",
                                   .ending = "it continues if this command is stopped; to stop the run: " +
                                             program_words(client.invocation()) + " agent stop --session cron:" + id,
                                   .is_long = {}});
    return after_run(client, id, last_run(job->root()), longest_ms);
  }();
  if (!after) return fail(std::move(after.error()));
  if (!*after) return note(client, name + " was deleted after a successful run").map([] { return 0; });
  const JsonRef state = (*after)->root().get("state");
  if (auto printed = print_reply(client, *find_endpoint("cron.get"), (*after)->dump()); !printed) return printed;
  if (state.get("last_status").text() == "ok") return 0;
  return fail(Code::failed, "the run of " + name + " ended with " + printable(state.get("last_status").text()) + ": " +
                                printable(state.get("last_error").text()));
}

}  // namespace

Result<int> history(Client& client) {
  if (client.invocation().global.only_shows()) return only_show(client, "cron.get", {{"id", std::string(client.invocation().value("id"))}});
  auto job = named_job(client);
  if (!job) return fail(std::move(job.error()));
  const JsonRef runs = job->root().get("state").get("run_history");
  Endpoint shown = *client.invocation().endpoint;
  shown.form = ReplyForm::list;
  return print_reply(client, shown, "{\"items\":" + (runs.is(JsonKind::array) ? runs.dump() : "[]") + "}");
}

Result<int> run_now(Client& client) {
  const Invocation& invocation = client.invocation();
  auto longest_ms = parse_duration(given_or_default(invocation, "wait_for"));
  if (!longest_ms) return fail_field(Code::usage, "--wait-for", "--wait-for: " + longest_ms.error().message());
  if (!invocation.is_set("wait") || invocation.global.only_shows()) return send_and_print(client);
  return run_and_wait(client, *longest_ms);
}

Result<int> create(Client& client) {
  if (const auto body = from_json<CronCreate>(client.invocation().body.root()))
    if (auto status = check_create(*body, now_ms()); !status) return fail(naming_the_flag(status.error()));
  const JsonRef given = client.invocation().body.root();
  if (given.get("message").is_null() && given.get("payload").get("message").is_null())
    return fail(Error(Code::usage, "--message is required: what the agent is told; '' for none")
                    .with_field("--message")
                    .with_hint("facioctl cron create -h"));
  return send_and_print(client);
}

Result<int> update(Client& client) {
  const auto schedule = from_json<CronSchedule>(client.invocation().body.root().get("schedule"));
  // An incomplete schedule is left to the agent, which has the rest of it.
  if (schedule && (schedule->kind != "cron" || schedule->expr))
    if (auto status = check_schedule(*schedule, now_ms()); !status) return fail(naming_the_flag(status.error()));
  return send_and_print(client);
}

}  // namespace facio::cron
