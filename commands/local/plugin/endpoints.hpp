// Commands about programs that are commands.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/local/plugin/shapes.hpp"

namespace facio::plugin {

inline constexpr Column kColumns[] = {
    {"name", "NAME"},      {"summary", "SUMMARY"}, {"path", "PATH"}, {"mutating", "MUTATING", true}, {"min_version", "NEEDS", true},
    {"problem", "PROBLEM"}};

inline constexpr Endpoint kEndpoints[] = {
    local("plugin.list", "List the programs that are further commands").list<PluginList>(kColumns, "name"),
};

}  // namespace facio::plugin
