// The OpenAI interface as bytes: a request, and answers whole or in pieces.
#pragma once

#include "commands/facio/runtime/models/openai_model.hpp"

namespace facio::serve {

/// The body of a request; `extra_body`, a JSON object, is merged over it.
std::string request_body(const ModelRequest& request, const ProviderQuirks::Known& known, const std::string& extra_body);

/// Reads a complete answer. Code::upstream_failed.
Result<ModelReply> reply_from(std::string_view body);

/// Assembles an answer that arrives in pieces.
class ReplyBuilder {
 public:
  /// Adds one event's data; "[DONE]" is the last. Code::upstream_failed for data that is not a piece of an answer, or that is an error.
  Status add(std::string_view data, UniqueFunction<void(std::string_view)>& piece);
  [[nodiscard]] bool done() const { return done_; }
  /// Whether text was passed on to `piece`.
  [[nodiscard]] bool passed_on() const { return passed_on_; }
  /// The complete answer. Code::upstream_failed when it ended too early.
  Result<ModelReply> take();

 private:
  void add_calls(JsonRef calls);

  ModelReply reply_;
  std::map<std::int64_t, ModelCall> calls_;
  bool done_ = false, finished_ = false, passed_on_ = false;
};

/// What a refusal says, in one short sentence; empty when it is not readable.
std::string refusal_text(std::string_view body);

}  // namespace facio::serve
