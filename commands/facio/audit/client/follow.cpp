#include "commands/facio/audit/client/follow.hpp"

#include <algorithm>
#include <charconv>

#include "cli/core/encoding.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/audit/client/pages.hpp"

namespace facio::audit {
namespace {

std::int64_t number(const Invocation& invocation, std::string_view name) {
  const std::string_view text = invocation.value(name);
  std::int64_t value = 0;
  (void)std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string gap_json(std::int64_t from, std::int64_t to, const std::string& agent) {
  std::string json = "{\"_gap\":{\"from\":\"" + format_rfc3339(from) + "\",\"to\":\"" + format_rfc3339(to) + "\"";
  if (!agent.empty()) {
    json += ",\"agent\":";
    append_json_string(json, agent);
  }
  return json + "}}";
}

std::string alive_json(const std::vector<Cursor>& cursors) {
  std::string json = "{\"_alive\":{\"at\":\"" + format_rfc3339(now_ms()) + "\",\"cursor\":";
  append_json_string(json, joined(cursors));
  return json + "}}";
}

}  // namespace

bool ends_run(const EventFields& fields) { return is_text(fields.event, "message_out") || is_text(fields.event, "error"); }

Result<Endings> Endings::from(const Invocation& invocation) {
  Endings endings;
  endings.heartbeat_ms = number(invocation, "heartbeat");
  endings.max_idle_ms = number(invocation, "max_idle");
  endings.count = number(invocation, "count");
  endings.run = invocation.value("until_run_ends");
  endings.strict = invocation.is_set("strict");
  endings.exit_status = invocation.is_set("exit_status");
  if (endings.exit_status && endings.run.empty())
    return fail_field(Code::usage, "--exit-status", "--exit-status belongs to --until-run-ends RUN");
  if (invocation.given("exit_on")) {
    auto condition = Condition::parse(invocation.value("exit_on"), "--exit-on");
    if (!condition) return fail(std::move(condition.error()));
    endings.exit_on = std::move(*condition);
  }
  return endings;
}

Status Follower::tell(const std::string& words) {
  if (client_.invocation().global.quiet) return {};
  if (auto status = client_.streams().err.write("-- " + words + " --\n"); !status) return status;
  return client_.streams().err.flush();
}

void Follower::look(const Event& event, const EventFields& fields) {
  if (endings_.exit_on && endings_.exit_on->holds(event.json)) {
    ended_ = info(Code::different).exit;
    why_ = "--exit-on holds";
  }
  if (!endings_.run.empty() && is_text(fields.run, endings_.run) && ends_run(fields)) {
    const bool well = is_text(fields.event, "message_out");
    ended_ = endings_.exit_status && !well ? info(Code::different).exit : 0;
    why_ = well ? "" : "run " + endings_.run + " has failed";
  }
}

Status Follower::take(const TailUpdate& news, const std::string& agent) {
  switch (news.kind) {
    case TailUpdate::Kind::lost: {
      const std::string words = printable(news.words);
      return tell("reconnecting to " + agent + " (" + format_duration(news.wait_ms) + "): " + words);
    }
    case TailUpdate::Kind::back: return tell("connected to " + agent);
    case TailUpdate::Kind::gap:
      gaps_ = true;
      return printer_.mark("gap: events between " + format_rfc3339(news.from_ms) + " and " + format_rfc3339(news.to_ms) + " may be missing",
                           gap_json(news.from_ms, news.to_ms, cursors_.size() > 1 ? agent : ""), true);
    case TailUpdate::Kind::event: break;
  }
  EventFields fields;
  (void)read_fields(news.event.json, fields);
  Cursor cursor = Cursor::of(news.event, cursors_[news.event.agent].agent);
  cursors_[news.event.agent] = std::move(cursor);
  look(news.event, fields);
  if (!filter_.matches(news.event.json, fields)) return {};
  heard_ms_ = now_ms();
  if (auto status = printer_.event(news.event); !status) return status;
  if (endings_.count != 0 && static_cast<std::int64_t>(++printed_) >= endings_.count && !ended_) ended_ = 0;
  return {};
}

void Follower::go_on_from(std::size_t agent, const Cursor& cursor) {
  Cursor& at = cursors_[agent];
  if (cursor.ts_ms > at.ts_ms || (cursor.ts_ms == at.ts_ms && cursor.seq > at.seq)) at = cursor;
}

Status Follower::beat() {
  if (endings_.heartbeat_ms == 0) return {};
  const std::int64_t now = now_ms();
  if (now - std::max(beat_ms_, started_ms_) < endings_.heartbeat_ms) return {};
  beat_ms_ = now;
  return printer_.mark("alive " + format_rfc3339(now), alive_json(cursors_), false);
}

Status Follower::settle() {
  if (started_ms_ == 0) started_ms_ = heard_ms_ = now_ms();
  if (auto status = beat(); !status) return status;
  if (auto status = printer_.flush(); !status) return status;
  if (auto status = file_.save(joined(cursors_)); !status) return status;
  if (!ended_ && endings_.max_idle_ms != 0 && now_ms() - heard_ms_ >= endings_.max_idle_ms) {
    ended_ = info(Code::timeout).exit;
    why_ = "nothing came for " + format_duration(endings_.max_idle_ms);
  }
  return {};
}

int Follower::wait_ms() const {
  std::int64_t wait = 1000;
  const std::int64_t now = now_ms();
  if (endings_.heartbeat_ms != 0) wait = std::min(wait, std::max(beat_ms_, started_ms_) + endings_.heartbeat_ms - now);
  if (endings_.max_idle_ms != 0) wait = std::min(wait, heard_ms_ + endings_.max_idle_ms - now);
  return static_cast<int>(std::clamp<std::int64_t>(wait, 1, 1000));
}

Status Follower::check_run() {
  if (endings_.run.empty() || ended_) return {};
  const Request request = get_request("audit.run", "/api/v1/audit/runs/" + percent_encode(endings_.run));
  auto response = client_.send(request);
  if (!response) {
    // A run that has just been queued has no events yet.
    if (response.error().code() == Code::not_found || info(response.error().code()).retryable) return {};
    return fail(std::move(response.error()));
  }
  auto events = events_of(response->body);
  if (!events) return fail(std::move(events.error()));
  for (const Event& event : *events) {
    EventFields fields;
    (void)read_fields(event.json, fields);
    if (ends_run(fields)) look(event, fields);
  }
  return {};
}

Result<int> Follower::finish(int code) {
  if (client_.invocation().given("show_cursor")) {
    const std::string text = joined(cursors_);
    std::string json = "{\"_cursor\":";
    append_json_string(json, text);
    if (auto status = printer_.mark("cursor: " + text, json + "}", false); !status) return fail(std::move(status.error()));
  }
  if (auto status = printer_.flush(); !status) return fail(std::move(status.error()));
  if (auto status = file_.save(joined(cursors_)); !status) return fail(std::move(status.error()));
  if (auto status = file_.sync(); !status) return fail(std::move(status.error()));
  if (code == 0 && gaps_ && endings_.strict)
    return fail(Code::integrity, "events may be missing: the log of the agent could not be read without a gap");
  if (!why_.empty()) {
    if (code == info(Code::timeout).exit) return fail(Code::timeout, why_, "facioctl health");
    if (auto status = tell(why_); !status) return fail(std::move(status.error()));
  }
  return code;
}

}  // namespace facio::audit
