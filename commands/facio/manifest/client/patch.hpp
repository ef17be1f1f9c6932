// A plan as JSON Patch (RFC 6902).
#pragma once

#include <string>

#include "commands/facio/manifest/client/plan.hpp"

namespace facio::manifest {

/// What makes `from` like `to`, for a document in which `from` stands at `pointer`: operations as JSON text, one an element.
std::vector<std::string> patch_between(JsonRef from, JsonRef to, const std::string& pointer = {});

/// What the plan's steps do to the agent, as operations on its export with `--secrets-as none`. A secret that is to be set is replaced by
/// where it is read. The plan must have been made with `compares_all`.
Result<std::string> patch_of(const Plan& plan, const Record& record);

}  // namespace facio::manifest
