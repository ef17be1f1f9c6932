// Other programs that are asked for one short answer: token helpers and the keyring's tool.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"

namespace facio {

struct ChildProgram {
  std::vector<std::string> command;
  std::string_view input = {};                ///< its standard input; empty: /dev/null
  std::vector<std::string> environment = {};  ///< "NAME=value", beyond our own
  bool keep_errors = false;                   ///< standard error is taken instead of passed through
  std::chrono::seconds limit{5};
};

struct ChildAnswer {
  int code = 0;         ///< exit code; 128 + number for a signal
  bool in_time = true;  ///< false: it was killed
  std::string out, errors;
};

/// Starts a program without a shell and waits for its end, at most until its limit. Code::unauthenticated when it cannot be started.
Result<ChildAnswer> run_child(const ChildProgram& program);

}  // namespace facio
