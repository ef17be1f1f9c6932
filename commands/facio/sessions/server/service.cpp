#include "commands/facio/sessions/server/service.hpp"

#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/serve/clock.hpp"

namespace facio {
namespace {

tl::unexpected<Error> no_session(std::string_view key) {
  return fail_field(Code::not_found, "key", "there is no session \"" + std::string(key) + "\"");
}

AuditEvent event_of(std::string_view kind, std::string_view word, std::string_view key) {
  AuditEvent event = change_event(kind, std::string(word) + " the session " + std::string(key), event_details("session", key));
  event.session_key = std::string(key);
  return event;
}

}  // namespace

Result<std::string> SessionsService::list(std::string_view agent, const store::SessionQuery& query) {
  auto slice = base_.store.sessions().list(agent, query);
  if (!slice) return fail(std::move(slice.error()));
  return "{\"items\":" + slice->items + ",\"count\":" + std::to_string(slice->count) + ",\"limit\":" + std::to_string(query.limit) +
         ",\"offset\":" + std::to_string(query.offset) + ",\"hasMore\":" + (slice->has_more ? "true}" : "false}");
}

Result<std::string> SessionsService::get(std::string_view agent, std::string_view key, std::int64_t last,
                                         std::optional<std::int64_t> before) {
  auto found = base_.store.sessions().get(agent, key, last, before);
  if (!found) return fail(std::move(found.error()));
  if (!*found) return no_session(key);
  return std::move(**found);
}

Result<std::int64_t> SessionsService::active(std::string_view agent) {
  return base_.store.sessions().changed_after(agent, base_.clock.now_ms() - kDayMs);
}

Result<SessionDeleted> SessionsService::remove(store::Transaction& tx, std::string_view agent, std::string_view key) {
  auto erased = tx.erase_session(agent, key);
  if (!erased) return fail(std::move(erased.error()));
  if (!*erased) return no_session(key);
  if (auto status = tx.append_audit(agent, event_of("session_delete", "deleted", key)); !status) return fail(std::move(status.error()));
  return SessionDeleted{std::string(key)};
}

Result<bool> SessionsService::clear(store::Transaction& tx, std::string_view agent, std::string_view key) {
  auto cleared = tx.clear_session(agent, key, base_.clock.now_ms());
  if (!cleared || !*cleared) return cleared;
  if (auto status = tx.append_audit(agent, event_of("session_clear", "cleared", key)); !status) return fail(std::move(status.error()));
  return true;
}

}  // namespace facio
