// Routes of the agent area.
#include <ctime>
#include <span>

#include "commands/facio/agent/server/service.hpp"
#include "commands/facio/runtime/runtime.hpp"

namespace facio::agent {
namespace {

using serve::Call;
using serve::Reply;
using serve::Respond;
using serve::Runtime;

/// The session that a body or query names; nothing when it names none.
std::optional<std::string> session_of(const Call& call) {
  if (const auto asked = call.arguments.find("sessionKey")) return std::string(*asked);
  const JsonRef key = call.body.get("sessionKey");
  if (!key || key.is_null()) return std::nullopt;
  return key.string();
}

Result<Reply> card(Runtime& runtime, Call&) { return serve::reply_with(runtime.agent.card()); }

/// FNV-1a: tells one card from another.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

/// "Sun, 22 Nov 2026 07:00:00 GMT".
std::string http_date(std::int64_t epoch_ms) {
  const std::time_t seconds = epoch_ms / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

/// The card that everybody may keep for a while. Whoever asks by version 1.0 gets nothing of the older one in it.
Result<Reply> public_card(Runtime& runtime, Call& call) {
  Reply reply = serve::reply_with(runtime.agent.card(call.a2a_version.starts_with("1.")));
  const std::string tag = "\"" + std::to_string(hash_of(reply.body)) + "\"";
  reply.headers = "ETag: " + tag + "\r\nLast-Modified: " + http_date(runtime.started_ms) + "\r\nVary: A2A-Version\r\n";
  reply.cache = "public, max-age=300";
  if (call.if_none_match.find(tag) == std::string_view::npos && call.if_none_match != "*") return reply;
  reply.status = 304;
  reply.body.clear();
  return reply;
}

Result<Reply> version(Runtime& runtime, Call&) { return serve::reply_with(runtime.agent.version()); }
Result<Reply> status(Runtime& runtime, Call& call) { return serve::reply_of(runtime.agent.status(call.agent, session_of(call))); }

void stop(Runtime& runtime, Call& call, Respond respond) {
  serve::write_and_reply<CommandReply>(
      runtime, call, [&runtime, &call](store::Transaction&) { return runtime.agent.stop(call.agent, session_of(call)); },
      std::move(respond));
}

void reset(Runtime& runtime, Call& call, Respond respond) {
  serve::write_and_reply<CommandReply>(
      runtime, call,
      [&runtime, &call](store::Transaction& tx) { return runtime.agent.reset(tx, call.agent, call.body.get("sessionKey").string()); },
      std::move(respond));
}

void reflect(Runtime& runtime, Call& call, Respond respond) {
  serve::write_and_reply<CommandReply>(
      runtime, call, [&runtime, &call](store::Transaction&) { return runtime.agent.reflect(call.agent, session_of(call)); },
      std::move(respond));
}

/// The event is durable before the restart is asked for.
void restart(Runtime& runtime, Call& call, Respond respond) {
  serve::write<CommandReply>(
      runtime, call, [&runtime](store::Transaction&) { return runtime.agent.can_restart(); },
      [&runtime, respond = std::move(respond)](Result<CommandReply> done) mutable {
        if (!done) return respond(fail(std::move(done.error())));
        respond(serve::reply_with(*done));
        runtime.agent.restart();
      });
}

constexpr serve::Route kRoutes[] = {
    {.id = "agent.card", .read = card},        {.id = "agent.public-card", .read = public_card},
    {.id = "agent.status", .read = status},    {.id = "agent.version", .read = version},
    {.id = "agent.stop", .async = stop},       {.id = "agent.new", .async = reset},
    {.id = "agent.reflect", .async = reflect}, {.id = "agent.restart", .async = restart},
};

}  // namespace

std::span<const serve::Route> routes() { return kRoutes; }

}  // namespace facio::agent
