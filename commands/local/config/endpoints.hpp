// Commands about the configuration file.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "cli/catalogue/finding.hpp"
#include "commands/local/config/shapes.hpp"

namespace facio::config {

inline constexpr Param kKey = positional("key", "where the value is, as contexts.prod.timeout", {.required = true, .value_name = "KEY"});
inline constexpr Param kKeyAndValue[] = {
    positional("key", "where the value goes, as contexts.prod.timeout", {.required = true, .value_name = "KEY"}),
    positional("value", "the value as YAML, as 30s or [prod, eu]", {.required = true, .value_name = "VALUE"})};

inline constexpr Column kSettingColumns[] = {{"name", "SETTING"}, {"value", "VALUE"}, {"from", "FROM"}, {"beat", "BEAT"}};

inline constexpr Endpoint kEndpoints[] = {
    local("config.edit", "Edit the configuration file in your editor"),
    local("config.explain", "Tell for every setting what holds, why, and what it beat").list<SettingList>(kSettingColumns, "name"),
    local("config.get", "Print one value of the configuration file").params(kKey),
    local("config.path", "Print the path of the configuration file"),
    local("config.set", "Set one value of the configuration file").params(kKeyAndValue),
    local("config.unset", "Take one value out of the configuration file").params(kKey),
    local("config.validate", "Check the configuration file").list<FindingList>(kFindingColumns, "check"),
    local("config.view", "Print the configuration as it was understood"),
};

}  // namespace facio::config
