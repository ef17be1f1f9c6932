// The audit event of a requested change, alike in every area.
#pragma once

#include <string>
#include <string_view>

#include "cli/core/shape_json.hpp"
#include "commands/facio/audit/shapes.hpp"

namespace facio {

/// Details of an event, as json_object().
template <class... P>
RawJson event_details(const P&... names_and_values) {
  return json_object(names_and_values...);
}

/// `event` as "skill_change"; the message is one line for people, without any secret.
inline AuditEvent change_event(std::string_view event, std::string message, RawJson details) {
  AuditEvent made;
  made.event = std::string(event);
  made.status = "ok";
  made.origin = "api";
  made.message = std::move(message);
  made.details = std::move(details);
  return made;
}

}  // namespace facio
