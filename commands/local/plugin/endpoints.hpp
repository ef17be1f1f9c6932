// Commands about programs that are commands.
#pragma once

#include "cli/catalogue/declare.hpp"
#include "commands/local/plugin/shapes.hpp"

namespace facio::plugin {

inline constexpr Example kListExamples[] = {{"plugin list", "programs named facioctl-NAME on the PATH"}};
inline constexpr Column kColumns[] = {
    {"name", "NAME"},      {"summary", "SUMMARY"}, {"path", "PATH"}, {"mutating", "MUTATING", true}, {"min_version", "NEEDS", true},
    {"problem", "PROBLEM"}};

inline constexpr Endpoint kEndpoints[] = {
    local("plugin.list", "List the programs that are further commands")
        .description(
            "A program facioctl-NAME on the PATH is the command `facioctl NAME`. A word of facioctl's own always wins, and of two programs "
            "the first on the PATH. The program gets the context in FACIOCTL_CONTEXT_NAME, _URL, _KIND, _AGENT, _CA, _PROTECTED and "
            "_READONLY, and the token through the file descriptor FACIOCTL_TOKEN_FD; its exit code is the command's. Asked with "
            "--facioctl-manifest it may answer {\"mutating\": false, \"token\": true, \"min_version\": \"0.1\", \"summary\": \"…\"}.")
        .list<PluginList>(kColumns, "name")
        .examples(kListExamples),
};

}  // namespace facio::plugin
