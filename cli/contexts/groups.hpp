// Groups of contexts: expressions (cli/core/expression.hpp) over their tags and names.
#pragma once

#include <string_view>
#include <vector>

#include "cli/contexts/contexts.hpp"

namespace facio {

/// Whether this is an expression over the fields tag, name, kind, url, agent, protected and readonly, as `tag==eu && !name~test`.
/// Code::usage says what is wrong.
Status check_group(std::string_view expression);

/// The contexts of a group, in the file's order: by a group's name, or by an expression in its place. Code::usage for an unknown name and a
/// bad expression; a group that nobody is in is empty. Ask each with TargetChoice::own_token, so that no token reaches another host.
Result<std::vector<const Context*>> contexts_of(const Config& config, std::string_view group);

}  // namespace facio
