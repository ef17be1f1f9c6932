// A unified diff as a person sees it on a terminal.
#pragma once

#include <string>
#include <string_view>

#include "cli/core/streams.hpp"
#include "cli/output/render.hpp"

namespace facio {

/// The diff with everything that could steer a terminal made visible; removed lines red, added ones green, heads bold.
std::string terminal_diff(std::string_view diff, bool colored);

/// Prints a diff: as it came where the output is no terminal, else as terminal_diff() says and, with `pager`, through it.
Status show_diff(std::string_view diff, const OutputOptions& options, bool pager, Streams& streams, const Environment& environment);

}  // namespace facio
