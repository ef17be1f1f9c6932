// From what a person types to what is sent: units, times, choices, types.
#pragma once

#include <span>

#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "cli/core/shape.hpp"

namespace facio {

/// One value of a field (for arrays: of one element) as the text that is sent: "1h" becomes "3600000" where milliseconds are meant,
/// "tomorrow" a time. `shown` is the flag or key in messages; `bare_numbers` accepts a duration without a unit, in the field's own.
Result<std::string> wire_text(const Field& field, std::string_view text, const std::string& shown, std::int64_t now, bool bare_numbers);

/// The same as JSON text.
Result<std::string> json_text(const Field& field, std::string_view text, const std::string& shown, std::int64_t now, bool bare_numbers);

/// Sets every KEY=VALUE, "a.b=value", in `document`: numbers, booleans and lists as the field at that path declares; `null` clears a
/// nullable field; a key given several times, or JSON text, makes a list. Code::usage for an unknown key (with the nearest) or a bad value.
Status assign(JsonDocument& document, const Shape& shape, std::span<const std::string> assignments, std::int64_t now);

}  // namespace facio
