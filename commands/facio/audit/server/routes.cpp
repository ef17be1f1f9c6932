// Routes of the audit area. Reads answer later, once the log has everything that was acknowledged before.
#include "cli/core/text.hpp"
#include "commands/facio/audit/server/service.hpp"
#include "commands/serve/http/route.hpp"

namespace facio::audit {
namespace {

using namespace serve;

AuditService::Answer reply_through(Respond respond) {
  return [respond = std::move(respond)](Result<std::string> body) mutable {
    if (!body) return respond(fail(std::move(body.error())));
    respond(Reply{.body = std::move(*body)});
  };
}

/// Parameters that the endpoint does not declare are simply absent.
void take_filters(const Arguments& given, store::AuditQuery& query) {
  using Query = store::AuditQuery;
  constexpr std::pair<std::string_view, std::vector<std::string> Query::*> kFilters[] = {
      {"traceId", &Query::trace_id},
      {"turnId", &Query::turn_id},
      {"parentRunId", &Query::parent_run_id},
      {"channelId", &Query::channel_id},
      {"event", &Query::event},
      {"status", &Query::status},
      {"channel", &Query::channel},
      {"origin", &Query::origin},
      {"model", &Query::model},
      {"tool", &Query::tool},
      {"runId", &Query::run_id},
      {"sessionKey", &Query::session_key},
  };
  for (const auto& [name, filter] : kFilters) query.*filter = given.all(name);
}

void list(AuditService& audit, Call& call, Respond respond) {
  const auto& given = call.arguments;
  auto span = AuditService::span(given.text("from"), given.text("to"));
  if (!span) return respond(fail(std::move(span.error())));
  store::AuditQuery query;
  query.from_ms = span->from_ms;
  query.to_ms = span->to_ms;
  query.limit = given.integer("limit", query.limit);
  query.offset = given.integer("offset", query.offset);
  query.after_seq = given.integer("afterSeq", 0);
  if (const auto column = given.find("sortBy")) query.sort_by = *column;
  query.ascending = given.text("sortDir") == "asc";
  take_filters(given, query);
  audit.list(std::string(call.agent), std::move(query), reply_through(std::move(respond)));
}

void tail(AuditService& audit, Call& call, Respond respond) {
  audit.tail(std::string(call.agent), call.arguments.integer("limit", 50), reply_through(std::move(respond)));
}

void stats(AuditService& audit, Call& call, Respond respond) {
  auto span = AuditService::span(call.arguments.text("from"), call.arguments.text("to"));
  if (!span) return respond(fail(std::move(span.error())));
  audit.stats(std::string(call.agent), span->from_ms, span->to_ms, reply_through(std::move(respond)));
}

void run(AuditService& audit, Call& call, Respond respond) {
  audit.run(std::string(call.agent), std::string(call.arguments.text("runId")), reply_through(std::move(respond)));
}

void checkpoint(AuditService& audit, Call&, Respond respond) { audit.checkpoint(reply_through(std::move(respond))); }

/// "17.51aeab345a7c237c", or the place alone.
Status read_place(std::string_view text, const char* name, AuditService::Streaming& wanted) {
  const std::string_view number = text.substr(0, text.find('.'));
  const bool good = read_number(number, wanted.query.after_seq) && wanted.query.after_seq >= 0;
  if (number.size() < text.size()) wanted.expected_hash = text.substr(number.size() + 1);
  if (good && wanted.expected_hash.size() <= 64 && wanted.expected_hash.find_first_not_of("0123456789abcdef") == std::string::npos)
    return {};
  return reject_field(name, "must be an event id from a stream, or a position in the log");
}

void stream(AuditService& audit, Call& call, Respond respond) {
  const auto& given = call.arguments;
  auto span = AuditService::span(given.text("from"), {});
  if (!span) return respond(fail(std::move(span.error())));
  AuditService::Streaming wanted;
  wanted.query.from_ms = span->from_ms;
  take_filters(given, wanted.query);
  const std::string_view follow = given.text("follow");
  wanted.follow = follow != "false" && follow != "0";
  // A reader that reconnects says where it was in the header.
  const std::string_view last = call.header("Last-Event-ID");
  const bool again = !last.empty();
  const std::string_view place = again ? last : given.text("after");
  wanted.from_now = place.empty() && !span->from_ms;
  if (!place.empty())
    if (auto status = read_place(place, again ? "Last-Event-ID" : "after", wanted); !status)
      return respond(fail(std::move(status.error())));
  audit.stream(std::string(call.agent), std::move(wanted),
               [respond = std::move(respond)](Result<std::shared_ptr<BodyStream>> made) mutable {
                 if (!made) return respond(fail(std::move(made.error())));
                 Reply reply;
                 reply.headers = "X-Accel-Buffering: no\r\n";  // keeps proxies from buffering the events
                 reply.stream = std::move(*made);
                 respond(std::move(reply));
               });
}

}  // namespace

std::span<const RouteOf<AuditService>> routes() {
  static constexpr RouteOf<AuditService> kRoutes[] = {
      {"audit.list", async_of<list>},
      {"audit.tail", async_of<tail>},
      {"audit.stats", async_of<stats>},
      {"audit.stream", async_of<stream>},
      {"audit.run", async_of<run>},
      {"audit.checkpoint", async_of<checkpoint>},
      {"audit.key", read_of<&AuditService::key>},
  };
  return kRoutes;
}

}  // namespace facio::audit
