#include "commands/facio/audit/client/follow.hpp"

#include <algorithm>

#include "cli/core/shape_json.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/audit/client/pages.hpp"

namespace facio::audit {
namespace {

/// Whether this event is the last one of its run.
bool ends_run(const EventFields& fields) { return is_text(fields.event, "message_out") || is_text(fields.event, "error"); }

std::string gap_json(const TailUpdate& gap, const std::optional<std::string>& agent) {
  return json_object("_gap", json_object("from", format_rfc3339(gap.from_ms), "to", format_rfc3339(gap.to_ms), "agent", agent)).text;
}

}  // namespace

Result<StopConditions> StopConditions::from(const Invocation& invocation) {
  StopConditions stop;
  stop.heartbeat_ms = integer_of(invocation.value("heartbeat"));
  stop.max_idle_ms = integer_of(invocation.value("max_idle"));
  stop.count = integer_of(invocation.value("count"));
  stop.run = invocation.value("until_run_ends");
  stop.strict = invocation.is_set("strict");
  stop.exit_status = invocation.is_set("exit_status");
  if (stop.exit_status && stop.run.empty()) return fail_field(Code::usage, "--exit-status", "--exit-status needs --until-run-ends RUN");
  if (!invocation.given("exit_on")) return stop;
  auto condition = Condition::parse(invocation.value("exit_on"), "--exit-on", invocation.global.output.times());
  if (!condition) return fail(std::move(condition.error()));
  stop.exit_on = std::move(*condition);
  return stop;
}

Status Follower::print_notice(const std::string& text) {
  if (client_.invocation().global.quiet) return {};
  if (auto status = client_.streams().err.write("-- " + text + " --\n"); !status) return status;
  return client_.streams().err.flush();
}

void Follower::check_end(const Event& event, const EventFields& fields) {
  if (stop_.exit_on && stop_.exit_on->holds(event.json)) {
    ended_ = info(Code::different).exit;
    why_ = "an event matches --exit-on";
  }
  if (!stop_.run.empty() && is_text(fields.run, stop_.run) && ends_run(fields)) {
    const bool good = is_text(fields.event, "message_out");
    ended_ = stop_.exit_status && !good ? info(Code::different).exit : 0;
    why_ = good ? "" : "run " + stop_.run + " has failed";
  }
}

Status Follower::handle(const TailUpdate& update, const std::string& agent) {
  switch (update.kind) {
    case TailUpdate::Kind::lost:
      return print_notice("reconnecting to " + agent + " (" + format_duration(update.wait_ms) + "): " + printable(update.message));
    case TailUpdate::Kind::back: return print_notice("connected to " + agent);
    case TailUpdate::Kind::gap:
      has_gaps_ = true;
      return printer_.mark(
          "gap: events between " + format_rfc3339(update.from_ms) + " and " + format_rfc3339(update.to_ms) + " may be missing",
          gap_json(update, cursors_.size() > 1 ? std::optional(agent) : std::nullopt), true);
    case TailUpdate::Kind::event: break;
  }
  const Event& event = update.event;
  const EventFields fields = fields_of(event.json);
  cursors_[event.agent] = Cursor::of(event, cursors_[event.agent].agent);
  check_end(event, fields);
  if (!filter_.matches(event.json, fields)) return {};
  last_match_ms_ = now_ms();
  if (auto status = printer_.event(event); !status) return status;
  if (stop_.count != 0 && ++printed_ >= stop_.count && !ended_) ended_ = 0;
  return {};
}

void Follower::advance(std::size_t agent, const Cursor& cursor) {
  Cursor& at = cursors_[agent];
  // Numbers are the order of a log, whatever the clock showed.
  const bool numbered = cursor.seq > 0 && at.seq > 0;
  if (numbered ? cursor.seq > at.seq : cursor.ts_ms > at.ts_ms) at = cursor;
}

Status Follower::print_heartbeat() {
  if (stop_.heartbeat_ms == 0) return {};
  const std::int64_t now = now_ms();
  if (now - std::max(last_heartbeat_ms_, started_ms_) < stop_.heartbeat_ms) return {};
  last_heartbeat_ms_ = now;
  return printer_.mark("alive " + format_rfc3339(now),
                       json_object("_alive", json_object("at", format_rfc3339(now_ms()), "cursor", joined(cursors_))).text, false);
}

Status Follower::flush() {
  if (started_ms_ == 0) started_ms_ = last_match_ms_ = now_ms();
  if (auto status = check_reader(); !status) return status;
  if (auto status = print_heartbeat(); !status) return status;
  if (auto status = printer_.flush(); !status) return status;
  if (auto status = file_.save(joined(cursors_)); !status) return status;
  if (!ended_ && stop_.max_idle_ms != 0 && now_ms() - last_match_ms_ >= stop_.max_idle_ms) {
    ended_ = info(Code::timeout).exit;
    why_ = "no event for " + format_duration(stop_.max_idle_ms);
  }
  return {};
}

int Follower::wait_ms() const {
  std::int64_t wait = 1000;
  const std::int64_t now = now_ms();
  if (stop_.heartbeat_ms != 0) wait = std::min(wait, std::max(last_heartbeat_ms_, started_ms_) + stop_.heartbeat_ms - now);
  if (stop_.max_idle_ms != 0) wait = std::min(wait, last_match_ms_ + stop_.max_idle_ms - now);
  return static_cast<int>(std::clamp<std::int64_t>(wait, 1, 1000));
}

Status Follower::check_run() {
  if (stop_.run.empty() || ended_) return {};
  const auto response = client_.send(run_request(stop_.run));
  // A run that has just been queued has no events yet.
  if (!response && (response.error().code() == Code::not_found || info(response.error().code()).retryable)) return {};
  auto events = response.and_then([](const Response& good) { return events_of(good.body); });
  if (!events) return fail(std::move(events.error()));
  for (const Event& event : *events)
    if (const EventFields fields = fields_of(event.json); ends_run(fields)) check_end(event, fields);
  return {};
}

Result<int> Follower::finish(int code) {
  Status status;
  if (client_.invocation().given("show_cursor")) {
    const std::string text = joined(cursors_);
    status = printer_.mark("cursor: " + text, json_object("_cursor", text).text, false);
  }
  if (status) status = printer_.flush();
  if (status) status = file_.save(joined(cursors_));
  if (status) status = file_.sync();
  if (!status) return fail(std::move(status.error()));
  if (code == 0 && has_gaps_ && stop_.strict)
    return fail(Code::integrity, "events may be missing: the log of the agent could not be read without a gap");
  if (why_.empty()) return code;
  if (code == info(Code::timeout).exit) return fail(Code::timeout, why_, "facioctl health");
  return print_notice(why_).map([code] { return code; });
}

}  // namespace facio::audit
