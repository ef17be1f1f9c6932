// Routes of the sessions area.
#include "cli/core/time.hpp"
#include "commands/facio/sessions/server/service.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::sessions {
namespace {

using namespace serve;

/// The declaration has checked the text.
std::optional<std::int64_t> instant(const Call& call, std::string_view name) {
  const auto text = call.arguments.find(name);
  return text ? std::optional(parse_rfc3339(*text).value()) : std::nullopt;
}

Result<std::string> list(SessionsService& sessions, const Call& call) {
  store::SessionQuery query;
  query.limit = call.arguments.integer("limit", query.limit);
  query.offset = call.arguments.integer("offset", query.offset);
  if (const auto channel = call.arguments.find("channel")) query.channel = std::string(*channel);
  query.changed_before_ms = instant(call, "older_than");
  query.changed_after_ms = instant(call, "newer_than");
  if (call.arguments.find("larger_than")) query.min_messages = call.arguments.integer("larger_than", 0) + 1;
  return sessions.list(call.agent, query);
}

}  // namespace

std::span<const RouteOf<SessionsService>> routes() {
  static constexpr RouteOf<SessionsService> kRoutes[] = {
      {"sessions.list", read_of<list>},
      {"sessions.get", pool_read_of<&SessionsService::get, "key", "limit", "before">},
      {"sessions.delete", write_of<&SessionsService::remove, "key">},
  };
  return kRoutes;
}

}  // namespace facio::sessions
