// JSON types of the health area (contract section 2).
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

struct HealthClockJump {
  std::string at;
  std::int64_t by_ms = 0;

  static constexpr ShapeHead shape{"HealthClockJump", "That the agent's clock was set", Members::open};
  static constexpr auto fields() {
    using J = HealthClockJump;
    return Fields{field("at", &J::at, "what it showed afterwards", {.format = Format::time}),
                  field("by_ms", &J::by_ms, "how far it was put forward; negative: back", {.format = Format::milliseconds})};
  }
};

struct Health {
  std::optional<std::string> status;
  std::optional<double> uptime;
  std::optional<std::int64_t> sessions;
  std::optional<std::string> version;
  std::optional<std::vector<std::string>> troubles;
  std::optional<HealthClockJump> clock_jump;

  static constexpr ShapeHead shape{"Health", "How the agent is", Members::open};
  static constexpr auto fields() {
    using H = Health;
    return Fields{
        field("status", &H::status, "ok when all is well, degraded when there are troubles"),
        field("uptime", &H::uptime, "seconds since the agent started", {.format = Format::seconds}),
        field("sessions", &H::sessions, "active sessions: those in which something was said within the last 24 hours"),
        field("version", &H::version, "version of the agent's runtime"),
        field("troubles", &H::troubles, "what needs somebody's attention, a sentence each; absent when nothing does"),
        field("clock_jump", &H::clock_jump, "the last time that the agent's clock was set by a second or more; absent when it was not"),
    };
  }
};

struct Liveness {
  std::string status;

  static constexpr ShapeHead shape{"Liveness", "That the agent answers at all", Members::open};
  static constexpr auto fields() { return Fields{field("status", &Liveness::status, "ok when it answers")}; }
};

}  // namespace facio
