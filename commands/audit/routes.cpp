// Routes of the audit area. Reads answer later: they wait until what was acknowledged before is in the log.
#include "commands/audit/service.hpp"
#include "commands/serve/runtime/runtime.hpp"

namespace facio::audit {
namespace {

using serve::Call;
using serve::Reply;
using serve::Respond;
using serve::Runtime;

AuditService::Answer reply_through(Respond respond) {
  return [respond = std::move(respond)](Result<std::string> body) mutable {
    if (!body) return respond(fail(std::move(body.error())));
    respond(Reply{.body = std::move(*body)});
  };
}

void list(Runtime& runtime, Call& call, Respond respond) {
  const auto& given = call.arguments;
  auto span = AuditService::span(given.text("from"), given.text("to"));
  if (!span) return respond(fail(std::move(span.error())));
  store::AuditQuery query;
  query.from_ms = span->from_ms;
  query.to_ms = span->to_ms;
  query.limit = given.integer("limit", query.limit);
  query.offset = given.integer("offset", query.offset);
  if (const auto column = given.find("sortBy")) query.sort_by = *column;
  query.ascending = given.text("sortDir") == "asc";
  query.trace_id = given.all("traceId");
  query.turn_id = given.all("turnId");
  query.parent_run_id = given.all("parentRunId");
  query.channel_id = given.all("channelId");
  query.event = given.all("event");
  query.status = given.all("status");
  query.channel = given.all("channel");
  query.origin = given.all("origin");
  query.model = given.all("model");
  query.tool = given.all("tool");
  query.run_id = given.all("runId");
  query.session_key = given.all("sessionKey");
  runtime.audit.list(std::string(call.agent), std::move(query), reply_through(std::move(respond)));
}

void tail(Runtime& runtime, Call& call, Respond respond) {
  runtime.audit.tail(std::string(call.agent), call.arguments.integer("limit", 50), reply_through(std::move(respond)));
}

void stats(Runtime& runtime, Call& call, Respond respond) {
  auto span = AuditService::span(call.arguments.text("from"), call.arguments.text("to"));
  if (!span) return respond(fail(std::move(span.error())));
  runtime.audit.stats(std::string(call.agent), span->from_ms, span->to_ms, reply_through(std::move(respond)));
}

void run(Runtime& runtime, Call& call, Respond respond) {
  runtime.audit.run(std::string(call.agent), std::string(call.arguments.text("runId")), reply_through(std::move(respond)));
}

constexpr serve::Route kRoutes[] = {
    {.id = "audit.list", .async = list},
    {.id = "audit.tail", .async = tail},
    {.id = "audit.stats", .async = stats},
    {.id = "audit.run", .async = run},
};

}  // namespace

std::span<const serve::Route> routes() { return kRoutes; }

}  // namespace facio::audit
