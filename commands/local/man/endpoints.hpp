// The manual pages.
#pragma once

#include "cli/catalogue/declare.hpp"

namespace facio::man {

inline constexpr Param kParams[] = {
    positional("page", "page to print, as facioctl-cron-create; without it facioctl", {.value_name = "PAGE"}),
    local_flag("all", types::string, "write every page below this directory instead: man1, man5, man7", {.value_name = "DIR"}),
};

inline constexpr Endpoint kEndpoints[] = {
    local("man", "Print or write the manual pages").params(kParams),
};

}  // namespace facio::man
