// The forms of a shape: rules between its members.
#pragma once

#include "cli/core/validate.hpp"

namespace facio {

/// What a form says of one member.
struct FormTerm {
  enum class Is : std::uint8_t { there, given, valued, valued_or_absent, base64 } is = Is::there;
  std::string_view member;
  std::string_view value = {};
};
/// Takes the next term off the front of Form::has; the text must not be empty.
FormTerm next_term(std::string_view& terms);

/// Whether forms hold for what is sent so: a patch is completed by what is there already, unless the shape requires nothing.
bool forms_hold(const Shape& shape, bool patch);

/// Code::rejected where the object has none of its shape's forms. Of what is about to be sent nothing is checked: some commands complete
/// it later, and the areas have rules of their own for what people type.
Status check_forms(JsonRef value, const Shape& shape, Direction direction, const std::string& path);

}  // namespace facio
