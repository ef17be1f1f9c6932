// Scripts that let a shell complete commands.
#pragma once

#include "cli/catalogue/declare.hpp"

namespace facio::completion {

inline constexpr std::string_view kShells[] = {"bash", "zsh", "fish"};
inline constexpr Param kShell =
    positional("shell", "shell to print the script for", {.required = true, .choices = kShells, .value_name = "SHELL"});

inline constexpr Endpoint kEndpoints[] = {
    local("completion", "Print the completion script of a shell").params(kShell),
};

}  // namespace facio::completion
