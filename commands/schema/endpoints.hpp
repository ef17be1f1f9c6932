// The catalogue for programs.
#pragma once

#include "cli/catalogue/endpoint.hpp"

namespace facio::schema {

inline constexpr Param kParams[] = {positional("id", "endpoint, as cron.list or `cron list`; without it all of them", {.repeatable = true, .value_name = "ID"})};
inline constexpr Example kExamples[] = {{"schema", "every endpoint with its parameters and shapes"}, {"schema cron.list", "one endpoint"}};

inline constexpr Endpoint kEndpoints[] = {
    {.id = "schema", .method = Method::none, .summary = "Print the catalogue of endpoints as JSON", .params = kParams, .form = ReplyForm::none, .surface = Surface::local, .examples = kExamples},
};

}  // namespace facio::schema
