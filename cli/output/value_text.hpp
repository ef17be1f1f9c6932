// Values as people read them.
#pragma once

#include <string>
#include <string_view>

#include "cli/core/shape.hpp"
#include "cli/output/render.hpp"

namespace facio::output {

/// What is declared about a value; both may be null.
struct Meaning {
  const Type* type = nullptr;
  const Attr* attr = nullptr;

  [[nodiscard]] Format format() const { return attr == nullptr ? Format::none : attr->format; }
  [[nodiscard]] const Shape* shape() const { return type == nullptr ? nullptr : type->shape; }
};
inline Meaning meaning_of(const Field* field) { return field == nullptr ? Meaning{} : Meaning{field->type, &field->attr}; }

/// Appends a value of checked JSON: times, durations and sizes in words by their format, missing as "-", safe for a terminal.
void append_value(std::string& out, std::string_view value, Meaning meaning, const OutputOptions& options);

/// Whether an object of this shape says by `kind` which of its other members count: it is shown as one phrase.
bool is_tagged(const Shape* shape);

}  // namespace facio::output
