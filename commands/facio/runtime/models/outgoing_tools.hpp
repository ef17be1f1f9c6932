// Tools as every provider takes them. One tool with an odd schema would otherwise end every turn: providers refuse the whole request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "commands/facio/runtime/tools/tool.hpp"

namespace facio::serve {

struct OutgoingTools {
  struct LeftOut {
    std::string name;  ///< as ToolInfo::known_as()
    std::string why;   ///< one sentence
  };
  std::vector<ToolInfo> tools;
  std::vector<LeftOut> left_out;
};

/// The tools with schemas that strict providers accept; what cannot be made so is left out, and what has no name that they accept (letters,
/// digits, _ and -, at most 64).
OutgoingTools outgoing_tools(std::vector<ToolInfo> tools);

/// A JSON Schema of a tool's arguments, at most 128 KiB of it, as one whose root is of the type object, with properties and without
/// alternatives: those of oneOf, anyOf and allOf become properties, required only where all alternatives require them. Arrays get items.
/// Empty text is a tool without arguments. Code::rejected: it is no such schema.
Result<std::string> outgoing_schema(std::string_view schema);

}  // namespace facio::serve
