// The pieces of help: what stands on the left and what on the right, for help pages and manual pages alike.
#pragma once

#include <string>
#include <vector>

#include "cli/catalogue/global_flags.hpp"
#include "cli/command_line/command_flags.hpp"

namespace facio {

struct HelpRow {
  std::string left, right;
};

/// One flag of a command; `with_limits` tells what its value may be.
HelpRow flag_row(const CommandFlag& flag, bool with_limits);
/// A flag that every command has.
HelpRow global_row(const GlobalFlag& flag, bool with_choices);
/// All flags of a command's own.
std::vector<HelpRow> flag_rows(const Endpoint& endpoint, bool with_limits);
/// What is typed without a flag.
std::vector<HelpRow> argument_rows(const Endpoint& endpoint);
/// The keys of KEY=VALUE, dotted.
std::vector<HelpRow> key_rows(const Shape& shape);

}  // namespace facio
