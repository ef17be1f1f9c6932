// From what a person types to what travels: units, instants, choices, types.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "cli/core/shape.hpp"

namespace facio {

/// One value of a field (for arrays: of one element) as the text that travels: "1h" becomes "3600000" where milliseconds are meant,
/// "tomorrow" a time. `shown` is the flag or key in messages; `bare_numbers` lets a duration come without a unit, in the field's own.
Result<std::string> wire_text(const Field& field, std::string_view text, const std::string& shown, std::int64_t now, bool bare_numbers);

/// The same as JSON text.
Result<std::string> json_text(const Field& field, std::string_view text, const std::string& shown, std::int64_t now, bool bare_numbers);

/// The field of one element of an array or map: same attributes, the element's type.
Field element_of(const Field& field);

/// Text typed as YAML's core schema types plain words: null, true, 12, 1.5, else a string. As JSON text.
std::string guessed_json(std::string_view text);

}  // namespace facio
