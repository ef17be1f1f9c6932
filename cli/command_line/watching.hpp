// --watch: a reading command again and again.
#pragma once

#include "cli/command_line/client.hpp"

namespace facio {

/// Carries out the command every `watch_ms`, and shows what changed. On a terminal the table is drawn in place (with ACCESSIBLE=1 it is
/// printed again); elsewhere, and as -o json or ndjson, each change is a line {"op":"added|changed|removed","key",…,"before","after"};
/// other formats are printed again when they changed. A lost agent is told and asked again a few times; then its failure is given.
/// Ends by that, or by a signal.
Result<int> watch(Invocation& invocation, Streams& streams, const Environment& environment, ClientFunction function);

}  // namespace facio
