// A model behind one interface: it takes the conversation and the tools, and returns an answer or tool calls.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "cli/core/unique_function.hpp"
#include "commands/facio/providers/shapes.hpp"
#include "commands/facio/runtime/tools/tool.hpp"

namespace facio::serve {

/// A tool call that a model asks for.
struct ModelCall {
  std::string id;
  std::string tool;
  std::string arguments;   ///< JSON text as received; may be invalid
  std::string extra = {};  ///< JSON object of further members that its provider wants back; may be empty
};

/// A call as the OpenAI interface and stored sessions write it.
inline std::string call_json(const ModelCall& call) {
  std::string out = R"({"id":)";
  append_json_string(out, call.id);
  out += R"(,"type":"function","function":{"name":)";
  append_json_string(out, call.tool);
  out += R"(,"arguments":)";
  append_json_string(out, call.arguments);
  return out + "}}";
}

/// One message of a conversation.
struct ModelMessage {
  std::string role;  ///< system, user, assistant or tool
  std::string text;
  std::vector<ModelCall> calls = {};  ///< of an assistant
  std::string call_id = {};           ///< of a tool: the call it answers
  std::string back = {};              ///< of an assistant: JSON object of members for the provider that gave them; may be empty
};

/// What a model is asked.
struct ModelRequest {
  std::string agent;
  std::string model;  ///< name at the provider
  std::vector<ModelMessage> messages;
  std::vector<ToolInfo> tools = {};
  double temperature = 0.7;
  std::int64_t max_tokens = 8192;
  std::string reasoning_effort = {};  ///< empty: the model's own
  std::string conversation = {};      ///< names the conversation to a provider that is an agent and keeps it itself
  bool patient = false;               ///< keeps trying for longer when the provider fails (provider_retry_mode persistent)
  TimeLimits limits = {};             ///< of the answer, where they differ from the provider's
  std::int64_t* attempts = nullptr;   ///< gets the number of requests made, also when all of them failed
};

/// What it answered.
struct ModelReply {
  std::string text;
  std::vector<ModelCall> calls;
  std::string back;  ///< JSON object of members that the provider wants back with this message: thinking, signatures; may be empty
  bool cut = false;  ///< the answer reached max_tokens
  std::int64_t prompt_tokens = 0, completion_tokens = 0, cached_tokens = 0;
};

/// Safe from any thread; ask() blocks.
class Model {
 public:
  virtual ~Model() = default;
  /// The whole answer; `piece` gets its text as it arrives. Code::upstream_failed, Code::upstream_timeout, Code::unavailable (cancelled),
  /// Code::too_large: the conversation is longer than the model reads, and a shorter one may succeed; nothing was passed to `piece`.
  virtual Result<ModelReply> ask(const ModelRequest& request, const Cancel& cancel, UniqueFunction<void(std::string_view)>& piece) = 0;
};

}  // namespace facio::serve
