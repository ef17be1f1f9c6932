// Scripts that let a shell complete commands.
#pragma once

#include "cli/catalogue/declare.hpp"

namespace facio::completion {

inline constexpr std::string_view kShells[] = {"bash", "zsh", "fish"};
inline constexpr Param kShell =
    positional("shell", "shell to print the script for", {.required = true, .choices = kShells, .value_name = "SHELL"});
inline constexpr Example kExamples[] = {{"completion bash > ~/.local/share/bash-completion/completions/facioctl", "bash, for you alone"},
                                        {"completion zsh > \"${fpath[1]}/_facioctl\"", "zsh"},
                                        {"completion fish > ~/.config/fish/completions/facioctl.fish", "fish"}};

inline constexpr Endpoint kEndpoints[] = {
    local("completion", "Print the completion script of a shell").params(kShell).examples(kExamples),
};

}  // namespace facio::completion
