// The manual pages.
#pragma once

#include "cli/catalogue/declare.hpp"

namespace facio::man {

inline constexpr Param kParams[] = {
    positional("page", "page to print, as facioctl-cron-create; without it facioctl", {.value_name = "PAGE"}),
    local_flag("all", types::string, "write every page below this directory instead: man1, man5, man7", {.value_name = "DIR"}),
};
inline constexpr Example kExamples[] = {
    {"man facioctl-cron-create > page.1", "one page, in the language of man"},
    {"man --all ~/.local/share/man", "every page, so that `man facioctl-cron-create` finds it"},
};

inline constexpr Endpoint kEndpoints[] = {
    local("man", "Print or write the manual pages")
        .description("There is a page for each command and each area, facioctl(1), facioctl.yaml(5) and facioctl-exit-codes(7), in mdoc. "
                     "Read one with: facioctl man PAGE | man -l -")
        .params(kParams)
        .examples(kExamples),
};

}  // namespace facio::man
