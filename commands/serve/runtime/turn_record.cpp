#include "commands/serve/runtime/turn_record.hpp"

#include "cli/core/shape_json.hpp"

namespace facio::serve {
namespace {

SessionMessage text_message(std::string_view role, const std::string& text) {
  SessionMessage message;
  message.role = std::string(role);
  message.content = RawJson{to_json(text)};
  return message;
}

std::optional<std::string> if_any(const std::string& text) { return text.empty() ? std::nullopt : std::optional<std::string>(text); }

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

}  // namespace

Status record_turn(store::Transaction& tx, const TurnRequest& request, const TurnResult& result, std::int64_t started_ms) {
  const auto append = [&](const SessionMessage& message, std::int64_t at_ms) {
    return tx.append_message(request.agent, request.session_key, if_any(request.channel), at_ms, message);
  };
  const std::int64_t ended_ms = started_ms + result.duration_ms;
  if (auto status = append(text_message("user", request.message), started_ms); !status) return status;
  for (const SessionMessage& step : result.steps)
    if (auto status = append(step, ended_ms); !status) return status;
  if (result.ok)
    if (auto status = append(text_message("assistant", result.answer), ended_ms); !status) return status;
  return tx.append_usage(request.agent, started_ms, usage_of(request, result));
}

}  // namespace facio::serve
