// From what a person types to what is sent: units, times, choices, types.
#pragma once

#include <span>

#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "cli/core/shape.hpp"
#include "cli/core/typed_time.hpp"

namespace facio {

/// One value of a field (for arrays: of one element) as the text that is sent: "1h" becomes "3600000" where milliseconds are meant,
/// "tomorrow" a time. `shown` is the flag or key in messages; `bare_numbers` accepts a duration without a unit, in the field's own.
Result<std::string> wire_text(const Field& field, std::string_view text, const std::string& shown, const TimeRule& times,
                              bool bare_numbers);

/// The same as JSON text.
Result<std::string> json_text(const Field& field, std::string_view text, const std::string& shown, const TimeRule& times,
                              bool bare_numbers);

/// A value that has no declared type, as JSON text: JSON where it is some, else what YAML would read.
std::string untyped_json(std::string_view text);

/// Times and durations of a file as people write them, in place of the numbers that are sent: `at_ms: tomorrow 08:00`, `every_ms: 30m`.
/// Code::usage for a text that is neither, named by its path.
Status convert_typed(JsonDocument& document, const Shape& shape, const TimeRule& times);

/// Sets every KEY=VALUE, "a.b=value", in `document`: numbers, booleans and lists as the field at that path declares; `null` clears a
/// nullable field; a key given several times, or JSON text, makes a list. Another agent may have further keys: an unknown one is set, too,
/// and `doubts` gets a sentence about it (with the nearest). Code::usage for a bad value.
Status assign(JsonDocument& document, const Shape& shape, std::span<const std::string> assignments, const TimeRule& times,
              std::vector<std::string>& doubts);

}  // namespace facio
