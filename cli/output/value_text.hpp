// Values as people read them.
#pragma once

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

/// Appends a value of checked JSON: times, durations and sizes by their format, "-" for what is missing, safe for a terminal.
void append_value(std::string& out, std::string_view value, Meaning meaning, const OutputOptions& options);

/// Whether the member `kind` of such an object decides which others are set: it is shown as one phrase.
bool is_tagged(const Shape* shape);

}  // namespace facio::output
