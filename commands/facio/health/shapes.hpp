// JSON types of the health area (contract section 2).
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

struct HealthClockJump {
  std::string at;
  std::int64_t by_ms = 0;

  static constexpr ShapeHead shape{"HealthClockJump", "A change of the agent's clock", Members::open};
  static constexpr auto fields() {
    using J = HealthClockJump;
    return Fields{field("at", &J::at, "what the clock showed afterwards", {.format = Format::time}),
                  field("by_ms", &J::by_ms, "how far it moved forward; negative: back", {.format = Format::milliseconds})};
  }
};

struct Health {
  std::optional<std::string> status;
  std::optional<double> uptime;
  std::optional<std::int64_t> sessions;
  std::optional<std::string> version;
  std::optional<std::vector<std::string>> troubles;
  std::optional<HealthClockJump> clock_jump;

  static constexpr ShapeHead shape{"Health", "The agent's health", Members::open};
  static constexpr auto fields() {
    using H = Health;
    return Fields{
        field("status", &H::status, "ok, or degraded if there are problems"),
        field("uptime", &H::uptime, "seconds since the agent started", {.format = Format::seconds}),
        field("sessions", &H::sessions, "active sessions: those with a message in the last 24 hours"),
        field("version", &H::version, "version of the agent's runtime"),
        field("troubles", &H::troubles, "problems that need attention, one sentence each; absent if there are none"),
        field("clock_jump", &H::clock_jump, "the last change of the agent's clock by a second or more; absent if there was none"),
    };
  }
};

struct Liveness {
  std::string status;

  static constexpr ShapeHead shape{"Liveness", "Whether the agent answers", Members::open};
  static constexpr auto fields() { return Fields{field("status", &Liveness::status, "always ok")}; }
};

}  // namespace facio
