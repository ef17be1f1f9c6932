// The event of a change that somebody asked for, alike in every area.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include "cli/core/shape_json.hpp"
#include "commands/facio/audit/shapes.hpp"

namespace facio {

/// A JSON object of names and values by turns: event_details("key", key, "size", size). An empty optional is left out.
template <class... P>
RawJson event_details(const P&... names_and_values) {
  RawJson object{"{"};
  std::string_view name;
  const auto add = [&]<class T>(const auto& self, const T& value) -> void {
    if constexpr (is_optional<T>) {
      if (value) self(self, *value);
    } else {
      if (object.text.size() > 1) object.text += ',';
      append_json_string(object.text, name);
      object.text += ':';
      if constexpr (std::convertible_to<T, std::string_view>) append_json_string(object.text, value);
      else write_json(object.text, value);
    }
  };
  bool is_name = true;
  const auto one = [&](const auto& word) {
    if (is_name) {
      if constexpr (std::convertible_to<decltype(word), std::string_view>) name = word;
    } else {
      add(add, word);
    }
    is_name = !is_name;
  };
  (one(names_and_values), ...);
  object.text += '}';
  return object;
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
