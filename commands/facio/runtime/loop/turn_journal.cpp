#include "commands/facio/runtime/loop/turn_journal.hpp"

#include "cli/core/shape_json.hpp"
#include "cli/core/utf8.hpp"
#include "commands/serve/clock.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kRuns = "run";
constexpr std::string_view kInterrupted = "interrupted: the runtime stopped before this tool ended; it may or may not have had its effect";

struct OpenCall {
  std::string id, tool;

  static constexpr ShapeHead shape{"OpenCall", "A call of a tool that goes on"};
  static constexpr auto fields() { return Fields{field("id", &OpenCall::id, "of the call"), field("tool", &OpenCall::tool, "name")}; }
};

/// The stored note that a turn is running.
struct OpenTurn : RunContext, TurnUsage {
  std::string channel_id, parent_run_id;
  std::int64_t started_ms = 0;
  std::vector<OpenCall> calls;

  static constexpr ShapeHead shape{"OpenTurn", "A turn that goes on"};
  static constexpr auto fields() {
    using T = OpenTurn;
    constexpr auto text = [](std::string_view name, std::string T::*member) { return field(name, member, ""); };
    constexpr auto number = [](std::string_view name, std::int64_t T::*member) { return field(name, member, ""); };
    return Fields{text("session_key", &T::session_key),
                  text("trace_id", &T::trace_id),
                  text("origin", &T::origin),
                  text("channel", &T::channel),
                  text("channel_id", &T::channel_id),
                  text("parent_run_id", &T::parent_run_id),
                  number("started_ms", &T::started_ms),
                  text("provider", &T::provider),
                  text("model", &T::model),
                  number("prompt_tokens", &T::prompt_tokens),
                  number("completion_tokens", &T::completion_tokens),
                  number("cached_tokens", &T::cached_tokens),
                  number("tool_calls", &T::tool_calls_count),
                  number("iterations", &T::iterations),
                  field("calls", &T::calls, "")};
  }
};

UsageRun usage_row(const RunContext& run, const TurnUsage& usage) {
  UsageRun row;
  static_cast<UsageCounters&>(row) = usage;
  row.run_id = run.run_id;
  row.model = unless_empty(usage.model);
  row.provider = unless_empty(usage.provider);
  row.origin = unless_empty(run.origin);
  row.channel = unless_empty(run.channel);
  row.session_key = unless_empty(run.session_key);
  return row;
}

SessionMessage outcome_message(const std::string& call, const std::string& tool, std::string_view output) {
  SessionMessage message = text_message("tool", output);
  message.name = tool;
  message.tool_call_id = call;
  return message;
}

Status settle(store::Transaction& tx, std::string_view agent, const std::string& run_id, OpenTurn note, std::int64_t now) {
  note.agent = agent;
  note.run_id = run_id;
  for (const OpenCall& call : note.calls)
    if (auto status =
            tx.append_message(agent, note.session_key, unless_empty(note.channel), now, outcome_message(call.id, call.tool, kInterrupted));
        !status)
      return status;
  AuditEvent event = run_event(note, "error");
  event.channel_id = unless_empty(note.channel_id);
  event.parent_run_id = unless_empty(note.parent_run_id);
  event.status = "error";
  event.message = "interrupted: the runtime stopped before the end of this turn was recorded";
  if (auto status = tx.append_audit(agent, std::move(event)); !status) return status;
  if (auto status = tx.append_usage(agent, note.started_ms, usage_row(note, note)); !status) return status;
  return tx.erase_document(agent, kRuns, run_id).map([](bool) {});
}

}  // namespace

SessionMessage text_message(std::string_view role, std::string_view text) {
  SessionMessage message;
  message.role = std::string(role);
  message.content.text.clear();
  append_json_string(message.content.text, text);
  return message;
}

AuditEvent turn_event(const TurnRequest& request, std::string_view kind, std::int64_t step) {
  AuditEvent event = run_event(request, kind);
  event.channel_id = unless_empty(request.channel_id);
  event.parent_run_id = unless_empty(request.parent_run_id);
  if (step > 0) event.turn_id = request.run_id + "-" + std::to_string(step);
  return event;
}

AuditEvent end_event(const TurnRequest& request, const TurnResult& result) {
  AuditEvent event = turn_event(request, result.ok ? "message_out" : "error");
  event.message = cut_text(result.ok ? result.answer : result.error, kMostOfEvent);
  if (!result.ok) event.status = "error";
  return event;
}

