// Commands about named targets.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/local/context/shapes.hpp"

namespace facio::context {

inline constexpr Column kColumns[] = {{"name", "NAME"},
                                      {"in_use", "IN USE"},
                                      {"url", "URL"},
                                      {"tags", "TAGS"},
                                      {"token", "TOKEN"},
                                      {"current", "CURRENT", true},
                                      {"kind", "KIND", true},
                                      {"agent", "AGENT", true},
                                      {"protected", "PROTECTED", true},
                                      {"readonly", "READONLY", true},
                                      {"ca", "CA", true}};

inline constexpr Param kName = positional("name", "name of the context", {.required = true, .value_name = "NAME"});
inline constexpr Param kMaybeName = positional("name", "name of the context; without it the one in use", {.value_name = "NAME"});
inline constexpr Param kNames[] = {
    positional("name", "name of a context; without one the context in use", {.repeatable = true, .value_name = "NAME"}),
    local_flag("group", types::string, "all contexts of this group, or that meet this expression", {.value_name = "GROUP"})};
inline constexpr Param kUse = positional("name", "name of the context; - is the one before", {.required = true, .value_name = "NAME"});
inline constexpr Param kAdd[] = {
    kName,
    local_flag("kind", types::string, "system behind the address", {.format = Format::system}),
    local_flag("agent", types::string, "id of the agent behind Placet; means --kind placet", {.value_name = "ID"}),
    local_flag("tag", types::strings, "word that groups choose by; repeatable", {.repeatable = true, .value_name = "TAG"}),
    local_flag("token-env", types::string, "environment variable that holds the token", {.value_name = "VAR"}),
    local_flag("token-exec", types::string, "program that prints the token, with its arguments; no shell", {.value_name = "COMMAND"}),
    local_flag("token-ttl", types::string, "how long the program's answer is kept, as 10m", {.value_name = "DURATION"}),
    local_flag("keyring", types::boolean, "the token is in the desktop's keyring; auth login puts it there"),
    local_flag("ca", types::string, "PEM file of the certificates to trust", {.value_name = "FILE"}),
    local_flag("protected", types::boolean, "destructive commands ask for the context's name"),
    local_flag("readonly", types::boolean, "refuse every write"),
    local_flag("insecure-http", types::boolean, "let the token travel over plain HTTP to another machine"),
    local_flag("current", types::boolean, "make it the current context"),
};

inline constexpr Column kTestColumns[] = {{"name", "NAME"},       {"result", "RESULT"}, {"ms", "TIME"},
                                          {"version", "VERSION"}, {"url", "URL", true}, {"message", "MESSAGE"}};

inline constexpr std::string_view kShells[] = {"bash", "zsh", "fish"};
inline constexpr Param kShell =
    positional("shell", "shell to print the hook for", {.required = true, .choices = kShells, .value_name = "SHELL"});

inline constexpr Endpoint kEndpoints[] = {
    local("context.list", "List the configured contexts").list<ContextList>(kColumns, "name").synonyms<"contexts">(),
    local("context.show", "Show one context, or the one in use and why").params(kMaybeName).reply<ContextView>(kColumns, "name"),
    local("context.use", "Choose the context of this shell, or of all shells").params(kUse).synonyms<"use">(),
    local("context.add", "Add a context, or change what is said about one").params(kAdd),
    remote("context.test", "Ask whether contexts are reached and take their token")
        .params(kNames)
        .list<ContextTestList>(kTestColumns, "name"),
    local("context.remove", "Forget a context").params(kName).destructive(),
    local("shell-init", "Print the hook that lets `use` change one shell").params(kShell),
};

}  // namespace facio::context
