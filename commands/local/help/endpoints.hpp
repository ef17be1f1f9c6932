// Help about commands and topics.
#pragma once

#include "cli/catalogue/declare.hpp"

namespace facio::help {

inline constexpr Param kTopic =
    positional("topic", "area, command or topic; without it everything there is", {.repeatable = true, .value_name = "TOPIC"});

inline constexpr Endpoint kEndpoints[] = {
    local("help", "Explain a command or a topic").params(kTopic),
};

}  // namespace facio::help