/// Whether the session was cleared or deleted since the turn began: an answer to nothing would make it anew.
bool TurnJournal::is_dropped() const {
  if (dropped_) return true;
  const auto found = store_.sessions().find(request_.agent, request_.session_key);
  return found && !*found;
}

Status TurnJournal::append(store::Transaction& tx, const std::vector<SessionMessage>& messages, const std::vector<AuditEvent>& events,
                           bool dropped) const {
  const std::int64_t now = clock_.now_ms();
  if (!dropped)
    for (const SessionMessage& message : messages)
      if (auto status = tx.append_message(request_.agent, request_.session_key, unless_empty(request_.channel), now, message); !status)
        return status;
  for (const AuditEvent& event : events)
    if (auto status = tx.append_audit(request_.agent, event); !status) return status;
  return {};
}

Status TurnJournal::save_note(store::Transaction& tx, const TurnUsage& so_far) const {
  OpenTurn note;
  static_cast<RunContext&>(note) = request_;
  static_cast<TurnUsage&>(note) = so_far;
  note.channel_id = request_.channel_id;
  note.parent_run_id = request_.parent_run_id;
  note.started_ms = started_ms_;
  for (const ModelCall& call : open_) note.calls.push_back({call.id, call.tool});
  return tx.save_document(request_.agent, kRuns, request_.run_id, to_json(note));
}

Status TurnJournal::begin(TurnHooks& hooks) {
  started_ms_ = clock_.now_ms();
  return store_.run([&](store::Transaction& tx) -> Status {
    if (hooks.with_begin)
      if (auto status = hooks.with_begin(tx); !status) return status;
    AuditEvent in = turn_event(request_, "message_in");
    in.message = cut_text(request_.message, kMostOfEvent);
    in.actor = unless_empty(request_.actor);
    if (auto status = append(tx, {text_message("user", request_.message)}, {std::move(in)}, dropped_); !status) return status;
    return save_note(tx, {});
  });
}

Status TurnJournal::write(const SessionMessage& message, const std::vector<AuditEvent>& events, const TurnUsage& so_far) {
  const bool dropped = is_dropped();
  return store_.run([&](store::Transaction& tx) -> Status {
    if (auto status = append(tx, {message}, events, dropped); !status) return status;
    return save_note(tx, so_far);
  });
}

Status TurnJournal::calls(const std::string& text, const std::vector<ModelCall>& calls, const std::vector<AuditEvent>& events,
                          const TurnUsage& so_far) {
  open_ = calls;
  SessionMessage message = text_message("assistant", text);
  message.tool_calls.emplace();
  for (const ModelCall& call : calls) message.tool_calls->push_back({call_json(call)});
  return write(message, events, so_far);
}

Status TurnJournal::outcome(const ModelCall& call, const std::string& output, const std::vector<AuditEvent>& events,
                            const TurnUsage& so_far) {
  std::erase_if(open_, [&](const ModelCall& one) { return one.id == call.id; });
  return write(outcome_message(call.id, call.tool, output), events, so_far);
}

Status TurnJournal::end(TurnHooks& hooks, const TurnResult& result, const std::vector<AuditEvent>& events) {
  std::vector<SessionMessage> messages;
  for (const ModelCall& call : open_) messages.push_back(outcome_message(call.id, call.tool, "interrupted: " + result.error));
  if (result.ok) messages.push_back(text_message("assistant", result.answer));
  const bool dropped = is_dropped();
  return store_.run([&](store::Transaction& tx) -> Status {
    if (auto status = append(tx, messages, events, dropped); !status) return status;
    if (auto status = tx.append_usage(request_.agent, started_ms_, usage_row(request_, result)); !status) return status;
    if (auto erased = tx.erase_document(request_.agent, kRuns, request_.run_id); !erased) return fail(std::move(erased.error()));
    return hooks.with_end ? hooks.with_end(tx, result) : Status{};
  });
}

Status recover_turns(store::Store& store, const Clock& clock, std::string_view agent) {
  auto notes = store.documents().list(agent, kRuns);
  if (!notes) return fail(std::move(notes.error()));
  if (notes->empty()) return {};
  return store.run([&](store::Transaction& tx) -> Status {
    for (const store::Document& document : *notes) {
      auto note = from_json<OpenTurn>(document.json);
      if (!note) return fail(Code::internal, "the note of a running turn cannot be read: " + note.error().message());
      if (auto status = settle(tx, agent, document.id, std::move(*note), clock.now_ms()); !status) return status;
    }
    return {};
  });
}

}  // namespace facio::serve
