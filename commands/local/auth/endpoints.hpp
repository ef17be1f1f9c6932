// Commands about the tokens of contexts.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/local/auth/shapes.hpp"

namespace facio::auth {

inline constexpr std::string_view kStorages[] = {"keyring", "file"};
inline constexpr Param kLogin[] = {
    positional("name", "name of the context; without it the one in use", {.value_name = "NAME"}),
    local_flag("storage", types::string, "where to keep the token; without it where the context has it, or the keyring",
               {.choices = kStorages})};
inline constexpr Param kName = positional("name", "name of the context; without it the one in use", {.value_name = "NAME"});
inline constexpr Param kNames = positional("name", "name of a context; without one all", {.repeatable = true, .value_name = "NAME"});
inline constexpr Param kMigrate[] = {
    positional("name", "name of a context; without one the one in use", {.repeatable = true, .value_name = "NAME"}),
    local_flag("to", types::string, "where to keep the token from now on", {.required = true, .choices = kStorages})};

inline constexpr Column kColumns[] = {
    {"name", "NAME"},   {"storage", "STORAGE"},       {"state", "STATE"},  {"mode", "MODE", true}, {"expires_at_ms", "EXPIRES"},
    {"place", "PLACE"}, {"problem", "PROBLEM", true}, {"url", "URL", true}};

inline constexpr Endpoint kEndpoints[] = {
    local("auth.login", "Keep a context's token").params(kLogin),
    local("auth.logout", "Take a context's token away").params(kName),
    local("auth.status", "Show where the tokens live and whether they can be used").params(kNames).list<AuthStatusList>(kColumns, "name"),
    local("auth.migrate", "Move tokens between keyring and file").params(kMigrate),
};

}  // namespace facio::auth
