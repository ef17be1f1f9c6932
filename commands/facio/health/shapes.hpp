// JSON types of the health area (contract section 2).
#pragma once

#include "cli/core/shape.hpp"

namespace facio {

struct Health {
  std::optional<std::string> status;
  std::optional<double> uptime;
  std::optional<std::int64_t> sessions;
  std::optional<std::string> version;

  static constexpr ShapeHead shape{"Health", "How the agent is", Members::open};
  static constexpr auto fields() {
    using H = Health;
    return Fields{
        field("status", &H::status, "ok when all is well"),
        field("uptime", &H::uptime, "seconds since the agent started", {.format = Format::seconds}),
        field("sessions", &H::sessions, "active sessions: those in which something was said within the last 24 hours"),
        field("version", &H::version, "version of the agent's runtime"),
    };
  }
};

struct Liveness {
  std::string status;

  static constexpr ShapeHead shape{"Liveness", "That the agent answers at all", Members::open};
  static constexpr auto fields() { return Fields{field("status", &Liveness::status, "ok when it answers")}; }
};

}  // namespace facio
