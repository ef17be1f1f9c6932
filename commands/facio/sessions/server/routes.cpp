// Routes of the sessions area.
#include <span>

#include "cli/core/time.hpp"
#include "commands/facio/runtime/runtime.hpp"
#include "commands/facio/sessions/server/service.hpp"

namespace facio::sessions {
namespace {

using serve::Call;
using serve::Reply;
using serve::Respond;
using serve::Runtime;

/// The declaration has checked the text.
std::optional<std::int64_t> instant(const Call& call, std::string_view name) {
  const auto text = call.arguments.find(name);
  if (!text) return std::nullopt;
  const auto time = parse_rfc3339(*text);
  return time ? std::optional(*time) : std::nullopt;
}

Result<Reply> list(Runtime& runtime, Call& call) {
  store::SessionQuery query;
  query.limit = call.arguments.integer("limit", query.limit);
  query.offset = call.arguments.integer("offset", query.offset);
  if (const auto channel = call.arguments.find("channel")) query.channel = std::string(*channel);
  query.changed_before_ms = instant(call, "older_than");
  query.changed_after_ms = instant(call, "newer_than");
  if (call.arguments.find("larger_than")) query.min_messages = call.arguments.integer("larger_than", 0) + 1;
  return serve::reply_of(runtime.sessions.list(call.agent, query));
}

void get(Runtime& runtime, Call& call, Respond respond) {
  std::optional<std::int64_t> before;
  if (call.arguments.find("before")) before = call.arguments.integer("before", 0);
  serve::answer_from_pool(runtime, std::move(respond), [&runtime, &call, before]() -> Result<Reply> {
    return serve::reply_of(runtime.sessions.get(call.agent, call.arguments.text("key"), call.arguments.integer("limit", 0), before));
  });
}

void remove(Runtime& runtime, Call& call, Respond respond) {
  serve::write_and_reply<SessionDeleted>(
      runtime, call,
      [&runtime, &call](store::Transaction& tx) { return runtime.sessions.remove(tx, call.agent, call.arguments.text("key")); },
      std::move(respond));
}

constexpr serve::Route kRoutes[] = {
    {.id = "sessions.list", .read = list},
    {.id = "sessions.get", .async = get},
    {.id = "sessions.delete", .async = remove},
};

}  // namespace

std::span<const serve::Route> routes() { return kRoutes; }

}  // namespace facio::sessions
