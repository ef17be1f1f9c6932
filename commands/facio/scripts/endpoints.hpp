// Endpoints of the scripts area (contract section 15).
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "commands/facio/scripts/shapes.hpp"

namespace facio::scripts {

inline constexpr Column kColumns[] = {{"name", "NAME"}, {"path", "PATH"}, {"size", "SIZE"}, {"mtime", "CHANGED"}};

inline constexpr Example kListExamples[] = {{"scripts list", "scripts that cron jobs may run first"}};

// clang-format off
inline constexpr Endpoint kEndpoints[] = {
    {.id = "scripts.list", .method = Method::get, .path = "/api/v1/scripts", .summary = "List scripts of the workspace",
     .form = ReplyForm::list, .reply = &shape_of<Script>, .envelope = &shape_of<ScriptList>, .columns = kColumns, .key = "name",
     .examples = kListExamples},
};
// clang-format on

}  // namespace facio::scripts
