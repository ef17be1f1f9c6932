// Help about commands and topics.
#pragma once

#include "cli/catalogue/declare.hpp"

namespace facio::help {

inline constexpr Param kParams[] = {
    positional("topic", "area, command or topic; without it everything there is", {.repeatable = true, .value_name = "TOPIC"})};
inline constexpr Example kExamples[] = {{"help", "all areas"},
                                        {"help cron", "the commands of one area"},
                                        {"help cron create", "one command"},
                                        {"help exit-codes", "what the exit codes mean"},
                                        {"help exit-codes -o json", "the same for programs"}};

inline constexpr Endpoint kEndpoints[] = {
    local("help", "Explain a command or a topic")
        .description("The pages are in the program; nothing is asked over the network. On a terminal a page that is taller than the screen "
                     "goes through the pager.")
        .params(kParams)
        .examples(kExamples),
};

}  // namespace facio::help
