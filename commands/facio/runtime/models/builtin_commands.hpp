// The slash commands that only the offline model has.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"

namespace facio::serve {

/// What the provider can tell about the agent it works for.
struct AgentFacts {
  std::string agent;
  std::string version;
  std::string model;  ///< from the settings; empty when none is set
  std::string timezone;
  std::int64_t jobs = 0;          ///< cron jobs
  std::int64_t enabled_jobs = 0;  ///< of them not paused
};

/// What a message asks for.
struct BuiltinReply {
  std::string text;
  std::int64_t wait_ms = 0;    ///< to wait before the answer is given
  std::string tool = {};       ///< to call instead of answering
  std::string arguments = {};  ///< of that call: a JSON object
};

/// The reply to a message: a command when it begins with /, else a description of what was asked and of what the agent has.
/// The failure of /fail, of an unknown command or of a bad argument is an Error whose message is one sentence.
Result<BuiltinReply> builtin_reply(std::string_view message, const AgentFacts& facts);

/// The commands, a line for each.
std::string builtin_help();

}  // namespace facio::serve
