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
inline constexpr Param kName[] = {positional("name", "name of the context; without it the one in use", {.value_name = "NAME"})};
inline constexpr Param kNames[] = {positional("name", "name of a context; without one all", {.repeatable = true, .value_name = "NAME"})};
inline constexpr Param kMigrate[] = {
    positional("name", "name of a context; without one the one in use", {.repeatable = true, .value_name = "NAME"}),
    local_flag("to", types::string, "where to keep the token from now on", {.required = true, .choices = kStorages})};

inline constexpr Example kLoginExamples[] = {
    {"auth login prod", "asks for the token, unseen, and puts it into the keyring"},
    {"auth login prod --storage file --token-stdin < token", "into a file that you alone can read"}};
inline constexpr Example kLogoutExamples[] = {{"auth logout prod", "takes the token away; the context stays"}};
inline constexpr Example kStatusExamples[] = {{"auth status", "where each context's token lives, and whether it can be used"},
                                              {"auth status prod", "one; exit code 3 when it cannot be used"}};
inline constexpr Example kMigrateExamples[] = {{"auth migrate prod --to keyring", "from a file into the keyring"}};

inline constexpr Column kColumns[] = {
    {"name", "NAME"},   {"storage", "STORAGE"},       {"state", "STATE"},  {"mode", "MODE", true}, {"expires_at_ms", "EXPIRES"},
    {"place", "PLACE"}, {"problem", "PROBLEM", true}, {"url", "URL", true}};

inline constexpr Endpoint kEndpoints[] = {
    local("auth.login", "Keep a context's token")
        .description("The token is asked for unseen, or read from standard input, --token-file or --token-fd; never from an argument. It "
                     "is kept in the desktop's keyring or in a file of mode 0600, as asked. Where the keyring is locked or absent the "
                     "command fails with exit code 3: a file is written only with --storage file.")
        .params(kLogin)
        .examples(kLoginExamples),
    local("auth.logout", "Take a context's token away").params(kName).examples(kLogoutExamples),
    local("auth.status", "Show where the tokens live and whether they can be used")
        .description("Never shows a token and asks nobody for a password. With names the exit code is 3 when one of them cannot be used.")
        .params(kNames)
        .list<AuthStatusList>(kColumns, "name")
        .examples(kStatusExamples),
    local("auth.migrate", "Move tokens between keyring and file")
        .description("The token is stored at the new place and read back there before the old copy goes.")
        .params(kMigrate)
        .examples(kMigrateExamples),
};

}  // namespace facio::auth
