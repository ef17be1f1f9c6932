// Running another program to its end, with what it says taken in.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "cli/core/unique_function.hpp"
#include "cli/process/process.hpp"

namespace facio {

/// Gives the next piece of a program's standard input; an empty one is the end.
using InputSource = UniqueFunction<Result<std::string>()>;
/// All of it at hand.
InputSource input_of(std::string text);

/// The bounds of a run.
struct RunLimits {
  std::size_t most_output = 64 * 1024;
  std::size_t most_errors = 64 * 1024;  ///< what is more is dropped
  std::chrono::milliseconds time{5000};
  int cancel = -1;  ///< a descriptor that can be read once the program is to be ended
};

struct RunEnd {
  enum class Why : std::uint8_t { ended, late, too_much, cancelled };  ///< all but `ended`: it was killed, with its group
  Why why = Why::ended;
  int code = 0;  ///< exit code; 128 + number for a signal
  std::string out, errors;
};

/// Feeds a program and reads what is piped, until it has ended and closed its output. Fails as `input` does; the program is killed then.
Result<RunEnd> run_to_end(Process process, const RunLimits& limits, InputSource input = {});

}  // namespace facio
