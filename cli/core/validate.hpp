// Checks a value against its declaration: the same code refuses bad input in the client before sending, in the
// server before a handler runs, and a bad reply during the tests.
#pragma once

#include "cli/core/json.hpp"
#include "cli/core/shape.hpp"

namespace facio {

enum class Direction : std::uint8_t {
  request,  ///< required members, types, choices, ranges, lengths, patterns, formats; unknown members are ignored
  patch,    ///< as request, but nothing is required
  reply,    ///< as request, and a member that is not declared is an error unless the shape is open
};

/// Code::rejected naming the first bad member ("schedule.every_ms: must be at least 1000 (1s)"); `path` prefixes the name.
Status validate(JsonRef value, const Shape& shape, Direction direction, const std::string& path = {});
Status validate(JsonRef value, const Field& field, Direction direction, const std::string& path);

/// Checks one parameter given as text (path, query, flag) and says what is wrong in terms of `shown` (its name to the user).
/// Integers in decimal, booleans as true/false/1/0; formats as in shape.hpp.
Status validate_text(std::string_view text, const Field& field, const std::string& shown);

/// Checks a string against a Format and a named pattern; `shown` is the name used in the message.
Status validate_string(std::string_view text, const Attr& attr, const std::string& shown);

/// Named patterns, hand-written matchers: "key" ^[A-Za-z_][A-Za-z0-9_]*$, "mcp-name" ^[A-Za-z0-9_-]{1,64}$,
/// "channel-name" ^[a-z][a-z0-9_-]{0,63}$, "alias" ^[A-Za-z0-9_.-]{1,64}$ but not . or .., "sha" 7 to 64 hex digits.
/// Returns nullptr for an unknown name (a static_assert over the catalogue excludes that).
struct Pattern {
  std::string_view name;
  std::string_view regex;  ///< for OpenAPI
  bool (*matches)(std::string_view);
};
const Pattern* find_pattern(std::string_view name);

}  // namespace facio
