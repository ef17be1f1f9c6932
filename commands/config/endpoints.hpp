// Commands about the configuration file.
#pragma once

#include "cli/catalogue/endpoint.hpp"

namespace facio::config {

inline constexpr Example kPathExamples[] = {{"config path", "where the configuration is read from"}};
inline constexpr Example kViewExamples[] = {{"config view", "what was understood; it never holds a token"}};

inline constexpr Endpoint kEndpoints[] = {
    {.id = "config.path", .method = Method::none, .summary = "Print the path of the configuration file", .form = ReplyForm::none, .surface = Surface::local, .examples = kPathExamples},
    {.id = "config.view", .method = Method::none, .summary = "Print the configuration as it was understood", .form = ReplyForm::none, .surface = Surface::local, .examples = kViewExamples},
};

}  // namespace facio::config
