// Routes of the versions area. All of them run git: none on an I/O thread.
#include <span>

#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/runtime/runtime.hpp"
#include "commands/facio/versions/server/service.hpp"

namespace facio::versions {
namespace {

using serve::Call;
using serve::Changed;
using serve::Reply;
using serve::Respond;
using serve::Runtime;

std::string_view sha_of(const Call& call) { return call.arguments.text("sha"); }

/// The audit event of a change: what was done and which version it made.
AuditEvent event_of(std::string_view action, const std::string& sha, const std::string& actor, std::string_view target) {
  return change_event("version_change", std::string(action) + " " + sha.substr(0, 12),
                      event_details("action", action, "sha", sha, "actor", actor, "target",
                                    target.empty() ? std::nullopt : std::optional(std::string(target))));
}

void list(Runtime& runtime, Call& call, Respond respond) {
  serve::answer_from_pool(runtime, std::move(respond), [&runtime, &call]() -> Result<Reply> {
    return serve::reply_of(runtime.versions.list(call.agent, call.arguments.integer("limit", 50)));
  });
}

void get(Runtime& runtime, Call& call, Respond respond) {
  serve::answer_from_pool(runtime, std::move(respond),
                          [&runtime, &call]() -> Result<Reply> { return serve::reply_of(runtime.versions.get(call.agent, sha_of(call))); });
}

void diff(Runtime& runtime, Call& call, Respond respond) {
  serve::answer_from_pool(runtime, std::move(respond), [&runtime, &call]() -> Result<Reply> {
    return serve::reply_of(runtime.versions.diff(call.agent, sha_of(call), call.arguments.text("path")));
  });
}

void checkpoint(Runtime& runtime, Call& call, Respond respond) {
  serve::change_from_pool(runtime, call, std::move(respond), [&runtime, &call]() -> Result<Changed> {
    auto why = from_json<VersionReason>(call.body);
    if (!why) return fail(std::move(why.error()));
    auto made = runtime.versions.checkpoint(call.agent, *why);
    if (!made) return fail(std::move(made.error()));
    Changed changed{.reply = serve::reply_with(*made), .events = {}};
    if (made->created.value_or(false)) changed.events.push_back(event_of("checkpoint", made->sha, made->actor, {}));
    return changed;
  });
}

void rollback(Runtime& runtime, Call& call, Respond respond) {
  serve::change_from_pool(runtime, call, std::move(respond), [&runtime, &call]() -> Result<Changed> {
    auto why = from_json<VersionReason>(call.body);
    if (!why) return fail(std::move(why.error()));
    auto made = runtime.versions.rollback(call.agent, sha_of(call), *why);
    if (!made) return fail(std::move(made.error()));
    Changed changed{.reply = serve::reply_with(*made), .events = {}};
    changed.events.push_back(event_of("rollback", made->sha, made->actor, sha_of(call)));
    return changed;
  });
}

constexpr serve::Route kRoutes[] = {
    {.id = "versions.list", .async = list}, {.id = "versions.checkpoint", .async = checkpoint}, {.id = "versions.get", .async = get},
    {.id = "versions.diff", .async = diff}, {.id = "versions.rollback", .async = rollback},
};

}  // namespace

std::span<const serve::Route> routes() { return kRoutes; }

}  // namespace facio::versions
