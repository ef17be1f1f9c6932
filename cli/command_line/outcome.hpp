// What is said of a thing that was created or deleted, where nobody asked for more.
#pragma once

#include <string>

#include "cli/command_line/invocation.hpp"

namespace facio {

/// "cron/report created": the line that stands for the whole reply, in a table's place. Empty where the reply is to be shown: for other
/// commands, where a format, fields or columns were chosen, and where the reply does not name the thing.
std::string outcome_line(const Invocation& invocation, const OutputOptions& output, std::string_view reply);

}  // namespace facio
