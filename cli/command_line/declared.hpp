// Values as the declaration has them.
#pragma once

#include "cli/command_line/invocation.hpp"

namespace facio {

/// The first value of a parameter of this command, else the default that its declaration, and so its help, tells.
inline std::string_view given_or_default(const Invocation& invocation, std::string_view name) {
  if (invocation.given(name)) return invocation.value(name);
  for (const Param& param : invocation.endpoint->params)
    if (param.field.name == name) return param.field.attr.default_text;
  return {};
}

}  // namespace facio
