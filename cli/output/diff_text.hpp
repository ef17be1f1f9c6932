// Unified diffs on a terminal.
#pragma once

#include "cli/core/streams.hpp"
#include "cli/output/render.hpp"

namespace facio {

/// The diff with everything that could steer a terminal escaped; removed lines red, added ones green, headers bold.
std::string terminal_diff(std::string_view diff, bool colored);

/// Prints a diff: as it is where the output is not a terminal, else by terminal_diff() and, with `pager`, through the pager.
Status show_diff(std::string_view diff, const OutputOptions& options, bool pager, Streams& streams, const Environment& environment);

}  // namespace facio
