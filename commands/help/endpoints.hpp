// Help about commands and topics.
#pragma once

#include "cli/catalogue/endpoint.hpp"

namespace facio::help {

inline constexpr Param kParams[] = {positional("topic", "area, command, or exit-codes, environment, contexts", {.repeatable = true, .value_name = "TOPIC"})};
inline constexpr Example kExamples[] = {
    {"help", "all areas"}, {"help cron", "the commands of one area"}, {"help cron create", "one command"}, {"help exit-codes", "what the exit codes mean"}};

inline constexpr Endpoint kEndpoints[] = {
    {.id = "help", .method = Method::none, .summary = "Explain a command or a topic", .params = kParams, .form = ReplyForm::none, .surface = Surface::local, .examples = kExamples},
};

}  // namespace facio::help
