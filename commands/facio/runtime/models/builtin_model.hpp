// The model `builtin`: works without a key and without a network, and says only what is true. Deterministic.
#pragma once

#include <utility>

#include "commands/facio/runtime/models/model.hpp"
#include "commands/facio/runtime/service_context.hpp"

namespace facio::serve {

/// A message that begins with / is a command; `/tool NAME {json}` calls a tool and then answers with its output.
/// Asked to summarise, it describes the workspace. The answer to any other message describes the question and what the agent has.
class BuiltinModel final : public Model {
 public:
  explicit BuiltinModel(const ServiceContext& base) : base_(base) {}

  Result<ModelReply> ask(const ModelRequest& request, const Cancel& cancel, UniqueFunction<void(std::string_view)>& piece) override;

 private:
  const ServiceContext& base_;
};

// Its parts, and what slash commands share with it.

/// What the provider knows about its agent.
struct AgentFacts {
  std::string agent;
  std::string model;  ///< from the settings; empty when none is set
  std::string timezone;
  std::int64_t jobs = 0;          ///< cron jobs
  std::int64_t enabled_jobs = 0;  ///< those that are not paused
};

struct BuiltinReply {
  std::string text;
  std::int64_t wait_ms = 0;    ///< before the answer is given
  std::string tool = {};       ///< to be called instead of answering
  std::string arguments = {};  ///< of that call: a JSON object
};

/// The reply to a message: a command when it begins with /, else a description of the question and of what the agent has. /fail, an unknown
/// command and a bad argument are Errors whose message is one sentence.
Result<BuiltinReply> builtin_reply(std::string_view message, const AgentFacts& facts);

/// Whether a message is the command that calls a tool.
bool calls_tool(std::string_view message);

/// One line for each command.
std::string builtin_help();

/// The name of a command, and its arguments.
std::pair<std::string_view, std::string_view> split_command(std::string_view message);
/// A line of the help.
std::string help_line(std::string_view name, std::string_view arguments, std::string_view summary);

}  // namespace facio::serve
