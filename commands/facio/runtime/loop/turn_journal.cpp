#include "commands/facio/runtime/loop/turn_journal.hpp"

#include <algorithm>

#include "cli/core/shape_json.hpp"
#include "cli/core/utf8.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/serve/clock.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kRuns = "run";
constexpr std::string_view kCutOff = "interrupted: the runtime ended before this tool did; it may or may not have had its effect";

/// A call that was made and has no outcome yet.
struct OpenCall {
  std::string id, tool;

  static constexpr ShapeHead shape{"OpenCall", "A call of a tool that goes on"};
  static constexpr auto fields() { return Fields{field("id", &OpenCall::id, "of the call"), field("tool", &OpenCall::tool, "name")}; }
};

/// The note that a turn goes on.
struct OpenTurn {
  std::string session_key, trace_id, origin, channel, channel_id, parent_run_id;
  std::int64_t started_ms = 0;
  std::string provider, model;
  std::int64_t prompt_tokens = 0, completion_tokens = 0, cached_tokens = 0, tool_calls = 0, iterations = 0;
  std::vector<OpenCall> calls;

  static constexpr ShapeHead shape{"OpenTurn", "A turn that goes on"};
  static constexpr auto fields() {
    using T = OpenTurn;
    return Fields{field("session_key", &T::session_key, ""),
                  field("trace_id", &T::trace_id, ""),
                  field("origin", &T::origin, ""),
                  field("channel", &T::channel, ""),
                  field("channel_id", &T::channel_id, ""),
                  field("parent_run_id", &T::parent_run_id, ""),
                  field("started_ms", &T::started_ms, ""),
                  field("provider", &T::provider, ""),
                  field("model", &T::model, ""),
                  field("prompt_tokens", &T::prompt_tokens, ""),
                  field("completion_tokens", &T::completion_tokens, ""),
                  field("cached_tokens", &T::cached_tokens, ""),
                  field("tool_calls", &T::tool_calls, ""),
                  field("iterations", &T::iterations, ""),
                  field("calls", &T::calls, "")};
  }
};

std::optional<std::string> if_any(const std::string& text) { return text.empty() ? std::nullopt : std::optional<std::string>(text); }

AuditEvent event_of(std::string_view kind, const TurnRequest& request) {
  AuditEvent event;
  event.event = std::string(kind);
  event.status = "ok";
  event.origin = if_any(request.origin);
  event.channel = if_any(request.channel);
  event.channel_id = if_any(request.channel_id);
  event.session_key = request.session_key;
  event.run_id = request.run_id;
  event.trace_id = request.trace_id;
  event.parent_run_id = if_any(request.parent_run_id);
  return event;
}

UsageRun usage_of(const TurnRequest& request, const TurnResult& result) {
  UsageRun row;
  row.run_id = request.run_id;
  row.model = if_any(result.model);
  row.provider = if_any(result.provider);
  row.origin = if_any(request.origin);
  row.channel = if_any(request.channel);
  row.session_key = if_any(request.session_key);
  row.prompt_tokens = result.prompt_tokens;
  row.completion_tokens = result.completion_tokens;
  row.cached_tokens = result.cached_tokens;
  row.tool_calls_count = result.tool_calls;
  row.iterations = result.iterations;
  row.duration_ms = result.duration_ms;
  return row;
}

SessionMessage outcome_message(const std::string& call, const std::string& tool, std::string_view output) {
  SessionMessage message = text_message("tool", output);
  message.name = tool;
  message.tool_call_id = call;
  return message;
}

SessionMessage calls_message(const std::string& text, const std::vector<ModelCall>& calls) {
  SessionMessage message = text_message("assistant", text);
  message.tool_calls.emplace();
  for (const ModelCall& call : calls) {
    RawJson one{R"({"id":)"};
    append_json_string(one.text, call.id);
    one.text += R"(,"type":"function","function":{"name":)";
    append_json_string(one.text, call.tool);
    one.text += R"(,"arguments":)";
    append_json_string(one.text, call.arguments);
    one.text += "}}";
    message.tool_calls->push_back(std::move(one));
  }
  return message;
}

std::string note_of(const TurnRequest& request, std::int64_t started_ms, const TurnResult& so_far, const std::vector<ModelCall>& open) {
  OpenTurn note{.session_key = request.session_key,
                .trace_id = request.trace_id,
                .origin = request.origin,
                .channel = request.channel,
                .channel_id = request.channel_id,
                .parent_run_id = request.parent_run_id,
                .started_ms = started_ms,
                .provider = so_far.provider,
                .model = so_far.model,
                .prompt_tokens = so_far.prompt_tokens,
                .completion_tokens = so_far.completion_tokens,
                .cached_tokens = so_far.cached_tokens,
                .tool_calls = so_far.tool_calls,
                .iterations = so_far.iterations,
                .calls = {}};
  for (const ModelCall& call : open) note.calls.push_back({call.id, call.tool});
  return to_json(note);
}

