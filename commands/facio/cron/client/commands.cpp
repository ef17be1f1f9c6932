// facioctl cron create and update refuse, before anything is sent, what the agent would refuse.
#include "cli/command_line/client.hpp"
#include "cli/core/shape_json.hpp"
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

}  // namespace

Result<int> create(Client& client) {
  if (const auto body = from_json<CronCreate>(client.invocation().body.root()))
    if (auto status = check_create(*body, now_ms()); !status) return fail(naming_the_flag(status.error()));
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
