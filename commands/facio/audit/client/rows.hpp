// A group of events as `audit stats --by` counts them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cli/core/shape.hpp"

namespace facio::audit {

struct AuditGroup {
  std::optional<std::string> type, tool, hour, day, status, session, channel, origin, model, run, actor;
  std::int64_t count = 0, errors = 0, duration_ms = 0;

  void set(std::string_view key, std::optional<std::string> value) {
    const std::pair<std::string_view, std::optional<std::string>*> members[] = {
        {"type", &type},       {"tool", &tool},     {"hour", &hour},   {"day", &day}, {"status", &status}, {"session", &session},
        {"channel", &channel}, {"origin", &origin}, {"model", &model}, {"run", &run}, {"actor", &actor}};
    for (const auto& [name, member] : members) {
      if (name != key) continue;
      *member = std::move(value);
      return;
    }
  }
  [[nodiscard]] std::string time() const { return hour ? *hour : day.value_or(""); }

  static constexpr ShapeHead shape{"AuditGroup", "How many events of a group there are"};
  static constexpr auto fields() {
    using G = AuditGroup;
    return Fields{
        field("type", &G::type, "kind of event"),
        field("tool", &G::tool, "tool that was called"),
        field("hour", &G::hour, "hour (UTC)"),
        field("day", &G::day, "day (UTC)"),
        field("status", &G::status, "how it ended"),
        field("session", &G::session, "session it belongs to"),
        field("channel", &G::channel, "channel it came through"),
        field("origin", &G::origin, "what started it"),
        field("model", &G::model, "model that was asked"),
        field("run", &G::run, "run it belongs to"),
        field("actor", &G::actor, "who did it"),
        field("count", &G::count, "how many events"),
        field("errors", &G::errors, "how many of them failed or were denied"),
        field("duration_ms", &G::duration_ms, "how long all of them took", {.format = Format::milliseconds}),
    };
  }
};

}  // namespace facio::audit