Status settle(store::Transaction& tx, std::string_view agent, const std::string& run_id, const OpenTurn& note, std::int64_t now) {
  TurnRequest request{.agent = std::string(agent),
                      .run_id = run_id,
                      .trace_id = note.trace_id,
                      .session_key = note.session_key,
                      .origin = note.origin,
                      .channel = note.channel,
                      .message = {},
                      .parent_run_id = note.parent_run_id,
                      .channel_id = note.channel_id};
  for (const OpenCall& call : note.calls)
    if (auto status = tx.append_message(agent, note.session_key, if_any(note.channel), now, outcome_message(call.id, call.tool, kCutOff));
        !status)
      return status;
  TurnResult result;
  result.provider = note.provider;
  result.model = note.model;
  result.prompt_tokens = note.prompt_tokens;
  result.completion_tokens = note.completion_tokens;
  result.cached_tokens = note.cached_tokens;
  result.tool_calls = note.tool_calls;
  result.iterations = note.iterations;
  AuditEvent event = event_of("error", request);
  event.status = "error";
  event.message = "interrupted: the runtime ended while this turn went on";
  if (auto status = tx.append_audit(agent, std::move(event)); !status) return status;
  if (auto status = tx.append_usage(agent, note.started_ms, usage_of(request, result)); !status) return status;
  auto erased = tx.erase_document(agent, kRuns, run_id);
  return erased ? Status{} : fail(std::move(erased.error()));
}

}  // namespace

SessionMessage text_message(std::string_view role, std::string_view text) {
  SessionMessage message;
  message.role = std::string(role);
  message.content.text.clear();
  append_json_string(message.content.text, text);
  return message;
}

TurnJournal::TurnJournal(store::Store& store, const Clock& clock, const TurnRequest& request, const std::atomic<bool>& dropped)
    : store_(store), clock_(clock), request_(request), dropped_(dropped) {}

AuditEvent TurnJournal::event(std::string_view kind, std::int64_t step) const {
  AuditEvent event = event_of(kind, request_);
  if (step > 0) event.turn_id = request_.run_id + "-" + std::to_string(step);
  return event;
}

Status TurnJournal::begin(TurnHooks& hooks) {
  started_ms_ = clock_.now_ms();
  return store_.run([&](store::Transaction& tx) -> Status {
    if (hooks.with_begin)
      if (auto status = hooks.with_begin(tx); !status) return status;
    if (!dropped_)
      if (auto status = tx.append_message(request_.agent, request_.session_key, if_any(request_.channel), started_ms_,
                                          text_message("user", request_.message));
          !status)
        return status;
    AuditEvent in = event("message_in");
    in.message = cut_text(request_.message, kMostOfEvent);
    in.actor = if_any(request_.actor);
    if (auto status = tx.append_audit(request_.agent, std::move(in)); !status) return status;
    return tx.save_document(request_.agent, kRuns, request_.run_id, note_of(request_, started_ms_, {}, {}));
  });
}

Status TurnJournal::write(const TurnResult& so_far, std::vector<SessionMessage> messages, std::vector<AuditEvent> events) {
  return store_.run([&](store::Transaction& tx) -> Status {
    const std::int64_t now = clock_.now_ms();
    if (!dropped_)
      for (const SessionMessage& message : messages)
        if (auto status = tx.append_message(request_.agent, request_.session_key, if_any(request_.channel), now, message); !status)
          return status;
    for (const AuditEvent& event : events)
      if (auto status = tx.append_audit(request_.agent, event); !status) return status;
    return tx.save_document(request_.agent, kRuns, request_.run_id, note_of(request_, started_ms_, so_far, open_));
  });
}

Status TurnJournal::calls(const std::string& text, const std::vector<ModelCall>& calls, std::vector<AuditEvent> events,
                          const TurnResult& so_far) {
  open_ = calls;
  std::vector<SessionMessage> messages;
  messages.push_back(calls_message(text, calls));
  return write(so_far, std::move(messages), std::move(events));
}

Status TurnJournal::outcome(const ModelCall& call, const std::string& output, std::vector<AuditEvent> events, const TurnResult& so_far) {
  std::erase_if(open_, [&](const ModelCall& one) { return one.id == call.id; });
  std::vector<SessionMessage> messages;
  messages.push_back(outcome_message(call.id, call.tool, output));
  return write(so_far, std::move(messages), std::move(events));
}

Status TurnJournal::end(TurnHooks& hooks, const TurnResult& result, std::vector<AuditEvent> events) {
  return store_.run([&](store::Transaction& tx) -> Status {
    const std::int64_t now = clock_.now_ms();
    const auto append = [&](const SessionMessage& message) {
      return tx.append_message(request_.agent, request_.session_key, if_any(request_.channel), now, message);
    };
    if (!dropped_) {
      for (const ModelCall& call : open_)
        if (auto status = append(outcome_message(call.id, call.tool, "interrupted: " + result.error)); !status) return status;
      if (result.ok)
        if (auto status = append(text_message("assistant", result.answer)); !status) return status;
    }
    for (const AuditEvent& event : events)
      if (auto status = tx.append_audit(request_.agent, event); !status) return status;
    if (auto status = tx.append_usage(request_.agent, started_ms_, usage_of(request_, result)); !status) return status;
    auto erased = tx.erase_document(request_.agent, kRuns, request_.run_id);
    if (!erased) return fail(std::move(erased.error()));
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
      if (auto status = settle(tx, agent, document.id, *note, clock.now_ms()); !status) return status;
    }
    return {};
  });
}

}  // namespace facio::serve
