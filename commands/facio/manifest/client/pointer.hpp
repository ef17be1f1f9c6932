// JSON values by JSON pointers (RFC 6901): "/env/TOKEN".
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "cli/core/json.hpp"

namespace facio::manifest {

/// The pointer of a member, or of an element by its number, of what `pointer` leads to.
std::string pointer_to(std::string_view pointer, std::string_view member);
/// The pointer of a dotted path: "/policy/rules" for "policy.rules".
std::string pointer_of(std::string_view dotted);
/// The value that a pointer leads to; none when it leads nowhere.
JsonRef value_at(JsonRef root, std::string_view pointer);
/// As people read it: ".env.TOKEN", `.headers["X-Api.Key"]`, ".rules[2]"; empty for the whole.
std::string shown_path(std::string_view pointer);

/// What stands in place of a value: JSON text, or nothing when it stays as it is.
using Replace = std::function<std::optional<std::string>(JsonRef value, const std::string& pointer)>;
/// The value as JSON text, with what `replace` gives for any value in it, the outermost first.
std::string replaced(JsonRef value, const Replace& replace, const std::string& pointer = {});

/// Whether two values are the same: numbers by what they mean, objects whatever the order of their members.
bool same_value(JsonRef a, JsonRef b);

}  // namespace facio::manifest
