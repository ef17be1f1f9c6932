// Checks values against their declaration: requests before the client sends them and before the server handles them, replies in tests.
#pragma once

#include "cli/core/json.hpp"
#include "cli/core/shape.hpp"

namespace facio {

enum class Direction : std::uint8_t {
  request,     ///< required members, types, choices, ranges, lengths, patterns, formats; undeclared members are ignored
  patch,       ///< the same, but nothing is required
  sent,        ///< as a request that the client is about to send: what the agent decides (Attr::agent_decides) is not checked
  sent_patch,  ///< the same, but nothing is required
  reply,       ///< as a request, but undeclared members are errors unless the shape is open
};

/// Code::rejected naming the first bad member ("schedule.every_ms: must be at least 1000 (1s)"); `path` prefixes the name.
Status validate(JsonRef value, const Shape& shape, Direction direction, const std::string& path = {});
Status validate(JsonRef value, const Field& field, Direction direction, const std::string& path);

/// Checks a parameter given as text (path, query, flag), which messages call `shown`. Booleans are true, false, 1 and 0.
Status validate_text(std::string_view text, const Field& field, const std::string& shown, Direction direction = Direction::request);

/// A named rule for strings, matched by hand.
struct Pattern {
  std::string_view name;
  std::string_view regex;  ///< for documents: of ECMA 262, as JSON Schema has it
  bool (*matches)(std::string_view);
  std::string_view says = {};  ///< what is wrong where it does not match; empty: "must match" and the expression
};
/// The expression of a format, for documents; empty where it has none. It says as much of the rule as an expression can.
std::string_view regex_of(Format format);
/// A good value of a format; empty where there is no usual one.
std::string_view example_of(Format format);
/// nullptr when there is no pattern of this name; the catalogue writer refuses such a declaration.
const Pattern* find_pattern(std::string_view name);

}  // namespace facio
