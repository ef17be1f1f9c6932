// The document that an `edit` command puts into the editor, and what was changed in it.
#pragma once

#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "cli/core/shape.hpp"

namespace facio {

/// The members that the shape declares, in its order, without nulls and empty maps: two documents that mean the same are the same text.
std::string plain_document(JsonRef value, const Shape& shape);

/// The document as YAML. Above each field stands what it is for, as a comment; a field without a value is a comment, too.
std::string described_yaml(JsonRef document, const Shape& shape);

/// The members that differ, as a body that leaves the others as they are; both documents are plain. An object with required members goes
/// whole. A member that was taken away gets what clears it: null, an empty list or map, or its default. Code::usage naming one that nothing
/// clears.
Result<std::string> changed_members(JsonRef before, JsonRef after, const Shape& shape);

}  // namespace facio
