// The OpenAI interface as bytes: a request, and answers whole or in pieces.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "cli/core/json.hpp"
#include "cli/core/unique_function.hpp"
#include "commands/facio/runtime/models/model.hpp"
#include "commands/facio/runtime/models/openai_model.hpp"

namespace facio::serve {

/// The body of a request; `extra_body`, a JSON object, is laid over it.
std::string request_body(const ModelRequest& request, const ProviderQuirks::Known& known, const std::string& extra_body);

/// An answer that came whole. Code::upstream_failed when it is none.
Result<ModelReply> reply_from(std::string_view body);

/// An answer that comes in pieces.
class ReplyBuilder {
 public:
  /// Takes one event's data; "[DONE]" ends. Code::upstream_failed for what is no piece of an answer, or an error that came in its place.
  Status add(std::string_view data, UniqueFunction<void(std::string_view)>& piece);
  [[nodiscard]] bool done() const { return done_; }
  /// Whether something came that was told to others.
  [[nodiscard]] bool told() const { return told_; }
  /// The whole answer. Code::upstream_failed when it ended too early.
  Result<ModelReply> take();

 private:
  void add_calls(JsonRef calls);

  ModelReply reply_;
  std::map<std::int64_t, ModelCall> calls_;
  bool done_ = false, finished_ = false, told_ = false;
};

/// What a refusal says, in one short sentence; empty when nothing readable came.
std::string words_of_refusal(std::string_view body);

}  // namespace facio::serve
