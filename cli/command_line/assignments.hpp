// KEY=VALUE arguments, typed by the shape of the body they belong to.
#pragma once

#include <span>
#include <string>

#include "cli/catalogue/endpoint.hpp"
#include "cli/core/json.hpp"

namespace facio {

/// Sets every "a.b=value" in `document`: numbers, booleans and lists as the field at that path says; `null` clears a nullable field; a
/// key that stands several times, or JSON text, gives a list. Code::usage for an unknown key (with the nearest) or a bad value.
Status assign(JsonDocument& document, const Shape& shape, std::span<const std::string> assignments, std::int64_t now);

/// The field at a dotted path; nullptr when there is none.
const Field* field_at(const Shape& shape, std::string_view dotted);

}  // namespace facio
